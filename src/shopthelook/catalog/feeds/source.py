"""From a path or a stream to blocks of unpacked bytes, in bounded memory."""

import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from shopthelook.catalog.feeds.row import FeedError

BLOCK = 1 << 16
_GZIP = b"\x1f\x8b"
_FOLDER_FORMATS = (".csv", ".tsv", ".csv.gz", ".tsv.gz")


class DamagedError(Exception):
    """The bytes end too early or stop making sense; everything before was yielded."""


def feed_file(source: Path, name: str) -> Path:
    """The file to read: `source` itself, or the one CSV or TSV file in the folder `source`.

    Raises FeedError when there is no such file, or more than one.
    """
    if not source.is_dir():
        return source
    found = sorted(p for p in source.iterdir() if p.is_file() and p.name.lower().endswith(_FOLDER_FORMATS))
    if not found:
        raise FeedError(
            "the folder has no CSV or TSV file; put one beside the pictures (id,title,image)", name
        )
    if len(found) > 1:
        names = ", ".join(p.name for p in found[:5])
        raise FeedError(f"the folder has {len(found)} CSV or TSV files ({names}); name the one to read", name)
    return found[0]


@contextmanager
def opened(source: Path | str | BinaryIO, name: str) -> Iterator[BinaryIO]:
    """The stream of `source`; closed afterwards only if it was opened here. Raises FeedError."""
    if not isinstance(source, str | Path):
        yield source
        return
    try:
        stream = feed_file(Path(source), name).open("rb")
    except FileNotFoundError:
        raise FeedError("there is no such file", name) from None
    except (OSError, ValueError) as error:
        raise FeedError(f"cannot be opened: {_words(error)}", name) from None
    with stream:
        yield stream


def blocks(stream: BinaryIO) -> Iterator[bytes]:
    """Unpacked bytes of the stream, none of the blocks empty; gzip is known by its first bytes.

    Raises DamagedError after the last good block.
    """
    raw = _raw_blocks(stream)
    head = b""
    for block in raw:
        head += block
        if len(head) >= len(_GZIP):
            break
    rest = _chain(head, raw)
    yield from _gunzip(rest) if head.startswith(_GZIP) else rest


def _raw_blocks(stream: BinaryIO) -> Iterator[bytes]:
    while True:
        try:
            block = stream.read(BLOCK)
        except OSError as error:
            raise DamagedError(f"cannot be read further: {_words(error)}") from None
        if isinstance(block, str):
            raise DamagedError("is open as text; open it in binary mode")
        if not block:
            return
        yield bytes(block)


def _chain(head: bytes, rest: Iterator[bytes]) -> Iterator[bytes]:
    if head:
        yield head
    yield from rest


def _gunzip(packed: Iterator[bytes]) -> Iterator[bytes]:
    """Unpack gzip, several members in a row too, at most BLOCK bytes at a time (so no bomb fills memory)."""
    unpacker = zlib.decompressobj(wbits=31)
    inside = False
    for block in packed:
        data = block
        while data:
            if not inside:
                # Some tools pad the end with zeros; the format allows only another member here.
                data = data.lstrip(b"\0")
                if not data:
                    break
                unpacker = zlib.decompressobj(wbits=31)
                inside = True
            try:
                out = unpacker.decompress(data, BLOCK)
            except zlib.error as error:
                raise DamagedError(f"the gzip data is damaged ({error}); pack the file again") from None
            if out:
                yield out
            if unpacker.eof:
                inside = False
                data = unpacker.unused_data
            else:
                data = unpacker.unconsumed_tail
    while inside:
        try:
            out = unpacker.decompress(unpacker.unconsumed_tail, BLOCK)
        except zlib.error as error:
            raise DamagedError(f"the gzip data is damaged ({error}); pack the file again") from None
        if unpacker.eof:
            if out:
                yield out
            return
        if not out:
            raise DamagedError(
                "the gzip data ends too early; the file was probably cut off while it was copied"
            )
        yield out


def _words(error: Exception) -> str:
    return (error.strerror if isinstance(error, OSError) and error.strerror else str(error)).lower()
