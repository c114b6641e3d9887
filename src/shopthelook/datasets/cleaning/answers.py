"""What labelers answered about suspects, and what most of them say."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Generic, TypeVar

import numpy as np

from shopthelook.datasets.cleaning.suspect import Corners, Suspect, corners
from shopthelook.datasets.errors import DataError

S = TypeVar("S", bound=Suspect)
TIED = "as many answers say one thing as another"


@dataclass(frozen=True, slots=True)
class Answer(Generic[S]):
    """One labeler's answer: the ``label`` and ``box`` that are right, where the action has one."""

    suspect: S
    labeler: str
    action: str
    label: str | None = None
    box: Corners | None = None


@dataclass(frozen=True, slots=True)
class Decision(Generic[S]):
    """What most labelers say of a suspect. ``box`` is the median of theirs; ``labelers`` all who answered."""

    suspect: S
    action: str
    label: str | None
    box: Corners | None
    labelers: tuple[str, ...]
    votes: int


@dataclass(frozen=True, slots=True)
class Rules(Generic[S]):
    """What may be answered.

    Attributes:
        parse: the suspect that a line holds; raises `DataError`, whose message begins with the place that it is given.
        actions: all that there are.
        labelled: those of them that have a label.
        settle: the label of an answer, which is the one that is suggested where the labeler named none; raises
            `ValueError` where suspect, action, label and box do not go together.
    """

    parse: Callable[[Mapping[str, Any], str], S]
    actions: Sequence[str]
    labelled: frozenset[str]
    settle: Callable[[S, str, str | None, Corners | None], str | None]


def read_answers(file: Path, rules: Rules[S]) -> list[Answer[S]]:
    """Answers, a line each: the suspect's line with ``answer``: {labeler, action, label?, box?} added to it.

    Raises `DataError` that names the line at fault.
    """
    answers = []
    for where, line in _lines(file):
        suspect = rules.parse(line, where)
        given = line.get("answer")
        if not isinstance(given, dict):
            raise DataError(f"{where}: 'answer' is missing; an object with labeler and action is needed")
        labeler, action, label, box = (given.get(key) for key in ("labeler", "action", "label", "box"))
        if not isinstance(labeler, str) or not labeler.strip():
            raise DataError(f"{where}: answer: 'labeler' must be a text")
        if not isinstance(action, str) or action not in rules.actions:
            raise DataError(
                f"{where}: answer: 'action' must be one of {', '.join(rules.actions)}, not {action!r}"
            )
        if label is not None and not isinstance(label, str):
            raise DataError(f"{where}: answer: 'label' must be a text, not {label!r}")
        try:
            drawn = None if box is None else corners(box)
            label = rules.settle(suspect, action, label, drawn)
        except (ValueError, TypeError) as error:
            raise DataError(f"{where}: answer: {error}") from None
        answers.append(
            Answer(suspect, labeler.strip(), action, label if action in rules.labelled else None, drawn)
        )
    return answers


def decide(answers: Sequence[Answer[S]]) -> tuple[list[Decision[S]], list[S]]:
    """What most labelers say of each suspect, and the suspects on which as many say one thing as another.

    A labeler who answered twice is heard once, the last time. Answers agree where action and label do; their boxes are
    then one, with the median of each side.
    """
    heard: dict[str, dict[str, Answer[S]]] = {}
    for answer in answers:
        heard.setdefault(answer.suspect.id, {})[answer.labeler] = answer
    decisions, ties = [], []
    for of_one in heard.values():
        votes = Counter((one.action, one.label) for one in of_one.values())
        (most, n), *others = votes.most_common()
        some = [one for one in of_one.values() if (one.action, one.label) == most]
        suspect = some[0].suspect
        if others and others[0][1] == n:
            ties.append(suspect)
            continue
        boxes = [one.box for one in some if one.box is not None]
        middle = corners(np.median(boxes, axis=0).tolist()) if boxes else None
        decisions.append(Decision(suspect, *most, middle, tuple(sorted(of_one)), n))
    return decisions, ties


def _lines(file: Path) -> Iterator[tuple[str, dict[str, object]]]:
    try:
        text = file.read_text(encoding="utf-8-sig")
    except (OSError, ValueError) as error:
        raise DataError(f"{file}: cannot be read: {getattr(error, 'strerror', None) or error}") from None
    for number, line in enumerate(text.split("\n"), 1):
        if line.strip():
            where = f"{file}: line {number}"
            try:
                value = json.loads(line)
            except (ValueError, RecursionError) as error:
                raise DataError(f"{where}: no JSON: {error}") from None
            if not isinstance(value, dict):
                raise DataError(f"{where}: an object is needed")
            yield where, value
