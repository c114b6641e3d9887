"""A filter as JSON: the same tree, for programs.

{"and": [...]}  {"or": [...]}  {"not": {...}}
{"field": "brand", "value": "Norr"}
{"field": "color", "in": ["red", "blue"]}
{"field": "price", "gte": 10, "lt": 50}        gt, gte, lt, lte; null is no limit
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

from shopthelook.retrieval.query.ast import And, Filter, In, Not, Or, Range, Term
from shopthelook.retrieval.query.errors import QueryError, quoted
from shopthelook.retrieval.query.fold import fold_field, plain
from shopthelook.retrieval.query.limits import DEEPEST, MOST_TEXT, TOO_DEEP, check

_LIMITS = ("gt", "gte", "lt", "lte")
_SHAPES = (
    'a filter is {"and": [...]}, {"or": [...]}, {"not": {...}}, {"field": ..., "value": ...}, '
    '{"field": ..., "in": [...]} or {"field": ..., "gte": ..., "lt": ...}'
)


def from_json(value: object) -> Filter:
    """Read a filter from what `json.loads` gives.

    Raises:
        QueryError: it is no filter, or too large; `path` and the message name the place.
    """
    found = _read(value, "where", 1)
    check(found)
    return found


def to_json(where: Filter) -> dict[str, Any]:
    """The filter as `json.dumps` takes it; `from_json` of it gives an equal tree.

    Raises:
        QueryError: it is larger than a filter may be.
    """
    check(where)
    return _json(where)


def _json(where: Filter) -> dict[str, Any]:
    match where:
        case And(children):
            return {"and": [_json(child) for child in children]}
        case Or(children):
            return {"or": [_json(child) for child in children]}
        case Not(child):
            return {"not": _json(child)}
        case Term(field, value):
            return {"field": field, "value": value}
        case In(field, values):
            return {"field": field, "in": list(values)}
        case Range(field, low, high):
            limits = {
                "gt" if where.low_open else "gte": low,
                "lt" if where.high_open else "lte": high,
            }
            # One key has to stay, or it would be no range.
            kept = {key: limit for key, limit in limits.items() if limit is not None}
            return {"field": field, **(kept or {"gte": None})}


def _read(value: object, path: str, depth: int) -> Filter:
    if depth > DEEPEST:
        raise QueryError(TOO_DEEP, path=path[:200])
    if not isinstance(value, Mapping):
        raise QueryError(f"expected an object, found {_kind(value)}; {_SHAPES}", path=path)
    keys = set(value)
    for key, kind in (("and", And), ("or", Or)):
        if keys == {key}:
            parts = _list(value[key], f"{path}.{key}")
            read = (_read(part, f"{path}.{key}[{n}]", depth + 1) for n, part in enumerate(parts))
            return kind(tuple(read))
    if keys == {"not"}:
        return Not(_read(value["not"], f"{path}.not", depth + 1))
    if "field" not in keys:
        raise QueryError(f"it has the keys {_names(keys)}; {_SHAPES}", path=path)
    field = _field(value["field"], f"{path}.field")
    if keys == {"field", "value"}:
        return Term(field, _value(value["value"], f"{path}.value"))
    if keys == {"field", "in"}:
        listed = _list(value["in"], f"{path}.in")
        return In(field, tuple(_value(one, f"{path}.in[{n}]") for n, one in enumerate(listed)))
    if len(keys) > 1 and keys <= {"field", *_LIMITS}:
        return _range(field, value, path)
    raise QueryError(f"it has the keys {_names(keys)}; {_SHAPES}", path=path)


def _range(field: str, value: Mapping[Any, Any], path: str) -> Filter:
    limits = {key: _limit(value[key], f"{path}.{key}") for key in _LIMITS if key in value}
    for pair in (("gt", "gte"), ("lt", "lte")):
        if all(key in limits for key in pair):
            raise QueryError(f"give one of {pair[0]} and {pair[1]}, not both", path=path)
    low, high = limits.get("gt", limits.get("gte")), limits.get("lt", limits.get("lte"))
    if low is not None and high is not None and low > high:
        raise QueryError(f"the range is turned round: {plain(low)} is above {plain(high)}", path=path)
    return Range(field, low, high, "gt" in limits, "lt" in limits)


def _limit(value: object, path: str) -> float | None:
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise QueryError(f"expected a number or null, found {_kind(value)}", path=path)
    try:
        found = float(value)
    except OverflowError:
        found = math.inf
    if not math.isfinite(found):
        raise QueryError("the number is not finite", path=path)
    return found


def _value(value: object, path: str) -> str:
    if isinstance(value, int | float) and not isinstance(value, bool):
        return plain(_limit(value, path) or 0.0)
    if not isinstance(value, str):
        raise QueryError(f"expected a text or a number, found {_kind(value)}", path=path)
    return _clean(value, path)


def _field(value: object, path: str) -> str:
    if not isinstance(value, str):
        raise QueryError(f"expected a field's name, found {_kind(value)}", path=path)
    if not fold_field(value):
        raise QueryError("a field has no name", path=path)
    return _clean(value, path)


def _list(value: object, path: str) -> list[Any] | tuple[Any, ...]:
    if not isinstance(value, list | tuple):
        raise QueryError(f"expected a list, found {_kind(value)}", path=path)
    return value


def _clean(text: str, path: str) -> str:
    if len(text) > MOST_TEXT:
        raise QueryError(f"the text has {len(text)} characters, {MOST_TEXT} are allowed", path=path)
    if any("\ud800" <= letter <= "\udfff" for letter in text):
        raise QueryError("half of a UTF-16 pair is no character", path=path)
    return text


def _kind(value: object) -> str:
    """What a value is in JSON's words."""
    if value is None or isinstance(value, bool):
        return "null" if value is None else str(value).lower()
    names: dict[type, str] = {str: "a text", int: "a number", float: "a number", list: "a list"}
    return "an object" if isinstance(value, Mapping) else names.get(type(value), type(value).__name__)


def _names(keys: set[Any]) -> str:
    shown = [quoted(str(key), 20) for key in sorted(keys, key=str)[:5]]
    return ", ".join(shown) if shown else "none"
