"""Reading JSON objects field by field, so that whatever is wrong is told by the file and field it is in."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Any

from shopthelook.errors import ShopError

_KINDS = {str: "text", int: "a whole number", float: "a number", list: "a list", dict: "an object"}
_REQUIRED: Any = object()


class CardError(ShopError):
    """A model card that breaks the contract. `source` is the file, `field` the dotted name in it."""

    def __init__(self, source: str, field: str, problem: str) -> None:
        self.source = source
        self.field = field
        where = f"{source}: field {field!r}" if field else source
        super().__init__(f"{where} {problem}")


class Fields:
    """One JSON object of a card. Every reader raises `CardError` that names the file and the field."""

    def __init__(self, values: Any, source: str, prefix: str = "") -> None:
        self.source = source
        self._prefix = prefix
        if not isinstance(values, dict):
            raise CardError(source, prefix.rstrip("."), f"must be an object, not {_describe(values)}")
        self._values: dict[str, Any] = values

    def error(self, key: str, problem: str) -> CardError:
        """Make (not raise) the error of one field."""
        return CardError(self.source, self._prefix + key, problem)

    def has(self, key: str) -> bool:
        """Whether the field is there and not null."""
        return self._values.get(key) is not None

    def text(self, key: str, default: str = _REQUIRED, empty: bool = False) -> str:
        """Read a string; blank only where `empty` is allowed."""
        value: str = self._typed(key, str, default)
        if not value.strip() and not empty and value is not default:
            raise self.error(key, "must not be empty")
        return value

    def integer(self, key: str, low: int, high: int, default: int = _REQUIRED) -> int:
        """Read a whole number from `low` to `high`."""
        value: int = self._typed(key, int, default)
        if value is not default and not low <= value <= high:
            raise self.error(key, f"must be from {low} to {high}, not {value}")
        return value

    def number(self, key: str, low: float, high: float, default: float = _REQUIRED) -> float:
        """Read a finite number from `low` to `high`."""
        value: float = self._typed(key, float, default)
        if value is default:
            return value
        if not math.isfinite(value) or not low <= value <= high:
            raise self.error(key, f"must be from {low:g} to {high:g}, not {value}")
        return float(value)

    def numbers(self, key: str, count: int, low: float, high: float) -> tuple[float, ...]:
        """Read a list of exactly `count` finite numbers from `low` to `high`."""
        values = self._typed(key, list, _REQUIRED)
        if len(values) != count:
            raise self.error(key, f"must hold {count} numbers, not {len(values)}")
        inside = Fields(
            {str(i): value for i, value in enumerate(values)}, self.source, f"{self._prefix}{key}."
        )
        return tuple(inside.number(str(i), low, high) for i in range(count))

    def texts(self, key: str) -> tuple[str, ...]:
        """Read a list of strings that are not blank."""
        values = self._typed(key, list, _REQUIRED)
        inside = Fields(
            {str(i): value for i, value in enumerate(values)}, self.source, f"{self._prefix}{key}."
        )
        return tuple(inside.text(str(i)) for i in range(len(values)))

    def object(self, key: str) -> Fields:
        """Read a nested object."""
        return Fields(self._typed(key, dict, _REQUIRED), self.source, f"{self._prefix}{key}.")

    def objects(self, key: str, default: list[Any] = _REQUIRED) -> Iterator[Fields]:
        """Read a list of objects; fields in them are named `key.0.field`."""
        for i, value in enumerate(self._typed(key, list, default)):
            yield Fields(value, self.source, f"{self._prefix}{key}.{i}.")

    def _typed(self, key: str, kind: type, default: Any) -> Any:
        value = self._values.get(key)
        if value is None:
            if default is _REQUIRED:
                raise self.error(key, "is missing")
            return default
        allowed = (int, float) if kind is float else (kind,)
        if isinstance(value, bool) or not isinstance(value, allowed):
            raise self.error(key, f"must be {_KINDS[kind]}, not {_describe(value)}")
        return value


def _describe(value: Any) -> str:
    if value is None or isinstance(value, bool):
        return str(value)
    return _KINDS.get(type(value), type(value).__name__)
