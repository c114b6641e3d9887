"""What labelers answered about suspects, and what most of them say."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from shopthelook.datasets.errors import DataError
from shopthelook.detection.datasets.cleaning.suspect import (
    ACTIONS,
    Action,
    Corners,
    Suspect,
    corners,
    parse_suspect,
)


@dataclass(frozen=True, slots=True)
class Answer:
    """One labeler's answer: the ``label`` and ``box`` that are right, where the action has one."""

    suspect: Suspect
    labeler: str
    action: Action
    label: str | None = None
    box: Corners | None = None


@dataclass(frozen=True, slots=True)
class Decision:
    """What most labelers say of a suspect. ``box`` is the median of theirs; ``labelers`` all who answered."""

    suspect: Suspect
    action: Action
    label: str | None
    box: Corners | None
    labelers: tuple[str, ...]
    votes: int


def read_answers(file: Path) -> list[Answer]:
    """Answers, a line each: the suspect's line with ``answer``: {labeler, action, label?, box?} added to it.

    Raises `DataError` that names the line at fault.
    """
    answers = []
    for where, line in _lines(file):
        suspect = parse_suspect(line, where)
        given = line.get("answer")
        if not isinstance(given, dict):
            raise DataError(f"{where}: 'answer' is missing; an object with labeler and action is needed")
        labeler, action, label, box = (given.get(key) for key in ("labeler", "action", "label", "box"))
        if not isinstance(labeler, str) or not labeler.strip():
            raise DataError(f"{where}: answer: 'labeler' must be a text")
        if action not in ACTIONS:
            raise DataError(f"{where}: answer: 'action' must be one of {', '.join(ACTIONS)}, not {action!r}")
        if label is not None and not isinstance(label, str):
            raise DataError(f"{where}: answer: 'label' must be a text, not {label!r}")
        if (action == "add") != (suspect.kind == "missing") and action != "keep":
            raise DataError(
                f"{where}: answer: {action!r} does not go with a suspect of kind {suspect.kind!r}"
            )
        if action == "remove-other" and suspect.other_box is None:
            raise DataError(f"{where}: answer: this suspect has no other box to remove")
        if action in ("relabel", "add"):
            label = label or suspect.suggested
            if label is None:
                raise DataError(f"{where}: answer: {action!r} needs a label")
        try:
            drawn = None if box is None else corners(box)
        except (ValueError, TypeError) as error:
            raise DataError(f"{where}: answer: {error}") from None
        answers.append(Answer(suspect, labeler.strip(), action, label, drawn))
    return answers


def decide(answers: Sequence[Answer]) -> tuple[list[Decision], list[Suspect]]:
    """What most labelers say of each suspect, and the suspects on which as many say one thing as another.

    A labeler who answered twice is heard once, the last time. Answers agree where action and label do; their boxes are
    then one, with the median of each side.
    """
    heard: dict[str, dict[str, Answer]] = {}
    for answer in answers:
        heard.setdefault(answer.suspect.id, {})[answer.labeler] = answer
    decisions, ties = [], []
    for of_one in heard.values():
        votes = Counter((one.action, _label(one)) for one in of_one.values())
        (most, n), *others = votes.most_common()
        some = [one for one in of_one.values() if (one.action, _label(one)) == most]
        suspect = some[0].suspect
        if others and others[0][1] == n:
            ties.append(suspect)
            continue
        boxes = [one.box for one in some if one.box is not None]
        middle = corners(np.median(boxes, axis=0).tolist()) if boxes else None
        decisions.append(Decision(suspect, *most, middle, tuple(sorted(of_one)), n))
    return decisions, ties


def _label(answer: Answer) -> str | None:
    return answer.label if answer.action in ("relabel", "add") else None


def _lines(file: Path) -> Iterator[tuple[str, dict[str, object]]]:
    try:
        text = file.read_text(encoding="utf-8-sig")
    except (OSError, ValueError) as error:
        raise DataError(f"{file}: cannot be read: {getattr(error, 'strerror', None) or error}") from None
    for number, line in enumerate(text.splitlines(), 1):
        if line.strip():
            where = f"{file}: line {number}"
            try:
                value = json.loads(line)
            except (ValueError, RecursionError) as error:
                raise DataError(f"{where}: no JSON: {error}") from None
            if not isinstance(value, dict):
                raise DataError(f"{where}: an object is needed")
            yield where, value
