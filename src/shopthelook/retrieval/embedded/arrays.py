"""Files of named arrays that are mapped into memory, not read.

    8 bytes "STLARR01", 8 bytes length of the head (little-endian), the head as JSON, padding, arrays

The head tells of each array its dtype, shape and start; each starts at a multiple of 64 bytes, a cache line.
"""

from __future__ import annotations

import json
import mmap
import os
import uuid
import zlib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from shopthelook.retrieval.embedded.errors import DamagedSnapshot
from shopthelook.retrieval.embedded.manifest import Written

_MAGIC = b"STLARR01"
_ALIGNED = 64
_BLOCK = 1 << 22


def write(path: Path, arrays: Mapping[str, NDArray[Any]]) -> Written:
    """Write a file and force it to the disk, in place of the one that may be there. Raises `OSError`.

    Who has that one mapped goes on reading it: it is replaced as a whole, never written to.
    """
    head: dict[str, Any] = {}
    at = 0
    for name, array in arrays.items():
        head[name] = {"dtype": array.dtype.str, "shape": array.shape, "start": at}
        at = _up(at + array.nbytes)
    text = json.dumps(head).encode()
    start = _up(16 + len(text))
    half = path.with_name(f".{path.name}.{uuid.uuid4().hex}")
    try:
        written = _write(half, start, text, arrays)
        half.replace(path)
    except BaseException:
        half.unlink(missing_ok=True)
        raise
    return written


def _write(path: Path, start: int, text: bytes, arrays: Mapping[str, NDArray[Any]]) -> Written:
    checksum = size = 0
    with path.open("wb") as file:

        def put(data: bytes | memoryview) -> None:
            nonlocal checksum, size
            for begin in range(0, len(data), _BLOCK):
                block = data[begin : begin + _BLOCK]
                file.write(block)
                checksum = zlib.crc32(block, checksum)
            size += len(data)

        put((_MAGIC + len(text).to_bytes(8, "little") + text).ljust(start, b"\0"))
        for array in arrays.values():
            if array.nbytes:
                put(np.ascontiguousarray(array).reshape(-1).view(np.uint8).data)
            put(b"\0" * (_up(size) - size))
        file.flush()
        os.fsync(file.fileno())
    return Written(size, checksum)


def read(path: Path, expected: Written) -> dict[str, NDArray[Any]]:
    """Map a file's arrays, read-only, when its bytes are those that were written.

    Raises:
        DamagedSnapshot: they are not, or there is no such file.
    """
    try:
        with path.open("rb") as file:
            size = os.fstat(file.fileno()).st_size
            if size != expected.size or not size:
                raise DamagedSnapshot(f"{path} has {size} bytes instead of {expected.size}")
            mapped = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
    except OSError as error:
        raise DamagedSnapshot(f"cannot read {path}: {error.strerror or error}") from error
    view = memoryview(mapped)
    checksum = 0
    for begin in range(0, size, _BLOCK):
        checksum = zlib.crc32(view[begin : begin + _BLOCK], checksum)
    if checksum != expected.checksum:
        raise DamagedSnapshot(f"{path} has changed since it was written (CRC {checksum:08x})")
    length = int.from_bytes(view[8:16], "little")
    head = json.loads(bytes(view[16 : 16 + length]))
    start = _up(16 + length)
    arrays: dict[str, NDArray[Any]] = {}
    for name, said in head.items():
        dtype, shape = np.dtype(said["dtype"]), tuple(said["shape"])
        count = int(np.prod(shape, dtype=np.int64))
        arrays[name] = np.frombuffer(mapped, dtype, count, start + said["start"]).reshape(shape)
    return arrays


def _up(size: int) -> int:
    return -(-size // _ALIGNED) * _ALIGNED
