"""How values, field names and numbers are compared."""

from __future__ import annotations

import math
import re
from decimal import Decimal

_DECIMAL = re.compile(r"[+-]?(?:[0-9]+(?:\.[0-9]+)?|\.[0-9]+)")


def fold(value: str) -> str:
    """Two values are the same when their folds are: letter case and the amount of white space do not count."""
    return " ".join(value.casefold().split())


def fold_field(name: str) -> str:
    """A field's one spelling: "Seat  Height" is "seat_height"."""
    return fold(name).replace(" ", "_")


def number(value: str) -> float | None:
    """The number that a value is, where it is a plain decimal ("12", "-0.5"); no exponents, no separators."""
    text = value.strip()
    if not _DECIMAL.fullmatch(text):
        return None
    found = float(text)
    return found if math.isfinite(found) else None


def plain(value: float) -> str:
    """A finite number as a plain decimal; `number` of it is the same number."""
    # Adding zero makes one zero of both. Whole floats are written as people do, 50 and not 50.0.
    text = format(Decimal(repr(float(value) + 0.0)), "f")
    return text.removesuffix(".0")
