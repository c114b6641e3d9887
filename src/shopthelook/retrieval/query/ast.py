"""The tree of a filter: frozen data. What it means is in `matches.py`; each engine translates it.

`span` is where the node stands in the text it was read from, characters [first, end); it does not take part
in comparisons. Field names are folded when a node is made, so that engines compare them as they are.
"""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from typing import TypeAlias

from shopthelook.retrieval.query.fold import fold_field

Span: TypeAlias = tuple[int, int]
NO_SPAN: Span = (0, 0)


@dataclass(frozen=True, slots=True)
class And:
    """Rows that all children match; all rows where there is no child."""

    children: tuple[Filter, ...]
    span: Span = dataclasses.field(default=NO_SPAN, compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class Or:
    """Rows that some child matches; no row where there is no child."""

    children: tuple[Filter, ...]
    span: Span = dataclasses.field(default=NO_SPAN, compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class Not:
    """Rows that the child does not match, those that lack its field among them."""

    child: Filter
    span: Span = dataclasses.field(default=NO_SPAN, compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class Term:
    """Rows with this value of the field, as text after folding or as an equal number."""

    field: str
    value: str
    span: Span = dataclasses.field(default=NO_SPAN, compare=False, repr=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "field", fold_field(self.field))


@dataclass(frozen=True, slots=True)
class In:
    """Rows with any of these values of the field, each as in a `Term`."""

    field: str
    values: tuple[str, ...]
    span: Span = dataclasses.field(default=NO_SPAN, compare=False, repr=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "field", fold_field(self.field))


@dataclass(frozen=True, slots=True)
class Range:
    """Rows with a number of the field between the limits; None is no limit, an open limit is left out."""

    field: str
    low: float | None
    high: float | None
    low_open: bool = False
    high_open: bool = False
    span: Span = dataclasses.field(default=NO_SPAN, compare=False, repr=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "field", fold_field(self.field))
        # What is not limited is neither open nor closed: one meaning, one tree.
        if self.low is None:
            object.__setattr__(self, "low_open", False)
        if self.high is None:
            object.__setattr__(self, "high_open", False)


Filter: TypeAlias = And | Or | Not | Term | In | Range


def all_of(*filters: Filter | None) -> Filter | None:
    """The rows that every filter lets through; None stands for a filter that lets all through."""
    given = [one for one in filters if one is not None]
    if len(given) < 2:
        return given[0] if given else None
    return And(tuple(child for one in given for child in (one.children if isinstance(one, And) else (one,))))


def any_of(*filters: Filter) -> Filter:
    """The rows that some filter lets through."""
    return filters[0] if len(filters) == 1 else Or(filters)
