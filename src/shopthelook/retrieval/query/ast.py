"""The tree of a filter: frozen data. What it means is in `meaning.py`; each engine translates it.

`span` is where the node stands in the text it was read from, characters [first, end); it does not take part
in comparisons.
"""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from typing import TypeAlias

Span: TypeAlias = tuple[int, int]
NO_SPAN: Span = (0, 0)


@dataclass(frozen=True, slots=True)
class And:
    """Rows that all children match; all rows where there is no child."""

    children: tuple[Filter, ...]
    span: Span = dataclasses.field(default=NO_SPAN, compare=False)


@dataclass(frozen=True, slots=True)
class Or:
    """Rows that some child matches; no row where there is no child."""

    children: tuple[Filter, ...]
    span: Span = dataclasses.field(default=NO_SPAN, compare=False)


@dataclass(frozen=True, slots=True)
class Not:
    """Rows that the child does not match, those that lack its field among them."""

    child: Filter
    span: Span = dataclasses.field(default=NO_SPAN, compare=False)


@dataclass(frozen=True, slots=True)
class Term:
    """Rows with this value of the field, as text after folding or as an equal number."""

    field: str
    value: str
    span: Span = dataclasses.field(default=NO_SPAN, compare=False)


@dataclass(frozen=True, slots=True)
class In:
    """Rows with any of these values of the field, each as in a `Term`."""

    field: str
    values: tuple[str, ...]
    span: Span = dataclasses.field(default=NO_SPAN, compare=False)


@dataclass(frozen=True, slots=True)
class Range:
    """Rows with a number of the field between the limits; None is no limit, an open limit is left out."""

    field: str
    low: float | None
    high: float | None
    low_open: bool = False
    high_open: bool = False
    span: Span = dataclasses.field(default=NO_SPAN, compare=False)


Filter: TypeAlias = And | Or | Not | Term | In | Range
