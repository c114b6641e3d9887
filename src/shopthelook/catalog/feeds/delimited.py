"""TSV and CSV with a header line. The delimiter is found in the header."""

import csv
from collections import deque
from collections.abc import Iterable, Iterator

from shopthelook.catalog.feeds.lines import Line
from shopthelook.catalog.feeds.row import FeedError, FeedProblem, FeedRow, Fields, add_field, normal_name

MAX_RECORD = 1 << 20
"""Longest row, in characters. A quote that is never closed is noticed here at the latest."""

_DELIMITERS = ("\t", ",", ";", "|")
_OPEN_QUOTE = "a quote opened in this row is never closed; close it, or double it inside a value"

# csv has one limit for the whole process. MAX_RECORD bounds rows here, so the limit may only be raised.
csv.field_size_limit(max(csv.field_size_limit(), 2 * MAX_RECORD))


def read_delimited(lines: Iterable[Line], name: str) -> Iterator[FeedRow | FeedProblem]:
    """Rows of a TSV or CSV feed.

    A row with another number of columns than the header is reported and left out, since its values
    may be shifted. Raises FeedError where the header is missing, unreadable or has no `id`.
    """
    source = iter(lines)
    first = next((line for line in source if line.problem or line.text.strip()), None)
    if first is None:
        raise FeedError("is empty; the first line has to name the columns", name)
    if first.problem:
        raise FeedError(f"the header cannot be read: {first.problem}", name, first.number)
    delimiter = _delimiter(first.text)
    feed = _Pull(source)
    feed.pending.append(first)
    reader = csv.reader(feed, delimiter=delimiter)
    try:
        header = next(reader)
    except (csv.Error, _UnreadableError) as error:
        raise FeedError(f"the header cannot be read: {error}", name, first.number) from None
    columns = _columns(header, name, first.number)
    id_at = columns.index("id")
    while True:
        feed.start()
        try:
            cells = next(reader)
        except StopIteration:
            return
        except (csv.Error, _UnreadableError) as error:
            yield from feed.recover(str(error))
            continue
        if feed.ended:
            yield from feed.recover(_OPEN_QUOTE)
            continue
        if not any(cells):
            continue
        number = feed.taken[0].number
        if len(cells) != len(columns) and (len(cells) < len(columns) or any(cells[len(columns) :])):
            reason = f"the row has {len(cells)} columns where the header has {len(columns)}"
            yield FeedProblem(number, cells[id_at].strip() if id_at < len(cells) else None, None, reason)
            continue
        fields: Fields = {}
        # A longer row has only empty cells too many.
        for column, cell in zip(columns, cells, strict=False):
            if cell and column:
                add_field(fields, column, cell)
        yield FeedRow(number, fields)


class _UnreadableError(Exception):
    """A line, or the row that it belongs to, cannot be taken."""


class _Pull:
    """The lines that csv asks for, remembering those of the current row, so that one stray quote
    costs its own row and not all that follow."""

    def __init__(self, source: Iterator[Line]):
        self.source = source
        self.pending: deque[Line] = deque()
        self.start()

    def start(self) -> None:
        """Begin a row."""
        self.taken: list[Line] = []
        self.size = 0
        self.ended = False

    def __iter__(self) -> Iterator[str]:
        return self

    def __next__(self) -> str:
        line = self.pending.popleft() if self.pending else next(self.source, None)
        if line is None:
            # csv asks beyond the end only when a quote is open (or when there is no row at all).
            self.ended = True
            raise StopIteration
        self.taken.append(line)
        self.size += len(line.text)
        if line.problem:
            raise _UnreadableError(line.problem)
        if self.size > MAX_RECORD:
            raise _UnreadableError(_OPEN_QUOTE)
        return line.text

    def recover(self, reason: str) -> Iterator[FeedProblem]:
        """Report the first line of the failed row and take the others again, each on its own."""
        first, *others = self.taken
        if others:
            reason = _OPEN_QUOTE
        self.pending.extendleft(reversed(others))
        yield FeedProblem(first.number, None, None, reason)


def _delimiter(header: str) -> str:
    outside_quotes = "".join(header.split('"')[::2])
    return max(_DELIMITERS, key=outside_quotes.count)


def _columns(header: list[str], name: str, line: int) -> list[str]:
    for cell in header:
        if any("\ud800" <= character <= "\udfff" for character in cell):
            raise FeedError(f"the column name {cell!a} is not UTF-8; save the feed as UTF-8", name, line)
    columns = [normal_name(cell) for cell in header]
    if "id" not in columns:
        shown = ", ".join(columns[:20])[:300]
        raise FeedError(f"there is no column `id`; the columns are: {shown}", name, line)
    return columns
