"""What labelers may answer about views that may be listed wrongly."""

from __future__ import annotations

from pathlib import Path

from shopthelook.datasets import cleaning
from shopthelook.datasets.cleaning import Answer, Corners
from shopthelook.embedding.views.cleaning.suspect import ACTIONS, GOES_WITH, ViewSuspect, parse_suspect
from shopthelook.taxonomy import Taxonomy, UnknownCategory

_SLACK = 1.0  # pixels that a box may reach outside, as `check_views` has it


def read_answers(file: Path) -> list[Answer[ViewSuspect]]:
    """Answers, a line each: the suspect's line with ``answer``: {labeler, action, label?, box?} added to it.

    A label is a category of the taxonomy by path, name or id, and becomes its path. Raises `DataError` that names the
    line at fault.
    """
    return cleaning.read_answers(
        file, cleaning.Rules(parse_suspect, ACTIONS, frozenset({"relabel"}), _settle)
    )


def _settle(suspect: ViewSuspect, action: str, label: str | None, box: Corners | None) -> str | None:
    if action not in GOES_WITH[suspect.kind]:
        raise ValueError(f"{action!r} does not go with a suspect of kind {suspect.kind!r}")
    if action == "apart" and suspect.view.instance is None:
        raise ValueError("'apart' needs a view of an instance, and nobody knows what this one shows")
    if action == "remove-other" and suspect.other is None:
        raise ValueError("this suspect has no other view to remove")
    if box is not None:
        _check_box(suspect, action, box)
    if action != "relabel":
        return None
    label = label or suspect.suggested
    if label is None:
        raise ValueError("'relabel' needs a label")
    try:
        return Taxonomy.builtin().get(label).full
    except UnknownCategory as error:
        raise ValueError(f"label: {error}") from None


def _check_box(suspect: ViewSuspect, action: str, box: Corners) -> None:
    if action not in ("keep", "relabel", "apart"):
        raise ValueError(f"{action!r} takes no box")
    if suspect.view.role != "scene":
        raise ValueError("only a view of a scene has a box to draw")
    width, height = suspect.view.size
    if min(box[:2]) < -_SLACK or box[2] > width + _SLACK or box[3] > height + _SLACK:
        raise ValueError(f"the box {box} is outside of the picture of {width} x {height} pixels")
