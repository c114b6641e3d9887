"""What suspects of all kinds have in common: they are lines of JSON with an id."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any, Protocol, TypeAlias

from shopthelook.datasets.errors import DataError

Corners: TypeAlias = tuple[float, float, float, float]
"""x1, y1, x2, y2 in pixels of the upright picture, to the hundredth."""


class Suspect(Protocol):
    """Something that may be wrong. ``id`` is the same however often, and on whatever machine, one looks."""

    @property
    def id(self) -> str: ...

    def as_dict(self) -> dict[str, Any]:
        """The JSON of the line."""
        ...


def id_of(*said: object) -> str:
    """16 hex digits that follow from what is said."""
    return hashlib.sha256("\0".join(map(str, said)).encode()).hexdigest()[:16]


def corners(value: Any) -> Corners:
    """Four numbers x1, y1, x2, y2 with an area. Raises `ValueError`."""
    x1, y1, x2, y2 = (round(float(one), 2) for one in value)
    if not (x1 < x2 and y1 < y2):  # also where one is not a number
        raise ValueError(f"a box is x1, y1, x2, y2 with an area, not {value!r}")
    return x1, y1, x2, y2


def write_suspects(out: Path, found: Iterable[Suspect]) -> None:
    """Write a list of suspects, a line each. Raises `DataError` where it cannot be written."""
    try:
        out.write_text(
            "".join(json.dumps(one.as_dict(), ensure_ascii=False) + "\n" for one in found), encoding="utf-8"
        )
    except OSError as error:
        raise DataError(f"{out}: cannot be written: {error.strerror}") from None
