"""What an operator asks of the product index: how it is, is it right, make it anew."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

from shopthelook.retrieval.embedded import DamagedSnapshot, NoSnapshot, OtherSnapshot, SnapshotError

if TYPE_CHECKING:
    from shopthelook.pipeline.shop import Shop


@dataclass(frozen=True, slots=True)
class IndexStatus:
    """How the snapshot of a shop's index is, without opening it.

    Attributes:
        engine: as in ``shop.toml``.
        bits: length of a code.
        searchable: products in the catalog with a code of the present embedder.
        last_seq: number of the catalog's last change.
        snapshot: "none", "present", "other" (of another database, embedder or category list) or "unreadable";
            whether its bytes are right is asked by ``verify``.
        snapshot_products, snapshot_seq, snapshot_bytes, segments: what it says of itself, None without one.
        problem: why it is unreadable, or what it is of; it is not used then, but made anew.
        server, collection, collection_products, collection_seq: where the index is and what it holds, of an
            engine that is a server.
    """

    engine: str
    bits: int
    searchable: int
    last_seq: int
    snapshot: str
    snapshot_products: int | None = None
    snapshot_seq: int | None = None
    snapshot_bytes: int | None = None
    segments: int | None = None
    problem: str | None = None
    server: str | None = None
    collection: str | None = None
    collection_products: int | None = None
    collection_seq: int | None = None

    def as_dict(self) -> dict[str, Any]:
        """The status as JSON would hold it."""
        return asdict(self)


def index_status(shop: Shop) -> IndexStatus:
    """How the shop's index is; opens neither a model nor the index.

    Raises:
        MilvusError: it is in Milvus, which does not answer.
    """
    bundle = shop.embedder_bundle
    known = (
        shop.config.index_engine,
        bundle.card.bits,
        shop.catalog.changeover.count(bundle.key).done,
        shop.catalog.last_seq(),
    )
    keeping = shop.index_keeping
    if keeping.is_shared:
        from shopthelook.pipeline.in_milvus import MilvusKeeping
        from shopthelook.pipeline.milvus_care import milvus_status

        assert isinstance(keeping, MilvusKeeping)  # noqa: S101 - no other is shared
        return milvus_status(keeping, IndexStatus(*known, snapshot="none"))
    if keeping.folder is None:
        return IndexStatus(*known, snapshot="none")
    try:
        manifest = keeping.look()
    except NoSnapshot:
        return IndexStatus(*known, snapshot="none")
    except OtherSnapshot as error:
        return IndexStatus(*known, snapshot="other", problem=str(error))
    except SnapshotError as error:
        return IndexStatus(*known, snapshot="unreadable", problem=str(error))
    return IndexStatus(
        *known,
        snapshot="present",
        snapshot_products=manifest.products,
        snapshot_seq=manifest.seq,
        snapshot_bytes=sum(written.size for written in manifest.files.values())
        + (manifest.dead[1].size if manifest.dead else 0),
        segments=len(manifest.files),
    )


def check_for_snapshots(shop: Shop) -> None:
    """Raises `SnapshotError` where the shop's engine reads its index from the catalog each time."""
    if shop.config.index_engine == "exact":
        raise SnapshotError(
            "there is nothing to do: the engine 'exact' has no snapshots, its index is read from the catalog "
            "at each start"
        )


def verify_index(shop: Shop, say: Callable[[str], None]) -> int:
    """Check every byte of the snapshot, and that with the changes since it is what the catalog holds.

    Args:
        say: called with what is being done.

    Returns:
        The number of products.

    Raises:
        SnapshotError: there is no snapshot, it cannot be used, or it holds something else; or the engine has none.
        MilvusError: the same of an index in Milvus, or no Milvus answers.
    """
    from shopthelook.pipeline.following import FollowingIndex

    keeping = shop.index_keeping
    if keeping.is_shared:
        from shopthelook.pipeline.in_milvus import MilvusKeeping
        from shopthelook.pipeline.milvus_care import verify_milvus

        assert isinstance(keeping, MilvusKeeping)  # noqa: S101 - no other is shared
        return verify_milvus(shop, keeping, say)
    check_for_snapshots(shop)
    say("reading the snapshot")
    keeping.open()
    from shopthelook.retrieval.embedded import EmbeddedIndex

    bundle = shop.embedder_bundle
    arguments = (shop.catalog, shop.taxonomy, bundle.key, bundle.card.bits)
    serving = shop.generation.serving
    say("following the changes since")
    kept = FollowingIndex(*arguments, keeping, serving).refresh()
    say("reading all products from the catalog")
    # In memory only: this looks, and leaves the snapshot as it is.
    anew = FollowingIndex(*arguments, serving=serving).refresh()
    if not isinstance(kept, EmbeddedIndex) or not isinstance(anew, EmbeddedIndex):
        raise SnapshotError("only the embedded engine has a snapshot to verify")
    if kept.seq == anew.seq and (len(kept) != len(anew) or kept.digest() != anew.digest()):
        raise DamagedSnapshot(
            f"the snapshot holds {len(kept):,} products that are not the {len(anew):,} of the catalog; "
            "run: shopthelook index rebuild"
        )
    return len(anew)
