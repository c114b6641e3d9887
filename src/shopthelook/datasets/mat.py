"""MATLAB files (level 5, as MATLAB saves by default): matrices of numbers and lists of texts.

A small reader of our own, because files come from anywhere and SciPy's crashes the process on some damaged ones.
The format is in "MAT-File Format" by The MathWorks: a header of 128 bytes, then elements of a type, a length and data.
"""

from __future__ import annotations

import struct
import zlib
from collections.abc import Iterator
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from shopthelook.datasets.errors import DataError

MOST = 1 << 28  # bytes of a variable: far more than any mask
_HEADER = 128
_NUMBERS = {1: "i1", 2: "u1", 3: "i2", 4: "u2", 5: "i4", 6: "u4", 7: "f4", 9: "f8", 12: "i8", 13: "u8"}
_TEXTS = {1: "ascii", 2: "ascii", 4: "utf-16", 16: "utf-8", 17: "utf-16", 18: "utf-32"}
_MATRIX, _COMPRESSED, _CELL, _CHAR = 14, 15, 1, 4
_NUMERIC = range(6, 16)

Value = NDArray[np.generic] | list[str]


def read_mat(path: Path, variable: str) -> Value:
    """A variable of a MATLAB file: numbers in their shape, or the texts of a cell array in MATLAB's order.

    Raises `DataError` for a file that is not one, is damaged, or has no such variable of such a kind.
    """
    try:
        data = path.read_bytes()
    except OSError as error:
        raise DataError(f"{path}: cannot be read: {error.strerror}") from None
    if data[:10] == b"MATLAB 7.3":
        raise DataError(f"{path}: saved as version 7.3; save it again without -v7.3")
    order = {b"IM": "<", b"MI": ">"}.get(data[126:_HEADER])
    if order is None or data[:6] != b"MATLAB":
        raise DataError(f"{path}: not a MATLAB file")
    try:
        for kind, body in _elements(data[_HEADER:], order):
            found = _matrix(_inflated(body, order) if kind == _COMPRESSED else body, order)
            if found[0] == variable and found[1] is not None:
                return found[1]
    except (ValueError, struct.error, zlib.error, LookupError) as error:
        raise DataError(f"{path}: the MATLAB file is damaged: {error}") from None
    raise DataError(f"{path}: no variable {variable!r} with numbers or texts")


def _elements(data: bytes, order: str) -> Iterator[tuple[int, bytes]]:
    """The elements one after another: (type, content)."""
    at = 0
    while at + 8 <= len(data):
        first, length = struct.unpack_from(order + "II", data, at)
        if first >> 16:  # four bytes at most stand in the tag itself
            kind, length = first & 0xFFFF, first >> 16
            start, after = at + 4, at + 8
        else:
            kind, start = first, at + 8
            after = start + (length if kind == _COMPRESSED else -(-length // 8) * 8)
        if start + length > len(data) or (start == at + 4 and length > 4):
            raise ValueError("it ends within an element")
        yield kind, data[start : start + length]
        at = after


def _inflated(body: bytes, order: str) -> bytes:
    inflating = zlib.decompressobj()
    data = inflating.decompress(body, MOST)
    if inflating.unconsumed_tail:
        raise ValueError(f"a variable is larger than {MOST:,} bytes")
    for kind, inside in _elements(data, order):
        if kind == _MATRIX:
            return inside
    raise ValueError("nothing is in a compressed element")


def _matrix(body: bytes, order: str) -> tuple[str, Value | None]:
    """The name and value of a variable; None for one that holds neither numbers nor texts."""
    parts = _elements(body, order)
    try:
        flags, shape_part, name_part = next(parts), next(parts), next(parts)
        kind = struct.unpack_from(order + "I", flags[1])[0] & 0xFF
        shape = np.frombuffer(shape_part[1], order + "i4")
        name = name_part[1].decode("ascii")
        if kind == _CELL:
            return name, [_text(inside, order) for _, inside in parts]
        if kind not in _NUMERIC:
            return name, None
        stored, content = next(parts)
    except StopIteration:
        raise ValueError("a part of a variable is missing") from None
    values = np.frombuffer(content, order + _NUMBERS[stored])
    if (shape < 0).any() or np.prod(shape.astype(np.float64)) != len(values):
        raise ValueError(f"{len(values)} numbers are not {' x '.join(map(str, shape))}")
    return name, values.reshape(shape, order="F")


def _text(cell: bytes, order: str) -> str:
    """The text in a cell; an empty one for anything else."""
    parts = list(_elements(cell, order))
    if len(parts) < 4 or struct.unpack_from(order + "I", parts[0][1])[0] & 0xFF != _CHAR:
        return ""
    kind, content = parts[3]
    coding = _TEXTS[kind]
    return content.decode(
        coding + ("-le" if order == "<" else "-be") if coding in ("utf-16", "utf-32") else coding
    )
