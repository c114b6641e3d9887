"""What a shop is made of: its catalog, pictures, taxonomy, models and index, opened when needed."""

from __future__ import annotations

import os
import threading
from functools import cached_property
from pathlib import Path
from typing import Self

from shopthelook.catalog import Catalog
from shopthelook.detection import Detector
from shopthelook.embedding import Embedder
from shopthelook.images import Fetcher, PictureStore
from shopthelook.models import Bundle, open_bundle
from shopthelook.pipeline import layout
from shopthelook.pipeline.config import ShopConfig
from shopthelook.pipeline.following import FollowingIndex
from shopthelook.pipeline.keeping import IndexKeeping
from shopthelook.taxonomy import Taxonomy


class Parts:
    """The parts of one shop; threads may share them."""

    def __init__(self, directory: Path, config: ShopConfig, catalog: Catalog, threads: int = 0) -> None:
        self.directory = directory
        self.config = config
        self.catalog = catalog
        self.threads = threads
        self.pictures = PictureStore(layout.pictures(directory), config.picture_limits())
        self._opening = threading.RLock()

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
    def embedder(self) -> Embedder:
        """The embedder of ``shop.toml``, opened on first use."""
        with self._opening:
            return self._embedder

    @property
    def index(self) -> FollowingIndex:
        """The product index; it follows the catalog's change log before each search."""
        with self._opening:
            return self._index

    @cached_property
    def detector_bundle(self) -> Bundle:
        """The detector's bundle; reading it does not open the model."""
        return open_bundle(self.config.bundle(self.directory, "detector"), "detector")

    @cached_property
    def embedder_bundle(self) -> Bundle:
        """The embedder's bundle; reading it does not open the model."""
        return open_bundle(self.config.bundle(self.directory, "embedder"), "embedder")

    @cached_property
    def _detector(self) -> Detector:
        return Detector(self.detector_bundle, threads=self.threads, taxonomy=self.taxonomy)

    @cached_property
    def _embedder(self) -> Embedder:
        return Embedder(self.embedder_bundle, threads=self.threads, taxonomy=self.taxonomy)

    @cached_property
    def _index(self) -> FollowingIndex:
        bundle = self.embedder_bundle
        return FollowingIndex(self.catalog, self.taxonomy, bundle.key, bundle.card.bits, self.index_keeping)

    @property
    def index_keeping(self) -> IndexKeeping:
        """Where the index comes from and is kept."""
        bundle = self.embedder_bundle
        if self.config.index_engine == "milvus":
            from shopthelook.pipeline.in_milvus import TOKEN, MilvusKeeping, Place

            place = Place(
                self.config.milvus_uri, os.environ.get(TOKEN, ""), self.config.collection(self.directory)
            )
            return MilvusKeeping(
                self.catalog,
                self.taxonomy,
                bundle.key,
                bundle.card.bits,
                place,
                layout.index(self.directory) / "milvus.lock",
            )
        return IndexKeeping(
            self.catalog,
            self.taxonomy,
            bundle.key,
            bundle.card.bits,
            self.config.index_engine,
            layout.index(self.directory),
            self.threads,
            self.config.index_recall,
        )

    def take_taxonomy(self, taxonomy: Taxonomy) -> None:
        """Go on with another category list; what was laid out by the old one is opened anew when needed."""
        with self._opening:
            for name in ("_detector", "_embedder", "_index"):
                self.__dict__.pop(name, None)
            self.__dict__["taxonomy"] = taxonomy

    def fetcher(self, allow_private: bool = False) -> Fetcher:
        """A fetcher under the shop's rules."""
        return Fetcher(self.config.fetch_rules(allow_private=allow_private))

    def close(self) -> None:
        """Close the database, and the index where it is elsewhere. The shop cannot be used afterwards."""
        with self._opening:
            if (index := self.__dict__.pop("_index", None)) is not None:
                index.close()
        self.catalog.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exc: object) -> None:
        self.close()
