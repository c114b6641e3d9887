"""What a check finds."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Literal

Kind = Literal[
    "picture",
    "size",
    "changed",
    "twice",
    "alike",
    "empty-box",
    "outside-box",
    "doubled-box",
    "two-labels",
    "absent-box",
    "no-category",
    "few-boxes",
]
NOTES: frozenset[Kind] = frozenset({"no-category", "few-boxes"})
TITLES: dict[Kind, str] = {
    "picture": "pictures that are missing or cannot be read",
    "size": "pictures of another size than the data set says",
    "changed": "pictures that are not the ones that were imported",
    "twice": "pictures that are there twice",
    "alike": "pictures of one split that look like one of another",
    "empty-box": "boxes without area",
    "outside-box": "boxes that reach outside of their picture",
    "doubled-box": "boxes that are there twice",
    "two-labels": "boxes that are two kinds of object at once",
    "absent-box": "boxes of a label that is said to be absent",
    "no-category": "labels without a category",
    "few-boxes": "categories with few boxes",
}


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing that is wrong (or, for the kinds in `NOTES`, good to know): ``text`` says it in a line.

    ``data`` is the folder of the data set, ``picture`` the path of the picture that it is about, and ``other`` that
    of a second one.
    """

    kind: Kind
    data: str
    text: str
    picture: str | None = None
    other: str | None = None

    @property
    def is_note(self) -> bool:
        """Whether it may well be as it should."""
        return self.kind in NOTES

    def as_dict(self) -> dict[str, object]:
        """What there is to say, for JSON."""
        return {key: value for key, value in asdict(self).items() if value is not None} | {
            "note": self.is_note
        }
