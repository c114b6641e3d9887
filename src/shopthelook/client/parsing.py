"""From JSON to the data of `results`."""

from __future__ import annotations

import types
import typing
from collections.abc import Mapping
from dataclasses import MISSING, fields, is_dataclass
from decimal import Decimal, InvalidOperation
from functools import cache
from typing import Any, TypeVar

from shopthelook.client.errors import BadAnswer

T = TypeVar("T")


def parsed(kind: type[T], value: Any, where: str = "the answer") -> T:
    """``value``, which came as JSON, as a ``kind``: a dataclass of what is in it.

    Fields that the class does not have are passed over, so that a client goes on with a newer server.

    Raises:
        BadAnswer: a field is missing or of another type; the message names it.
    """
    found: T = _parsed(kind, value, where)
    return found


def _parsed(kind: Any, value: Any, where: str) -> Any:
    origin = typing.get_origin(kind)
    arguments = typing.get_args(kind)
    if origin in (types.UnionType, typing.Union):
        return None if value is None else _parsed(arguments[0], value, where)
    if origin is tuple:
        return _several(arguments, value, where)
    if origin is typing.Literal:
        # A word that this version does not know is for the caller to see.
        kind = str
    if isinstance(kind, type) and is_dataclass(kind):
        return _record(kind, value, where)
    if kind is Decimal and isinstance(value, str):
        try:
            return Decimal(value)
        except InvalidOperation:
            raise BadAnswer(f"{where}: {value!r} is no number") from None
    if kind is float and isinstance(value, int) and not isinstance(value, bool):
        return float(value)
    if type(value) is not kind:
        raise BadAnswer(f"{where}: {kind.__name__} was expected, not {type(value).__name__}")
    return value


def _several(kinds: tuple[Any, ...], value: Any, where: str) -> tuple[Any, ...]:
    if not isinstance(value, list):
        raise BadAnswer(f"{where}: a list was expected, not {type(value).__name__}")
    if kinds[-1] is Ellipsis:
        kinds = kinds[:1] * len(value)
    if len(value) != len(kinds):
        raise BadAnswer(f"{where}: {len(kinds)} values were expected, not {len(value)}")
    pairs = zip(kinds, value, strict=True)
    return tuple(_parsed(kind, one, f"{where}[{n}]") for n, (kind, one) in enumerate(pairs))


def _record(kind: type, value: Any, where: str) -> Any:
    if not isinstance(value, Mapping):
        raise BadAnswer(f"{where}: an object was expected, not {type(value).__name__}")
    given = {}
    for name, (hint, has_default) in _fields(kind).items():
        if name in value:
            given[name] = _parsed(hint, value[name], f"{where}.{name}")
        elif not has_default:
            raise BadAnswer(f"{where}: there is no {name}")
    return kind(**given)


@cache
def _fields(kind: type) -> dict[str, tuple[Any, bool]]:
    """The fields of a dataclass: name -> (type, whether it has a default)."""
    hints = typing.get_type_hints(kind)
    return {one.name: (hints[one.name], one.default is not MISSING) for one in fields(kind)}
