"""A feed is read in memory that does not grow with it."""

from __future__ import annotations

import gzip
import tracemalloc
from collections.abc import Iterator
from pathlib import Path

import pytest

from shopthelook.catalog import read_feed

ROWS = 150_000


def delimited() -> Iterator[str]:
    yield "id\ttitle\tprice\n"
    yield from (f"p{i}\tChair number {i}\t{i}.00 USD\n" for i in range(ROWS))


def jsonl() -> Iterator[str]:
    yield from (
        f'{{"id": "p{i}", "title": "Chair number {i}", "price": "{i}.00 USD"}}\n' for i in range(ROWS)
    )


def rss() -> Iterator[str]:
    yield '<rss xmlns:g="http://base.google.com/ns/1.0"><channel>\n'
    for i in range(ROWS):
        yield f"<item><g:id>p{i}</g:id><title>Chair number {i}</title><g:price>{i}.00 USD</g:price></item>\n"
    yield "</channel></rss>"


@pytest.mark.parametrize("write", [delimited, jsonl, rss])
def test_a_long_feed(write, tmp_path: Path) -> None:  # type: ignore[no-untyped-def]
    path = tmp_path / "feed.gz"
    with gzip.open(path, "wt", compresslevel=1) as out:
        out.writelines(write())
    feed = read_feed(path)
    for _ in range(5_000):
        next(feed)
    tracemalloc.start()
    try:
        # Tracing is slow; once the rows go by, a leak shows within a part of them.
        for _ in range(15_000):
            next(feed)
        assert tracemalloc.get_traced_memory()[1] < 4 << 20
    finally:
        tracemalloc.stop()
    assert sum(1 for _ in feed) == ROWS - 20_000


def test_a_gzip_bomb_does_not_fill_memory(tmp_path: Path) -> None:
    path = tmp_path / "feed.csv.gz"
    with gzip.open(path, "wb", compresslevel=1) as out:
        out.write(b"id,title\n")
        for _ in range(100):
            out.write(b"x" * (1 << 20))
    tracemalloc.start()
    try:
        found = list(read_feed(path))
        assert tracemalloc.get_traced_memory()[1] < 16 << 20
    finally:
        tracemalloc.stop()
    assert [one.line for one in found] == [2]
