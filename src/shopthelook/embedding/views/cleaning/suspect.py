"""One view that is likely listed wrongly, as a line that a labelling task takes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal, TypeAlias, get_args

from shopthelook.datasets.cleaning import Corners, corners, id_of
from shopthelook.datasets.errors import DataError
from shopthelook.embedding.views.view import Role

Kind: TypeAlias = Literal["unlike", "two-categories", "category", "two-instances"]
Action: TypeAlias = Literal["keep", "apart", "relabel", "join", "remove", "remove-other"]
KINDS: tuple[Kind, ...] = get_args(Kind)
ACTIONS: tuple[Action, ...] = get_args(Action)
GOES_WITH: dict[Kind, frozenset[Action]] = {
    "unlike": frozenset({"keep", "apart", "remove", "remove-other"}),
    "two-categories": frozenset({"keep", "relabel", "apart", "remove", "remove-other"}),
    "category": frozenset({"keep", "relabel", "apart", "remove"}),
    "two-instances": frozenset({"keep", "join", "remove", "remove-other"}),
}
"""The actions that may be answered about each kind."""


@dataclass(frozen=True, slots=True)
class Shown:
    """A view as a line says it.

    ``picture`` is the file as the data set names it, ``sha256`` its hash; ``box`` xyxy in pixels of a picture of
    ``size`` (width, height), None for the whole picture; ``mask`` the value of its mask's pixels, None without a mask.
    ``category`` is the path of its coarse category, None where it has none.
    """

    picture: str
    sha256: str
    size: tuple[int, int]
    role: Role
    box: Corners | None
    mask: int | None
    instance: str | None
    category: str | None

    @property
    def place(self) -> str:
        """What tells this view from any other, whatever the files are called."""
        box = "" if self.box is None else ",".join(f"{value:.2f}" for value in self.box)
        return (
            f"{self.sha256}@{box}#{'' if self.mask is None else self.mask}/{self.role}/{self.instance or ''}"
        )

    def as_dict(self, prefix: str = "") -> dict[str, Any]:
        """Its part of a line, each key with ``prefix`` before it."""
        values = {name: getattr(self, name) for name in self.__slots__}
        return {prefix + name: value for name, value in values.items() if value is not None}


@dataclass(frozen=True, slots=True)
class ViewSuspect:
    """A view that may be listed wrongly, and the ``other`` one that speaks against it.

    ``action`` and ``suggested`` (the path of a category, to relabel with) say what is likely right; ``score`` in [0, 1]
    how likely.
    """

    kind: Kind
    view: Shown
    other: Shown | None
    action: Action
    suggested: str | None
    score: float

    @property
    def id(self) -> str:
        """16 hex digits that stay the same however often the data set is looked at, and on every machine."""
        other = "" if self.other is None else self.other.place
        return id_of(self.kind, self.view.place, self.view.category, other)

    def as_dict(self) -> dict[str, Any]:
        """The JSON of the line."""
        line = {"id": self.id, "kind": self.kind, **self.view.as_dict(), "action": self.action}
        if self.suggested is not None:
            line["suggested"] = self.suggested
        other = {} if self.other is None else self.other.as_dict("other_")
        return {**line, "score": self.score, **other}


def parse_suspect(line: Mapping[str, Any], where: str) -> ViewSuspect:
    """The suspect that a line holds; what else is in it is left alone. Raises `DataError` naming ``where``."""
    try:
        if line["kind"] not in KINDS or line["action"] not in ACTIONS:
            raise ValueError(f"no such kind or action: {line['kind']!r}, {line['action']!r}")
        suspect = ViewSuspect(
            kind=line["kind"],
            view=_shown(line, ""),
            other=_shown(line, "other_") if "other_picture" in line else None,
            action=line["action"],
            suggested=_text(line, "suggested"),
            score=float(line["score"]),
        )
    except (KeyError, ValueError, TypeError) as error:
        raise DataError(f"{where}: no line of a list of suspect views: {error!r}") from None
    if suspect.other is None and suspect.kind in ("unlike", "two-instances"):
        raise DataError(f"{where}: a suspect of kind {suspect.kind!r} has another view, 'other_picture'")
    if line.get("id", suspect.id) != suspect.id:
        raise DataError(f"{where}: the id {line['id']!r} is not that of what the line says: {suspect.id}")
    return suspect


def _shown(line: Mapping[str, Any], prefix: str) -> Shown:
    role, mask, box = line[prefix + "role"], line.get(prefix + "mask"), line.get(prefix + "box")
    if role not in get_args(Role):
        raise ValueError(f"{prefix}role: {' or '.join(get_args(Role))} is needed, not {role!r}")
    width, height = line[prefix + "size"]
    return Shown(
        picture=str(line[prefix + "picture"]),
        sha256=str(line[prefix + "sha256"]),
        size=(int(width), int(height)),
        role=role,
        box=None if box is None else corners(box),
        mask=None if mask is None else int(mask),
        instance=_text(line, prefix + "instance"),
        category=_text(line, prefix + "category"),
    )


def _text(line: Mapping[str, Any], key: str) -> str | None:
    value = line.get(key)
    if value is not None and not isinstance(value, str):
        raise ValueError(f"{key}: a text is needed, not {value!r}")
    return value
