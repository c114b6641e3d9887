"""Where the index of an embedder's codes comes from and is kept, by what ``shop.toml`` says."""

from __future__ import annotations

import os
from pathlib import Path

from shopthelook.catalog import Catalog
from shopthelook.models import Bundle
from shopthelook.pipeline import layout
from shopthelook.pipeline.config import ShopConfig
from shopthelook.pipeline.keeping import IndexKeeping
from shopthelook.taxonomy import Taxonomy


def keeping_of(
    bundle: Bundle, directory: Path, config: ShopConfig, catalog: Catalog, taxonomy: Taxonomy, threads: int
) -> IndexKeeping:
    """The keeping of the shop in ``directory``, for the codes of this embedder."""
    if config.index_engine == "milvus":
        from shopthelook.pipeline.in_milvus import TOKEN, MilvusKeeping, Place

        return MilvusKeeping(
            catalog,
            taxonomy,
            bundle.key,
            bundle.card.bits,
            Place(config.milvus_uri, os.environ.get(TOKEN, ""), config.collection(directory)),
            layout.index(directory) / "milvus.lock",
        )
    return IndexKeeping(
        catalog,
        taxonomy,
        bundle.key,
        bundle.card.bits,
        config.index_engine,
        layout.index(directory),
        threads,
        config.index_recall,
    )
