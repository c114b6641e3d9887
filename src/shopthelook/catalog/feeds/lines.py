"""Numbered lines of text out of blocks of bytes, whatever the Unicode encoding."""

import codecs
from collections.abc import Iterator
from typing import NamedTuple

from shopthelook.catalog.feeds.row import FeedError
from shopthelook.catalog.feeds.source import DamagedError

MAX_LINE = 1 << 20
"""Longest line that is read, in bytes of UTF-8. A longer one is reported and left out."""

# UTF-32's mark starts with UTF-16's, so it has to be tried first.
BYTE_ORDER_MARKS = (
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)


class Line(NamedTuple):
    """One line with its newline. Bytes that are not UTF-8 stand in `text` as lone surrogates
    (U+DC80 to U+DCFF); where `problem` is set the line itself could not be kept and `text` is empty."""

    number: int
    text: str
    problem: str | None = None


def encoding_of(head: bytes) -> str:
    """The encoding that a byte order mark announces, else "utf-8"."""
    return next((name for mark, name in BYTE_ORDER_MARKS if head.startswith(mark)), "utf-8")


def lines(blocks: Iterator[bytes], encoding: str, name: str) -> Iterator[Line]:
    """Lines of the blocks, numbered from 1.

    Raises FeedError, with the line, where the bytes end too early; a line cut off there is not yielded.
    """
    number = 1
    rest = b""
    skipping = False
    too_long = f"the line is longer than {MAX_LINE} bytes"
    try:
        for block in _utf8(blocks, encoding):
            *whole, last = block.split(b"\n")
            for part in whole:
                data = rest + part if rest else part
                rest = b""
                if skipping or len(data) > MAX_LINE:
                    yield Line(number, "", too_long)
                    skipping = False
                else:
                    yield Line(number, _text(data) + "\n")
                number += 1
            if not skipping:
                rest += last
            if len(rest) > MAX_LINE:
                skipping, rest = True, b""
    except DamagedError as damage:
        raise FeedError(str(damage), name, number) from None
    if skipping:
        yield Line(number, "", too_long)
    elif rest:
        yield Line(number, _text(rest))


def _text(data: bytes) -> str:
    try:
        return data.decode()
    except UnicodeDecodeError:
        return data.decode(errors="surrogateescape")


def _utf8(blocks: Iterator[bytes], encoding: str) -> Iterator[bytes]:
    if encoding == "utf-8":
        yield from blocks
        return
    if encoding == "utf-8-sig":
        yield next(blocks, b"").removeprefix(codecs.BOM_UTF8)
        yield from blocks
        return
    decoder = codecs.getincrementaldecoder(encoding)(errors="surrogatepass")
    try:
        for block in blocks:
            yield decoder.decode(block).encode(errors="surrogatepass")
        yield decoder.decode(b"", final=True).encode(errors="surrogatepass")
    except UnicodeDecodeError as error:
        raise DamagedError(f"is not valid {encoding.upper()} ({error.reason}); save it as UTF-8") from None
