"""Bring the catalog level with a product feed."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from itertools import islice
from typing import TYPE_CHECKING

from shopthelook.catalog import EmbedderChanged
from shopthelook.catalog.feeds import FeedError, FeedProblem, FeedRow, parse_product
from shopthelook.pipeline.ahead import batches, work_ahead
from shopthelook.pipeline.committing import Committed
from shopthelook.pipeline.errors import SourceError
from shopthelook.pipeline.feed_source import FeedSource, Outline, id_of, open_feed
from shopthelook.pipeline.preparing import Prepared, Row
from shopthelook.pipeline.reports import ImportReport, OnProgress
from shopthelook.pipeline.writing import Writer
from shopthelook.taxonomy import Taxonomy

if TYPE_CHECKING:
    from shopthelook.pipeline.shop import Shop

BATCH = 64
"""Rows of one transaction: what a crash can undo, and what a progress line moves by."""

_COUNTED = ("read", "added", "updated", "unchanged", "removed", "failed", "embedded", "fetched", "problems")


@dataclass(slots=True)
class _Batch:
    read: int = 0
    rows: list[Row] = field(default_factory=list)
    problems: list[FeedProblem] = field(default_factory=list)
    failed: list[str] = field(default_factory=list)  # ids of rows that cannot be used
    nameless: int = 0  # rows that cannot be used and give no id


def import_products(
    shop: Shop,
    feed: str | os.PathLike[str],
    *,
    replace_all: bool,
    limit: int | None,
    allow_private: bool,
    refetch: bool,
    on_progress: OnProgress | None,
) -> ImportReport:
    """See ``Shop.import_products``. The caller holds the import lock."""
    if replace_all and limit is not None:
        raise SourceError("replace and limit do not go together: the rows beyond the limit would be removed")
    if limit is not None and limit < 1:
        raise SourceError(f"limit must be at least 1, not {limit}")
    with (
        shop.fetcher(allow_private=allow_private) as fetcher,
        open_feed(os.fspath(feed), fetcher, shop.directory) as source,
    ):
        run = _Run(shop, source, lambda: Writer(shop, fetcher, refetch=refetch), replace_all, on_progress)
        return run.run(limit)


class _Run:
    """One import from start to end."""

    def __init__(
        self,
        shop: Shop,
        source: FeedSource,
        make_writer: Callable[[], Writer],
        replace_all: bool,
        on_progress: OnProgress | None,
    ) -> None:
        self._shop = shop
        self._source = source
        self._make_writer = make_writer
        self._writer = make_writer()
        self._replace_all = replace_all
        self._on_progress = on_progress
        self._named = 0
        self._started = time.monotonic()
        self.report = ImportReport()

    def run(self, limit: int | None) -> ImportReport:
        outline = self._source.outline(limit)
        catalog = self._shop.catalog
        import_id = catalog.start_import(self._source.name, "products")
        self._count(import_id=import_id, total=outline.rows)
        self._tell()
        parsed = _parse(islice(self._source.rows(), limit), outline, self._shop.taxonomy)
        try:
            for batch, writer, prepared in work_ahead(parsed, self._prepare):
                self._commit(batch, writer, prepared)
            if self._replace_all:
                self._remove_the_rest(import_id)
        except (FeedError, SourceError) as error:
            # Whoever looks in the morning at what a nightly import left must find why it ended early.
            line, reason = (error.line, error.reason) if isinstance(error, FeedError) else (None, str(error))
            catalog.add_problems(import_id, [FeedProblem(line, None, None, reason)])
            raise
        catalog.finish_import(import_id, self._counts())
        return self.report

    def _prepare(self, batch: _Batch) -> tuple[_Batch, Writer, Prepared]:
        writer = self._writer
        return batch, writer, writer.prepare(batch.rows, self._source.links)

    def _write(self, batch: _Batch, writer: Writer, prepared: Prepared) -> tuple[Prepared, Committed]:
        """Write a batch; where another embedder serves by now, prepare it again for that one."""
        while True:
            try:
                return prepared, writer.commit(prepared)
            except EmbedderChanged:
                self._writer = writer = self._make_writer()
                prepared = writer.prepare(batch.rows, self._source.links)

    def _commit(self, batch: _Batch, writer: Writer, prepared: Prepared) -> None:
        catalog, import_id = self._shop.catalog, self.report.import_id
        assert import_id is not None  # noqa: S101 - run() sets it first
        prepared, done = self._write(batch, writer, prepared)
        # Pictures come in the order in which servers answer; people read a feed from top to bottom.
        problems = sorted(batch.problems + prepared.problems, key=lambda problem: problem.line or 0)
        self._named += len(batch.rows) + len(batch.failed)
        if self._replace_all:
            # Products whose row or picture failed are in the feed, too: replacing must not remove them.
            catalog.touch([row.product.id for row in batch.rows] + batch.failed, import_id)
        catalog.add_problems(import_id, problems)
        self._count(
            read=batch.read,
            added=len(done.added),
            updated=len(done.updated),
            unchanged=len(prepared.unchanged),
            failed=len(prepared.failed) + len(batch.failed) + batch.nameless,
            embedded=done.embedded,
            fetched=prepared.fetched,
            problems=len(problems),
        )
        self._tell()

    def _remove_the_rest(self, import_id: int) -> None:
        catalog = self._shop.catalog
        if not self._named:
            # An export that went wrong must not empty the shop.
            raise SourceError(
                f"{self._source.name} names no product, so nothing was replaced; to empty the shop, "
                "delete its products by id"
            )
        # Listed first: removing while the list is read would change what is read.
        for ids in batches(iter(list(catalog.ids_not_in_import(import_id))), 1000):
            self._count(removed=catalog.delete_products(ids))
            self._tell()

    def _count(self, **more: int) -> None:
        now = {name: getattr(self.report, name) for name in more}
        self.report = replace(
            self.report,
            **{name: (now[name] or 0) + number for name, number in more.items()},
            seconds=time.monotonic() - self._started,
        )

    def _counts(self) -> dict[str, int]:
        return {name: getattr(self.report, name) for name in _COUNTED}

    def _tell(self) -> None:
        if self._on_progress is not None:
            self._on_progress(self.report)


def _parse(rows: Iterator[FeedRow | FeedProblem], outline: Outline, taxonomy: Taxonomy) -> Iterator[_Batch]:
    """Batches of good rows whose ids all differ, with what was wrong with the others."""
    for numbered in batches(enumerate(rows), BATCH):
        batch = _Batch(read=len(numbered))
        for place, row in numbered:
            _take(batch, place, row, outline, taxonomy)
        yield batch


def _take(
    batch: _Batch, place: int, row: FeedRow | FeedProblem, outline: Outline, taxonomy: Taxonomy
) -> None:
    if isinstance(row, FeedProblem):
        batch.problems.append(row)
        _fail(batch, row.product_id)
        return
    key = id_of(row)
    if outline.last.get(key, place) != place:
        reason = "a later row of the feed has the same id; that one counts"
        batch.problems.append(FeedProblem(row.line, key, "id", reason))
        return
    product, problems = parse_product(row, taxonomy)
    batch.problems.extend(problems)
    if product is None:
        _fail(batch, key or None)
    else:
        batch.rows.append(Row(row.line, product))


def _fail(batch: _Batch, product_id: str | None) -> None:
    if product_id:
        batch.failed.append(product_id)
    else:
        batch.nameless += 1
