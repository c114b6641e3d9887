"""Give everything a code of the embedder that ``shop.toml`` names, and switch to it when all is done."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from typing import TYPE_CHECKING

from shopthelook import images
from shopthelook.catalog.feeds import FeedProblem
from shopthelook.embedding import Embedder
from shopthelook.models import Bundle
from shopthelook.pipeline import kept_embedders, layout
from shopthelook.pipeline.errors import ImportRunning, TooManyFailed
from shopthelook.pipeline.lock import ImportLock
from shopthelook.pipeline.next_codes import settled
from shopthelook.pipeline.reports import ImportReport, OnProgress
from shopthelook.pipeline.stored_pictures import StoredPictures

if TYPE_CHECKING:
    from shopthelook.pipeline.generation import Generation
    from shopthelook.pipeline.parts import Parts

BATCH = 64
"""Products of one transaction: what a crash can undo, and what a progress line moves by."""


MOST_FAILED = 0.1
"""The share of the products that are found which searches may lose by a switch, if they are not told otherwise."""


class Stopped(Exception):  # noqa: N818 - it says what is so, not that something broke
    """It was asked to stop; what is done is kept."""


@contextmanager
def changeover_turn(shop: Parts) -> Iterator[None]:
    """One process at a time gives products other codes.

    Raises:
        ImportRunning: another one does.
    """
    running = "another process embeds the products"
    with (
        ImportLock(layout.changeover_lock(shop.directory), running),
        shop.catalog.changeover.turn() as is_mine,
    ):
        if not is_mine:
            raise ImportRunning(f"{running}, on another machine; wait until it is done and try again")
        yield


def embed_products(
    shop: Parts,
    *,
    on_progress: OnProgress | None = None,
    embedder: Embedder | None = None,
    is_stopped: Callable[[], bool] = lambda: False,
    most_failed: float = MOST_FAILED,
) -> ImportReport:
    """See ``Shop.embed_products``. In a ``changeover_turn``.

    Args:
        embedder: to use in place of the shop's own; of the bundle that ``shop.toml`` names.
        is_stopped: asked between batches.

    Raises:
        Stopped: it was asked to stop.
        TooManyFailed: all is done, but searches would lose more than the share `most_failed` of the products.
    """
    return _Run(shop, on_progress, embedder, is_stopped, most_failed).run()


class _Run:
    """What is done is not done again, so that a stopped run goes on."""

    def __init__(
        self,
        shop: Parts,
        on_progress: OnProgress | None,
        embedder: Embedder | None,
        is_stopped: Callable[[], bool],
        most_failed: float,
    ) -> None:
        self._shop = shop
        self._bundle = shop.wanted_bundle
        self._key = self._bundle.key
        self._change = shop.catalog.changeover
        self._codes = StoredPictures(shop, self._bundle, embedder)
        self._on_progress = on_progress
        self._is_stopped = is_stopped
        self._most_failed = most_failed
        self._started = time.monotonic()
        self._import_id = 0
        self._total = self._read = self._updated = self._unchanged = self._failed = 0

    def run(self) -> ImportReport:
        shop, change = self._shop, self._change
        self._total = shop.catalog.counts()["products"]
        if change.serving() is None and self._total:
            change.take_over(self._key)
        now = shop.follow_embedder()
        self._settle(now.bundle)  # what a run that was cut off after its switch has left
        change.forget_others(self._key)
        change.forget_failed(self._key)
        shop.keep_embedder()
        # The one that served before the one that serves: processes that were slow to notice may still have used it.
        kept_embedders.keep_only(layout.embedders(shop.directory), [now.serving, self._key])
        self._import_id = shop.catalog.start_import(self._key, "embedding")
        self._read = self._unchanged = change.count(self._key).done
        self._embed_products()
        self._embed_scenes()
        lost = self._lost(now)
        if now.serving != self._key and not lost:
            self._switch()
        self._settle(self._bundle)
        done = self._report()
        names = ("read", "updated", "unchanged", "failed", "embedded")
        shop.catalog.finish_import(self._import_id, {name: getattr(done, name) for name in names})
        if lost:
            raise TooManyFailed(
                f"{lost:,} of the {change.count(now.serving).done:,} products that are found have no code of "
                f"{self._bundle.id}, so {now.bundle.id} goes on serving; shopthelook products errors says why: mend "
                "that and run it again, or switch all the same with: shopthelook products embed --most-failed 1"
            )
        return done

    def _lost(self, now: Generation) -> int:
        """How many products would not be found any more, if they are too many; as where no picture is at hand."""
        if self._key in (now.serving, now.bundle.key):
            return 0  # nothing is to be switched, or what serves is not here
        found = self._change.count(now.serving).done
        lost = found - self._change.count(self._key).done
        return lost if lost > self._most_failed * found else 0

    def _switch(self) -> None:
        shop = self._shop
        # Where the one that serves is not here, the wanted one stands in for it, and its index is in use already.
        following = shop.wanted_generation
        if following is not shop.generation:
            following.index.prepare()
        since: int | None = None
        while True:
            # Others write meanwhile, perhaps without this embedder.
            checked = shop.catalog.last_seq()
            self._embed_products(since)
            if following.keeping.folder is not None:
                # So that other processes need not read all products to go on with it.
                following.keeping.try_to_keep(following.index.refresh())
            if following.index.put_in_use(partial(self._change.switch, self._key, checked)):
                break
            since = checked
        shop.follow_embedder()

    def _settle(self, bundle: Bundle) -> None:
        taxonomy, heads = self._shop.taxonomy, bundle.card.heads
        if self._change.serving() != bundle.key:
            return
        for _ in self._change.settle(
            bundle.key, lambda product, made: settled(product, made, taxonomy, heads)
        ):
            self._check()

    def _embed_products(self, since: int | None = None) -> None:
        """Embed what is missing, of the products that have changed after number ``since`` where one is given."""
        after: str | None = None
        while found := self._change.missing(self._key, after, BATCH, since):
            after = found[-1][0]
            rows, problems = self._codes.of_products(found)
            kept = self._change.put(self._key, rows)
            self._shop.catalog.add_problems(self._import_id, problems)
            self._read += len(found)
            self._failed += len(problems)
            self._updated += kept - len(problems)
            self._tell()

    def _embed_scenes(self) -> None:
        after: str | None = None
        while ids := self._change.scenes_missing(self._key, after, BATCH):
            after = ids[-1]
            for scene_id in ids:
                try:
                    self._change.put_objects(self._key, self._codes.of_scene(scene_id))
                except images.PictureError as error:
                    problem = FeedProblem(None, scene_id, "image", str(error))
                    self._shop.catalog.add_problems(self._import_id, [problem])
                self._tell()

    def _tell(self) -> None:
        if self._on_progress is not None:
            self._on_progress(self._report())
        self._check()

    def _check(self) -> None:
        if self._is_stopped():
            raise Stopped

    def _report(self) -> ImportReport:
        return ImportReport(
            read=self._read,
            updated=self._updated,
            unchanged=self._unchanged,
            failed=self._failed,
            embedded=self._codes.embedded,
            problems=self._failed,
            import_id=self._import_id,
            total=self._total,
            seconds=time.monotonic() - self._started,
        )
