"""What labelers may answer about boxes that may be wrong."""

from __future__ import annotations

from pathlib import Path

from shopthelook.datasets import cleaning
from shopthelook.datasets.cleaning import Answer, Corners, Decision, decide
from shopthelook.detection.datasets.cleaning.suspect import ACTIONS, Suspect, parse_suspect

__all__ = ["Answer", "Decision", "decide", "read_answers"]

_LABELLED = frozenset({"relabel", "add"})


def read_answers(file: Path) -> list[Answer[Suspect]]:
    """Answers, a line each: the suspect's line with ``answer``: {labeler, action, label?, box?} added to it.

    Raises `DataError` that names the line at fault.
    """
    return cleaning.read_answers(file, cleaning.Rules(parse_suspect, ACTIONS, _LABELLED, _settle))


def _settle(suspect: Suspect, action: str, label: str | None, _: Corners | None) -> str | None:
    if (action == "add") != (suspect.kind == "missing") and action != "keep":
        raise ValueError(f"{action!r} does not go with a suspect of kind {suspect.kind!r}")
    if action == "remove-other" and suspect.other_box is None:
        raise ValueError("this suspect has no other box to remove")
    label = label or suspect.suggested
    if action in _LABELLED and label is None:
        raise ValueError(f"{action!r} needs a label")
    return label
