"""What a shop is made of: its catalog, pictures, taxonomy, models and index, opened when needed."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from functools import cached_property
from pathlib import Path
from typing import Self, TypeVar

from shopthelook.catalog import Catalog, EmbedderChanged
from shopthelook.detection import Detector
from shopthelook.embedding import Embedder
from shopthelook.images import Fetcher
from shopthelook.models import Bundle, BundleError, open_bundle
from shopthelook.pipeline import kept_embedders, layout
from shopthelook.pipeline.batching import Batching
from shopthelook.pipeline.config import ShopConfig
from shopthelook.pipeline.following import FollowingIndex
from shopthelook.pipeline.generation import Generation
from shopthelook.pipeline.index_engine import keeping_of
from shopthelook.pipeline.keeping import IndexKeeping
from shopthelook.pipeline.recent import RecentProducts
from shopthelook.taxonomy import Taxonomy

T = TypeVar("T")

_log = logging.getLogger(__name__)

_TRIES = 3


def without(serving: str, wanted: Bundle) -> str:
    """What to say where the embedder that serves is not here, so that another one has to stand in for it."""
    return (
        f"the embedder {serving}, which made the codes that are searched, is not here: until shop.toml names its "
        f"bundle, or all products have a code of {wanted.key} by shopthelook products embed, only those that "
        "have one are found"
    )


class Parts:
    """The parts of one shop; threads may share them."""

    def __init__(self, directory: Path, config: ShopConfig, catalog: Catalog, threads: int = 0) -> None:
        self.directory = directory
        self.config = config
        self.catalog = catalog
        self.threads = threads
        self.pictures = layout.open_pictures(directory, config)
        self.batching = Batching()
        self.recent = RecentProducts(catalog.products)
        self._opening = threading.RLock()
        self._generation: Generation | None = None
        self._next: Generation | None = None
        self._closing: list[Callable[[], None]] = []

    @cached_property
    def taxonomy(self) -> Taxonomy:
        """The shop's own complete list where one was loaded, else the list that ships."""
        return layout.open_taxonomy(self.directory)

    @property
    def detector(self) -> Detector:
        """The detector of ``shop.toml``, opened on first use."""
        with self._opening:
            return self._detector

    @property
    def generation(self) -> Generation:
        """The embedder that serves, with its index; see ``follow_embedder``."""
        with self._opening:
            if self._generation is None:
                self._generation = self._opened(self.catalog.changeover.serving())
                self._next = self._following(self._generation)
            return self._generation

    @property
    def next_generation(self) -> Generation | None:
        """The embedder that ``shop.toml`` names, where another one served when the shop was opened.

        Its index is of the codes that it has made so far. None where it serves, and where it stands in.
        """
        with self._opening:
            _ = self.generation
            return self._next

    @property
    def wanted_generation(self) -> Generation:
        """The embedder that ``shop.toml`` names, whether it serves, stands in, or is to follow.

        From now on it is the ``next_generation`` where another one serves.
        """
        with self._opening:
            now = self.generation
            if now.bundle.key == self.wanted_bundle.key:
                return now
            if self._next is None:
                # It is some time since that one served here: another process has gone on to a third.
                self._next = self._made(self.wanted_bundle, now.serving)
            return self._next

    def follow_embedder(self) -> Generation:
        """Go on with the embedder that serves in the database, which another process may have changed."""
        serving = self.catalog.changeover.serving()
        with self._opening:
            now = self.generation
            if serving not in (None, now.serving):
                # Another thread may have followed since this was read: it must not lead back to the one before.
                serving = self.catalog.changeover.serving()
            if serving in (None, now.serving):
                return now
            if now.bundle.key == serving:
                now.index.serving = serving
                return now
            following = self._next
            if following is None or following.bundle.key != serving:
                following = self._opened(serving)
            # Searches that began with the old one end with it; only what it holds elsewhere waits for the end.
            self._closing.append(now.keeping.close)
            self._generation, self._next = following, None
            following.index.serving = serving
            return following

    def ask(self, question: Callable[[Generation], T]) -> T:
        """The answer of the generation that serves; asked again where that changes meanwhile.

        Raises:
            EmbedderChanged: it changed again and again.
        """
        for _ in range(_TRIES):
            now = self.generation
            try:
                return question(now)
            except EmbedderChanged:
                self.follow_embedder()
            except BundleError:
                # The shop's copy of an embedder goes some time after it has served.
                if self.follow_embedder() is now:
                    raise
        return question(self.generation)

    @property
    def embedder(self) -> Embedder:
        """The embedder that serves, opened on first use."""
        return self.generation.embedder

    @property
    def embedder_bundle(self) -> Bundle:
        """The bundle of the embedder that serves; reading it does not open the model."""
        return self.generation.bundle

    @property
    def index(self) -> FollowingIndex:
        """The product index; it follows the catalog's change log before each search.

        Where another embedder serves later, it raises EmbedderChanged; this gives the one of that embedder then.
        """
        return self.follow_embedder().index

    @cached_property
    def detector_bundle(self) -> Bundle:
        """The detector's bundle; reading it does not open the model."""
        return open_bundle(self.config.bundle(self.directory, "detector"), "detector")

    @cached_property
    def wanted_bundle(self) -> Bundle:
        """The embedder of ``shop.toml``; until all products have a code of it, another one may serve."""
        return open_bundle(self.config.bundle(self.directory, "embedder"), "embedder")

    @cached_property
    def _detector(self) -> Detector:
        return Detector(self.detector_bundle, threads=self.threads, taxonomy=self.taxonomy)

    @property
    def index_keeping(self) -> IndexKeeping:
        """Where the index comes from and is kept."""
        return self._keeping(self.embedder_bundle)

    def keep_embedder(self) -> None:
        """Have copies of the embedder that serves, and of the one that is to follow, in the shop's folder."""
        with self._opening:
            needed = [one for one in (self.generation, self.next_generation) if one is not None]
        for generation in needed:
            kept_embedders.keep(layout.embedders(self.directory), generation.bundle)

    def _opened(self, serving: str | None) -> Generation:
        """The generation of the bundle that serves, or of the one of ``shop.toml`` where that is not here."""
        wanted = self.wanted_bundle
        if serving in (None, wanted.key):
            return self._made(wanted)
        kept = kept_embedders.find(layout.embedders(self.directory), str(serving))
        if kept is not None:
            return self._made(kept)
        _log.warning("%s", without(str(serving), wanted))
        return self._made(wanted, serving)

    def _following(self, generation: Generation) -> Generation | None:
        if self.wanted_bundle.key == generation.bundle.key:
            return None
        return self._made(self.wanted_bundle, generation.serving)

    def _made(self, bundle: Bundle, serving: str | None = None) -> Generation:
        keeping = self._keeping(bundle)
        index = FollowingIndex(self.catalog, self.taxonomy, bundle.key, bundle.card.bits, keeping, serving)
        return Generation(bundle, self.taxonomy, keeping, index, self.threads)

    def _keeping(self, bundle: Bundle) -> IndexKeeping:
        return keeping_of(bundle, self.directory, self.config, self.catalog, self.taxonomy, self.threads)

    def take_taxonomy(self, taxonomy: Taxonomy) -> None:
        """Go on with another category list; what was laid out by the old one is opened anew when needed."""
        with self._opening:
            self.__dict__.pop("_detector", None)
            self._generation = self._next = None
            self.__dict__["taxonomy"] = taxonomy

    def fetcher(self, allow_private: bool = False) -> Fetcher:
        """A fetcher under the shop's rules."""
        return Fetcher(self.config.fetch_rules(allow_private=allow_private))

    def close(self) -> None:
        """Close the database, and the index where it is elsewhere. The shop cannot be used afterwards."""
        with self._opening:
            for generation in (self._generation, self._next):
                if generation is not None:
                    generation.index.close()
            for close in self._closing:
                close()
            self._generation, self._next, self._closing = None, None, []
        self.catalog.close()
        self.pictures.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exc: object) -> None:
        self.close()
