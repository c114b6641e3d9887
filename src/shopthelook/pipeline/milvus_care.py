"""How a shop's index in Milvus is, and whether it holds what the catalog does."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING

from shopthelook.pipeline.following import FollowingIndex
from shopthelook.pipeline.in_milvus import MilvusKeeping
from shopthelook.pipeline.index_care import IndexStatus
from shopthelook.retrieval.milvus import MilvusError, MilvusIndex, OtherIndex

if TYPE_CHECKING:
    from shopthelook.pipeline.shop import Shop


def milvus_status(keeping: MilvusKeeping, known: IndexStatus) -> IndexStatus:
    """The status with what Milvus says; raises `MilvusError` where it does not answer."""
    known = replace(known, server=keeping.place.uri)
    try:
        index = keeping.present()
        if index is None:
            return replace(known, problem="Milvus holds no index of this shop as it is now")
        return replace(known, collection=index.name, collection_products=len(index), collection_seq=index.seq)
    except OtherIndex as error:
        return replace(known, problem=str(error))
    finally:
        keeping.close()


def verify_milvus(shop: Shop, keeping: MilvusKeeping, say: Callable[[str], None]) -> int:
    """Compare each product in Milvus with the catalog; returns how many there are.

    Raises:
        MilvusError: there is no index, or it holds something else.
    """
    try:
        say(f"asking Milvus at {keeping.place.uri}")
        if keeping.present() is None:
            raise MilvusError(
                "Milvus holds no index of this shop as it is now; run: shopthelook index rebuild"
            )
        bundle = shop.embedder_bundle
        serving = shop.generation.serving
        following = FollowingIndex(
            shop.catalog, shop.taxonomy, bundle.key, bundle.card.bits, keeping, serving
        )
        say("following the changes since")
        index = following.refresh()
        assert isinstance(index, MilvusIndex)  # noqa: S101 - MilvusKeeping gives no other
        say("comparing all products with the catalog")
        wrong = following.rows.differing(index)
        # What changed while it was compared differs, and says nothing.
        if wrong and index.seq == shop.catalog.last_seq():
            raise MilvusError(
                f"{wrong:,} products in the collection {index.name} are not as in the catalog; "
                "run: shopthelook index rebuild"
            )
        return len(index)
    finally:
        keeping.close()
