"""One likely error in the labels of a data set, as a line that a labelling task takes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any, Literal, TypeAlias, get_args

from shopthelook.datasets.cleaning import Corners, corners, id_of
from shopthelook.datasets.errors import DataError

__all__ = ["ACTIONS", "KINDS", "Action", "Corners", "Kind", "Suspect", "corners", "parse_suspect"]

Kind: TypeAlias = Literal["two-labels", "label", "missing", "unfound"]
Action: TypeAlias = Literal["keep", "relabel", "remove", "remove-other", "add"]
KINDS: tuple[Kind, ...] = get_args(Kind)
ACTIONS: tuple[Action, ...] = get_args(Action)


@dataclass(frozen=True, slots=True)
class Suspect:
    """A box that may be wrong, or missing.

    ``picture`` is the file as the data set names it, ``sha256`` its hash; ``box`` xyxy in pixels of a picture of
    ``size`` (width, height), ``label`` what the data set calls it (None where the box is missing). ``action`` and
    ``suggested`` say what is likely right; ``score`` in [0, 1] how likely. ``other_box`` and ``other_label`` are those
    of the box around the same thing, for two labels.
    """

    kind: Kind
    picture: str
    sha256: str
    size: tuple[int, int]
    box: Corners
    label: str | None
    action: Action
    suggested: str | None
    score: float
    other_box: Corners | None = None
    other_label: str | None = None

    @property
    def id(self) -> str:
        """16 hex digits that stay the same however often the data set is looked at, and on every machine."""
        where = self.suggested if self.label is None else self.label
        return id_of(self.kind, self.sha256, where, *(f"{value:.2f}" for value in self.box), self.other_label)

    def as_dict(self) -> dict[str, Any]:
        """The JSON of the line."""
        return {"id": self.id, **{key: value for key, value in asdict(self).items() if value is not None}}


def parse_suspect(line: Mapping[str, Any], where: str) -> Suspect:
    """The suspect that a line holds; what else is in it is left alone. Raises `DataError` naming ``where``."""
    try:
        other = line.get("other_box")
        label, suggested, other_label = (line.get(key) for key in ("label", "suggested", "other_label"))
        for text in (label, suggested, other_label):
            if text is not None and not isinstance(text, str):
                raise ValueError(f"a label is a text, not {text!r}")
        if line["kind"] not in KINDS or line["action"] not in ACTIONS:
            raise ValueError(f"no such kind or action: {line['kind']!r}, {line['action']!r}")
        width, height = line["size"]
        suspect = Suspect(
            kind=line["kind"],
            picture=str(line["picture"]),
            sha256=str(line["sha256"]),
            size=(int(width), int(height)),
            box=corners(line["box"]),
            label=label,
            action=line["action"],
            suggested=suggested,
            score=float(line["score"]),
            other_box=None if other is None else corners(other),
            other_label=other_label,
        )
    except (KeyError, ValueError, TypeError) as error:
        raise DataError(f"{where}: no line of a list of suspects: {error!r}") from None
    if line.get("id", suspect.id) != suspect.id:
        raise DataError(f"{where}: the id {line['id']!r} is not that of what the line says: {suspect.id}")
    return suspect
