"""A shop: one folder with a catalog, its pictures and two models, wired together."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

from shopthelook.catalog import Catalog
from shopthelook.pipeline import layout
from shopthelook.pipeline.config import ShopConfig
from shopthelook.pipeline.lock import ImportLock
from shopthelook.pipeline.looking import Looking
from shopthelook.pipeline.reports import ImportReport, OnProgress, Status, UpsertReport
from shopthelook.taxonomy import Taxonomy

if TYPE_CHECKING:
    from shopthelook.catalog import ObjectRecord, SceneRecord


class Shop(Looking):
    """A visual shop in a folder: ``shop.toml``, ``shop.db``, ``pictures/``.

    Safe to share among threads. Close it, or use it as a context manager. Models and index are
    opened when first needed.

    Example:
        >>> with Shop.open("demo-shop") as shop:          # doctest: +SKIP
        ...     for found in shop.search("room.jpg"):
        ...         print(found.category, [hit.product.title for hit in found.hits])
    """

    @classmethod
    def create(
        cls,
        directory: str | os.PathLike[str],
        *,
        database: str | None = None,
        detector: str | None = None,
        embedder: str | None = None,
        threads: int = 0,
    ) -> Self:
        """Make a new shop in ``directory``, which must not hold one yet.

        Args:
            database: SQLAlchemy URL; without it a SQLite file inside the folder.
            detector, embedder: a shipped bundle's name, or a bundle's folder, written with a slash.
            threads: threads of the models; 0 lets ONNX Runtime choose.

        Raises:
            ShopFolderError: the folder already is a shop or cannot be written.
        """
        root = Path(directory)
        models = [None if name is None else _from_here(name) for name in (detector, embedder)]
        layout.create(root, ShopConfig.new(database=database, detector=models[0], embedder=models[1]))
        try:
            return cls.open(root, threads=threads)
        except BaseException:
            # A shop whose database never opened would only be in the way of the next attempt.
            (root / layout.SETTINGS).unlink()
            raise

    @classmethod
    def open(cls, directory: str | os.PathLike[str], *, threads: int = 0) -> Self:
        """Open the shop in ``directory``, bringing its database up to date where needed.

        Raises:
            ShopFolderError: the folder is not a shop.
            ConfigError: ``shop.toml`` is malformed; the message names the setting.
        """
        root = Path(directory)
        config = layout.read(root)
        return cls(root, config, Catalog.open(config.database_url(root)), threads=threads)

    def load_taxonomy(self, source: str | os.PathLike[str], *, allow_private: bool = False) -> Taxonomy:
        """Give the shop its own category list: a file or address of lines ``id - A > B``.

        The list takes effect at once in this object, in other processes when they open the shop again.

        Raises:
            TaxonomyError: the list is malformed; the message names the line.
            SourceError: it cannot be read, or lacks a category that a model of the shop speaks of.
        """
        from shopthelook.pipeline.own_taxonomy import load_taxonomy

        taxonomy = load_taxonomy(self, source, allow_private=allow_private)
        self.take_taxonomy(taxonomy)
        return taxonomy

    # Products and scenes in

    def import_products(
        self,
        feed: str | os.PathLike[str],
        *,
        replace: bool = False,
        limit: int | None = None,
        allow_private: bool = False,
        refetch: bool = False,
        on_progress: OnProgress | None = None,
    ) -> ImportReport:
        """Bring the catalog up to date with a feed: a file, a folder, or an http(s) URL.

        Rows that did not change are not read further, pictures that did not change are not
        embedded again, bad rows and pictures are recorded and the rest goes on. A stopped import
        continues when it is run again.

        Args:
            replace: remove products that the feed does not name, once it was read to its end.
            limit: read that many rows at most; cannot go with ``replace``.
            allow_private: let pictures and the feed come from private addresses.
            refetch: ask for every picture again, also where its address did not change.

        Raises:
            FeedError: the feed cannot be read; what was committed before it stays.
            ImportRunning: another import works on this shop.
        """
        from shopthelook.pipeline.product_import import import_products

        with ImportLock(layout.lock(self.directory)):
            return import_products(
                self,
                feed,
                replace_all=replace,
                limit=limit,
                allow_private=allow_private,
                refetch=refetch,
                on_progress=on_progress,
            )

    def embed_products(
        self, *, on_progress: OnProgress | None = None, most_failed: float = 0.1
    ) -> ImportReport:
        """Give every product a code of the embedder that ``shop.toml`` names, from its stored picture.

        Where that is another one than before, the one before serves until every product has a code, or a recorded
        reason why it has none; stored scenes get codes, too. Then searches switch to the new one. A stopped run
        goes on when it is called again.

        Args:
            most_failed: the share of the products that are found, in [0, 1], which searches may lose by the switch.

        Raises:
            ImportRunning: another process is at it.
            TooManyFailed: all is done, but they would lose more; the one before goes on serving.
        """
        from shopthelook.pipeline.reembedding import changeover_turn, embed_products

        with changeover_turn(self):
            return embed_products(self, on_progress=on_progress, most_failed=most_failed)

    def import_scenes(
        self,
        source: str | os.PathLike[str] | Iterable[str | os.PathLike[str]],
        *,
        limit: int | None = None,
        allow_private: bool = False,
        on_progress: OnProgress | None = None,
    ) -> ImportReport:
        """Decompose and keep photos: a folder, a list file, or paths.

        Photos whose file and models did not change are skipped.

        Raises:
            SceneSourceError: the folder or list cannot be read.
            ImportRunning: another import works on this shop.
        """
        from shopthelook.pipeline.scene_import import import_scenes

        with ImportLock(layout.lock(self.directory)):
            return import_scenes(
                self, source, limit=limit, allow_private=allow_private, on_progress=on_progress
            )

    def upsert_products(self, products: Sequence[Mapping[str, Any]]) -> UpsertReport:
        """Add or change products given as Google Merchant attributes, in one transaction.

        Pictures come by http(s) only, under the shop's fetch rules: who calls this may be far away.
        The write is committed, and visible to the next search, when this returns.
        """
        from shopthelook.pipeline.upserting import upsert_products

        return upsert_products(self, products)

    def delete_products(self, ids: Sequence[str]) -> int:
        """Remove products; returns how many there were. Unknown ids are not an error."""
        return self.catalog.delete_products(list(ids))

    # Stored scenes and the state of the whole

    def scenes(self, after: str | None = None, limit: int = 100) -> list[SceneRecord]:
        """Stored scenes in the order of their ids, those after ``after``."""
        return self.catalog.list_scenes(after=after, limit=limit)

    def scene(self, scene_id: str) -> tuple[SceneRecord, list[ObjectRecord]]:
        """A stored scene and its objects, best first.

        Raises:
            NotFound: there is no such scene.
        """
        from shopthelook.pipeline.searching_stored import stored_scene

        return stored_scene(self, scene_id)

    def status(self) -> Status:
        """Counts, models, and how far the index is."""
        from shopthelook.pipeline.status import status

        return status(self)

    def __repr__(self) -> str:
        return f"Shop({str(self.directory)!r})"


def _from_here(model: str) -> str:
    """A model's folder as seen from the present folder; shop.toml reads it from the shop's."""
    return str(Path(model).absolute()) if "/" in model or "\\" in model else model
