"""Ways to write feeds in tests."""

from __future__ import annotations

import io
from collections.abc import Iterable

from shopthelook.catalog import FeedError, FeedProblem, FeedRow, read_feed

RSS = '<rss version="2.0" xmlns:g="http://base.google.com/ns/1.0"><channel>\n{}\n</channel></rss>'
ATOM = '<feed xmlns="http://www.w3.org/2005/Atom" xmlns:g="http://base.google.com/ns/1.0">\n{}\n</feed>'


def rss(*items: str) -> bytes:
    return RSS.format("\n".join(f"<item>{item}</item>" for item in items)).encode()


def read(data: bytes | str, name: str = "feed") -> tuple[list[FeedRow], list[FeedProblem]]:
    """All rows and all problems."""
    return split(read_feed(io.BytesIO(data if isinstance(data, bytes) else data.encode()), name))


def read_until_error(
    data: bytes, name: str = "feed"
) -> tuple[list[FeedRow], list[FeedProblem], FeedError | None]:
    """Rows and problems before the error, and the error."""
    found: list[FeedRow | FeedProblem] = []
    try:
        for one in read_feed(io.BytesIO(data), name):
            found.append(one)
    except FeedError as error:
        return *split(found), error
    return *split(found), None


def split(found: Iterable[FeedRow | FeedProblem]) -> tuple[list[FeedRow], list[FeedProblem]]:
    rows: list[FeedRow] = []
    problems: list[FeedProblem] = []
    for one in found:
        if isinstance(one, FeedRow):
            rows.append(one)
        else:
            problems.append(one)
    return rows, problems
