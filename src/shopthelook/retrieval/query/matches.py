"""The meaning of a filter, in the slow and obvious way: the oracle of every engine."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from shopthelook.retrieval.query.ast import And, Filter, In, Not, Or, Range, Term
from shopthelook.retrieval.query.fold import fold, fold_field, number


def matches(where: Filter, attributes: Mapping[str, Sequence[str | float]]) -> bool:
    """Whether a row with these attributes, each with any number of values, is let through.

    A `Term` matches when one of the row's values of the field is the same text after `fold`, or the same
    number where the term's value is a plain decimal. A `Range` looks at the row's numbers only. A field that
    the row lacks never matches; the `Not` of it does.
    """
    match where:
        case And(children):
            return all(matches(child, attributes) for child in children)
        case Or(children):
            return any(matches(child, attributes) for child in children)
        case Not(child):
            return not matches(child, attributes)
        case Term(field, value):
            return _has(attributes, field, value)
        case In(field, values):
            return any(_has(attributes, field, value) for value in values)
        case Range():
            return any(_within(where, value) for value in _values(attributes, where.field))


def _values(attributes: Mapping[str, Sequence[str | float]], field: str) -> list[str | float]:
    return [value for name, values in attributes.items() if fold_field(name) == field for value in values]


def _has(attributes: Mapping[str, Sequence[str | float]], field: str, wanted: str) -> bool:
    as_number = number(wanted)
    for value in _values(attributes, field):
        if isinstance(value, str):
            if fold(value) == fold(wanted):
                return True
        elif as_number is not None and value == as_number:
            return True
    return False


def _within(limits: Range, value: str | float) -> bool:
    if isinstance(value, str) or value != value:  # the second is a number that is none
        return False
    low, high = limits.low, limits.high
    above = low is None or (value > low if limits.low_open else value >= low)
    below = high is None or (value < high if limits.high_open else value <= high)
    return above and below
