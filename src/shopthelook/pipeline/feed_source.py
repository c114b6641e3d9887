"""A feed as something that can be read twice: where it lies, what its links may name, and its outline."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from typing import BinaryIO
from urllib.parse import urlsplit

from shopthelook.catalog.feeds import FeedError, FeedProblem, FeedRow, read_feed
from shopthelook.images import Fetcher
from shopthelook.pipeline.errors import SourceError
from shopthelook.pipeline.picture_links import LinkRules, is_address


@dataclass(frozen=True, slots=True)
class Outline:
    """What a first, quick look at a feed told.

    Attributes:
        rows: rows in the feed, good and bad, as far as it can be read.
        last: for ids that several rows name, the place of the last of those rows.
    """

    rows: int = 0
    last: dict[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class FeedSource:
    """An opened feed; ``rows()`` starts at the beginning each time."""

    name: str
    links: LinkRules
    _path: Path | None = None
    _file: BinaryIO | None = None

    def rows(self) -> Iterator[FeedRow | FeedProblem]:
        """The rows and what is wrong with rows, in the feed's order.

        Raises:
            FeedError: the feed cannot be read, or not from here on.
        """
        if self._file is not None:
            self._file.seek(0)
            return read_feed(self._file, name=self.name)
        assert self._path is not None  # noqa: S101 - one of the two is always given
        return read_feed(self._path)

    def outline(self, limit: int | None) -> Outline:
        """Read through the first ``limit`` rows; a fatal error ends the outline quietly, not the import."""
        # Hashes stand for ids, which takes a third of the memory; two ids of one hash do no harm, since
        # `last` is by id and then holds the only row of each.
        seen: set[int] = set()
        last: dict[str, int] = {}
        place = -1
        try:
            for place, row in enumerate(islice(self.rows(), limit)):
                if not isinstance(row, FeedRow):
                    continue
                key = id_of(row)
                if hash(key) in seen:
                    last[key] = place
                seen.add(hash(key))
        except FeedError:
            pass
        return Outline(place + 1, last)


def id_of(row: FeedRow) -> str:
    """The id that a row gives, as products have it."""
    value = row.fields.get("id", "")
    return (value if isinstance(value, str) else next(iter(value), "")).strip()


@contextmanager
def open_feed(feed: str | Path, fetcher: Fetcher, scratch: Path) -> Iterator[FeedSource]:
    """Open a feed by path or http(s) address.

    A feed by address is first downloaded to an unnamed file in ``scratch``: an import takes hours, and
    few servers keep a connection open that long.

    Raises:
        FetchError: the address cannot be fetched.
        SourceError: there is no room for it in ``scratch``.
        FeedError: (from ``rows()``) there is no such file, or it is not a feed.
    """
    text = str(feed)
    if not is_address(text):
        path = Path(feed)
        yield FeedSource(text, LinkRules(folder=path if path.is_dir() else path.parent), _path=path)
        return
    with _downloaded(text, fetcher, scratch) as file:
        name = Path(urlsplit(text).path).name or "feed"
        yield FeedSource(name, LinkRules(address=text), _file=file)


def _downloaded(address: str, fetcher: Fetcher, scratch: Path) -> BinaryIO:
    """An unnamed file with what is at the address. Raises as `open_feed` does."""
    try:
        file = tempfile.TemporaryFile(dir=scratch)  # noqa: SIM115 - the caller closes it
        try:
            with fetcher.stream(address) as body:
                shutil.copyfileobj(body, file)
            file.flush()
        except BaseException:
            # Closing writes what is left, which fails as before.
            with suppress(OSError):
                file.close()
            raise
    except OSError as error:
        raise SourceError(
            f"cannot keep the feed in {scratch} while it is read: {error.strerror or error}; make room and do the "
            "same again"
        ) from error
    return file
