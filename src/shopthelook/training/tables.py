"""TOML tables into frozen dataclasses, strictly: what is unknown, missing or of another type is an error."""

from __future__ import annotations

import dataclasses
import math
import tomllib
from typing import TYPE_CHECKING, Any, Literal, TypeVar, get_args, get_origin, get_type_hints

from shopthelook.errors import ShopError

if TYPE_CHECKING:
    from collections.abc import Mapping

T = TypeVar("T")

_WORDS = {str: "a text", int: "a whole number", float: "a number", bool: "true or false"}


class RecipeError(ShopError):
    """A recipe that cannot be used; the message names the file, the key in it and what is wrong."""


def check(right: bool, problem: str) -> None:
    """Refuse a value from a dataclass's ``__post_init__``: a ValueError that `build` tells with its place."""
    if not right:
        raise ValueError(problem)


def parse(text: str, source: str) -> dict[str, Any]:
    """The tables of a TOML file called ``source``. Raises `RecipeError` where it is no TOML."""
    try:
        return tomllib.loads(text)
    except (ValueError, RecursionError) as error:
        raise RecipeError(f"{source}: cannot be read as TOML: {error}") from None


def build(kind: type[T], values: Mapping[str, Any], source: str, prefix: str = "") -> T:
    """Make the dataclass ``kind`` of a table; its fields are the keys, those with a default may be left out.

    Fields may be texts, numbers, flags, literals, tuples of these and dataclasses. ``source`` and ``prefix`` are
    what errors call the file and the table in it.

    Raises:
        RecipeError: a key is unknown, missing, of another type, or ``kind`` refuses it with a ValueError.
    """
    hints = get_type_hints(kind)
    fields = {field.name: field for field in dataclasses.fields(kind)}  # type: ignore[arg-type]  # T is one
    for key in values:
        if key not in fields:
            raise RecipeError(f"{source}: unknown key {prefix + key!r}; there are {', '.join(fields)}")
    given = {}
    for name, field in fields.items():
        if name in values:
            given[name] = _value(hints[name], values[name], source, prefix + name)
        elif field.default is dataclasses.MISSING and field.default_factory is dataclasses.MISSING:
            raise RecipeError(f"{source}: the key {prefix + name!r} is missing")
    try:
        return kind(**given)
    except ValueError as error:
        raise RecipeError(f"{source}: {prefix.rstrip('.') or 'the recipe'}: {error}") from None


def _value(hint: Any, value: Any, source: str, key: str) -> Any:
    if get_origin(hint) is Literal:
        if not isinstance(value, str) or value not in get_args(hint):
            raise _wrong(source, key, " or ".join(repr(one) for one in get_args(hint)), value)
        return value
    if get_origin(hint) is tuple:
        inner, *rest = get_args(hint)
        if not isinstance(value, list):
            raise _wrong(source, key, "a list", value)
        if rest != [...] and len(value) != 1 + len(rest):
            raise _wrong(source, key, f"a list of {1 + len(rest)}", value)
        return tuple(_value(inner, one, source, f"{key}[{i}]") for i, one in enumerate(value))
    if dataclasses.is_dataclass(hint) and isinstance(hint, type):
        return build(hint, _table(value, source, key), source, f"{key}.")
    if hint is dict or get_origin(hint) is dict:
        return _table(value, source, key)
    if hint is float and isinstance(value, int) and not isinstance(value, bool):
        value = float(value)
    # Not isinstance: true is no number.
    if type(value) is not hint or (hint is float and not math.isfinite(value)):
        raise _wrong(source, key, _WORDS[hint], value)
    return value


def _table(value: Any, source: str, key: str) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise _wrong(source, key, "a table", value)
    return value


def _wrong(source: str, key: str, needed: str, value: Any) -> RecipeError:
    shown = repr(value)
    return RecipeError(
        f"{source}: {key!r} must be {needed}, not {shown if len(shown) <= 60 else shown[:59] + '…'}"
    )
