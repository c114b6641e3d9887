"""Reading JSON that others wrote: every value is asked for by name and type, and what is wrong names its place."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any, TypeGuard

from shopthelook.datasets.errors import DataError

_MOST = 1e7  # of a coordinate or a side, in pixels: far beyond any picture, well within float32


def read_json(path: Path) -> Entry:
    """The object that a JSON file holds. Raises `DataError` where there is no such file or no object in it."""
    return Entry(_read(path), str(path))


def _read(path: Path) -> object:
    try:
        return json.loads(path.read_text(encoding="utf-8-sig"))
    except (OSError, ValueError, RecursionError) as error:
        reason = getattr(error, "strerror", None) or error or type(error).__name__
        raise DataError(f"{path}: cannot be read as JSON: {reason}") from None


def read_json_list(path: Path) -> Iterator[Entry | DataError]:
    """Yield the objects of the list that a JSON file holds, or what is wrong with one of them.

    Raises `DataError` where there is no such file or no list in it.
    """
    listed = _read(path)
    if not isinstance(listed, list):
        raise DataError(f"{path}: a list is needed, not {_shown(listed)}")
    for i, value in enumerate(listed):
        try:
            yield Entry(value, str(path), i)
        except DataError as error:
            yield error


def read_json_lines(path: Path) -> Iterator[Entry | DataError]:
    """Yield the object of each line of a file, or what is wrong with it; lines without text are skipped.

    Raises `DataError` where there is no such file.
    """
    try:
        with path.open(encoding="utf-8-sig", errors="replace") as file:
            for number, line in enumerate(file, 1):
                if not line.strip():
                    continue
                try:
                    yield Entry(json.loads(line), str(path), f"line {number}")
                except (ValueError, RecursionError) as error:
                    yield DataError(f"{path}: line {number}: cannot be read as JSON: {error}")
                except DataError as error:
                    yield error
    except OSError as error:
        raise DataError(f"{path}: cannot be read: {error.strerror}") from None


class Entry:
    """A JSON object and where it stands, as in "annotations.json: annotations[3]".

    Every method raises `DataError` where the value is missing or of another type.
    """

    __slots__ = ("_place", "_values")

    def __init__(self, value: object, *place: str | int) -> None:
        """``place`` names the file and what is in it from the outside in; a number is the place in a list."""
        self._place = place  # put into words only when something is wrong: files hold millions of entries
        if not isinstance(value, dict):
            raise DataError(f"{self.where}: an object is needed, not {_shown(value)}")
        self._values: dict[str, Any] = value

    @property
    def where(self) -> str:
        """The file, and the place in it."""
        parts = (f"[{one}]" if isinstance(one, int) else f": {one}" for one in self._place)
        return "".join(parts).removeprefix(": ")

    def __contains__(self, key: str) -> bool:
        return self._values.get(key) is not None

    def wrong(self, key: str, needed: str) -> DataError:
        """The error that says what ``key`` should have been."""
        if key not in self._values:
            return DataError(f"{self.where}: {key!r} is missing; {needed} is needed")
        return DataError(f"{self.where}: {key!r} must be {needed}, not {_shown(self._values[key])}")

    def text(self, key: str, default: str | None = None) -> str:
        """A text that is not empty."""
        value = self._values.get(key)
        if value in (None, "") and default is not None:
            return default
        if not is_text(value):
            raise self.wrong(key, "a text")
        return value

    def key(self, key: str) -> int | str:
        """An id: a whole number or a text."""
        value = self._values.get(key)
        if type(value) is not int and not is_text(value):
            raise self.wrong(key, "an id (a whole number or a text)")
        return value

    def digest(self, key: str) -> bytes | None:
        """A SHA-256 in hexadecimal, None when left out."""
        value = self._values.get(key)
        if value is None:
            return None
        if not isinstance(value, str) or not re.fullmatch("[0-9a-f]{64}", value):
            raise self.wrong(key, "a SHA-256 in hexadecimal")
        return bytes.fromhex(value)

    def side(self, key: str) -> int:
        """A side of a picture: a whole number of pixels above 0."""
        value = self._values.get(key)
        if not _is_number(value) or value != int(value) or not 0 < value <= _MOST:
            raise self.wrong(key, "a whole number of pixels above 0")
        return int(value)

    def number(self, key: str) -> float:
        """A number of pixels, or a share."""
        value = self._values.get(key)
        if not _is_number(value):
            raise self.wrong(key, "a number")
        return float(value)

    def four(self, key: str) -> tuple[float, float, float, float]:
        """Four numbers of a box."""
        value = self._values.get(key)
        if not isinstance(value, list) or len(value) != 4 or not all(_is_number(v) for v in value):
            raise self.wrong(key, "four numbers of a box")
        return float(value[0]), float(value[1]), float(value[2]), float(value[3])

    def flag(self, key: str) -> bool:
        """True or false, also as 1 or 0; false when left out."""
        value = self._values.get(key, False)
        if value not in (True, False, None):  # 1 and 0 are equal to them
            raise self.wrong(key, "true or false")
        return bool(value)

    def object(self, key: str) -> Entry:
        """An object, empty when left out."""
        return Entry(self._values.get(key) or {}, *self._place, key)

    def objects(self, key: str) -> Iterator[Entry]:
        """The objects of a list."""
        if not isinstance(self._values.get(key), list):
            raise self.wrong(key, "a list")
        for i in range(self.count(key)):
            yield self.item(key, i)

    def item(self, key: str, i: int) -> Entry:
        """The object at place ``i`` of a list, which must be there: see `count`."""
        return Entry(self._values[key][i], *self._place, key, i)

    def count(self, key: str) -> int:
        """How many things a list holds; 0 where there is no list."""
        value = self._values.get(key)
        return len(value) if isinstance(value, list) else 0

    def keys(self, key: str) -> list[int | str]:
        """A list of ids, empty when left out."""
        value = self._values.get(key)
        if value is None:
            return []
        if not isinstance(value, list) or any(type(one) not in (int, str) for one in value):
            raise self.wrong(key, "a list of ids")
        return value

    def names(self, start: str) -> list[str]:
        """The keys that begin with ``start``."""
        return [key for key in self._values if key.startswith(start)]


def is_text(value: object) -> TypeGuard[str]:
    """Whether it is a text that is not empty and can be a name of a file and written to one."""
    if not isinstance(value, str) or not value or "\0" in value:
        return False
    return value.isascii() or not any("\ud800" <= letter <= "\udfff" for letter in value)


def _is_number(value: object) -> TypeGuard[int | float]:
    # NaN is within no limits.
    return (type(value) is float or type(value) is int) and -_MOST <= value <= _MOST


def _shown(value: object) -> str:
    text = repr(value)
    return text if len(text) <= 60 else text[:59] + "…"
