"""One entry for every feed format."""

import codecs
import os
from collections.abc import Iterator
from itertools import chain
from pathlib import Path
from typing import BinaryIO

from shopthelook.catalog.feeds.delimited import read_delimited
from shopthelook.catalog.feeds.jsonl import read_jsonl
from shopthelook.catalog.feeds.lines import encoding_of, lines
from shopthelook.catalog.feeds.row import FeedError, FeedProblem, FeedRow
from shopthelook.catalog.feeds.source import DamagedError, blocks, opened
from shopthelook.catalog.feeds.xml import read_xml

_HEAD = 4096
_FOREIGN = {
    b"PK\x03\x04": "is a ZIP or Excel file; export it as CSV or TSV",
    b"\xd0\xcf\x11\xe0": "is an Excel file; export it as CSV or TSV",
    b"%PDF": "is a PDF",
    b"\x89PNG": "is a picture; give the folder with its CSV file",
    b"\xff\xd8\xff": "is a picture; give the folder with its CSV file",
    b"SQLite format 3": "is a database",
    b"BZh": "is packed with bzip2; unpack it or use gzip",
    b"\xfd7zXZ": "is packed with xz; unpack it or use gzip",
}


def read_feed(source: Path | str | BinaryIO, name: str | None = None) -> Iterator[FeedRow | FeedProblem]:
    """Rows and problems of a product feed, in order, in bounded memory.

    `source` is a file, a folder with pictures and one CSV or TSV file, or a binary stream (which is
    read to its end and left open). XML (RSS 2.0, Atom), TSV, CSV and JSON Lines are told apart by content,
    plain or packed with gzip. Text is UTF-8, or UTF-16/32 with a byte order mark; XML says its own.
    `name` stands in messages instead of the path.

    Raises FeedError while being iterated: at once where the feed cannot be read at all, or after the
    rows before it where the feed is damaged in the middle.
    """
    if name is None:
        name = (
            os.fspath(source) if isinstance(source, str | Path) else str(getattr(source, "name", "the feed"))
        )
    if isinstance(source, str) and source.lower().startswith(("http://", "https://")):
        raise FeedError("is a URL; open it with a Fetcher and give its stream", name)
    with opened(source, name) as stream:
        yield from _read(blocks(stream), name)


def _read(data: Iterator[bytes], name: str) -> Iterator[FeedRow | FeedProblem]:
    head, data = _peek(data, name)
    if not head:
        raise FeedError("is empty", name)
    for magic, what in _FOREIGN.items():
        if head.startswith(magic):
            raise FeedError(what, name)
    encoding = encoding_of(head)
    start = head.decode(encoding, errors="replace").lstrip()
    if start.startswith("<"):
        yield from read_xml(_without_leading_space(data), name)
        return
    if "\0" in start:
        raise FeedError("is not text (it has zero bytes); save it as UTF-8", name)
    if start.startswith("["):
        raise FeedError("is a JSON array; write one object per line (JSON Lines)", name)
    numbered = lines(data, encoding, name)
    yield from read_jsonl(numbered) if start.startswith("{") else read_delimited(numbered, name)


def _peek(data: Iterator[bytes], name: str) -> tuple[bytes, Iterator[bytes]]:
    """The first bytes, and all bytes again. Streams may give one byte at a time."""
    head = b""
    try:
        for block in data:
            head += block
            if len(head) >= _HEAD:
                break
    except DamagedError as damage:
        if not head:
            raise FeedError(str(damage), name) from None
        return head, chain([head], _raise(damage))
    return head, chain([head], data)


def _raise(damage: DamagedError) -> Iterator[bytes]:
    raise damage
    yield b""


def _without_leading_space(data: Iterator[bytes]) -> Iterator[bytes]:
    """Some feeds start with an empty line, which XML forbids before its declaration.

    One newline less would shift the line numbers, so the declaration gives way to the newlines.
    """
    first = next(data, b"").removeprefix(codecs.BOM_UTF8)
    if first[:1].isspace():
        body = first.lstrip()
        space = first[: len(first) - len(body)]
        if body.startswith(b"<?xml") and b"?>" in body and b"\n" not in body[: body.index(b"?>")]:
            end = body.index(b"?>") + 2
            first = body[:end] + space + body[end:]
    yield first
    yield from data
