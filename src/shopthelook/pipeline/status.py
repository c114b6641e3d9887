"""What a shop holds and how far its index is."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from sqlalchemy.engine import make_url

from shopthelook.pipeline.reports import Status
from shopthelook.retrieval.embedded import SnapshotError

if TYPE_CHECKING:
    from shopthelook.pipeline.shop import Shop


def status(shop: Shop) -> Status:
    """See ``Shop.status``. Opens neither a model nor the index."""
    catalog = shop.catalog
    counts = catalog.counts()
    present = catalog.codes_by_bundle().get(shop.embedder_bundle.key, 0)
    return Status(
        directory=str(shop.directory.resolve()),
        # The password of a database's URL is nobody's business.
        database=make_url(shop.config.database).render_as_string(hide_password=True),
        detector=shop.detector_bundle.id,
        embedder=shop.embedder_bundle.id,
        products=counts["products"],
        with_code=present,
        other_code=counts["with_code"] - present,
        without_code=counts["products"] - counts["with_code"],
        scenes=counts["scenes"],
        objects=counts["objects"],
        problems=counts["problems"],
        index_size=len(shop.index),
        index_seq=shop.index.seq,
        last_seq=catalog.last_seq(),
        snapshot_seq=_snapshot_seq(shop),
        last_import=_last_import(shop),
    )


def _snapshot_seq(shop: Shop) -> int | None:
    try:
        return shop.index_keeping.look().seq
    except SnapshotError:
        return None


def _last_import(shop: Shop) -> dict[str, Any] | None:
    last = shop.catalog.last_import()
    if last is None:
        return None
    found = asdict(last)
    found["counts"] = dict(last.counts)
    found["started_at"] = last.started_at.isoformat()
    found["finished_at"] = None if last.finished_at is None else last.finished_at.isoformat()
    return found
