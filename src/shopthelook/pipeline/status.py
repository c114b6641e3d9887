"""What a shop holds and how far its index is."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from sqlalchemy.engine import make_url

from shopthelook.pipeline.parts import without
from shopthelook.pipeline.reports import Status
from shopthelook.retrieval.embedded import SnapshotError

if TYPE_CHECKING:
    from shopthelook.pipeline.shop import Shop


def status(shop: Shop) -> Status:
    """See ``Shop.status``. Opens neither a model nor the index."""
    catalog = shop.catalog
    generation = shop.follow_embedder()
    counts = catalog.counts()
    present = catalog.changeover.count(generation.bundle.key).done
    others = max(0, counts["with_code"] - present)
    return Status(
        directory=str(shop.directory.resolve()),
        # The password of a database's URL is nobody's business.
        database=make_url(shop.config.database).render_as_string(hide_password=True),
        detector=shop.detector_bundle.id,
        embedder=generation.bundle.id,
        products=counts["products"],
        with_code=present,
        other_code=others,
        without_code=counts["products"] - present - others,
        scenes=counts["scenes"],
        objects=counts["objects"],
        problems=counts["problems"],
        index_size=len(generation.index),
        index_seq=generation.index.seq,
        last_seq=catalog.last_seq(),
        snapshot_seq=_snapshot_seq(shop),
        last_import=_last_import(shop),
        **coming(shop),
    )


def coming(shop: Shop) -> dict[str, Any]:
    """How far the embedder is that is to follow the one that serves: fields of `Status`; empty where none is."""
    wanted = shop.wanted_bundle
    stands_in = shop.generation.serving != shop.generation.bundle.key
    if shop.next_generation is None and not stands_in:
        return {}
    done, failed = shop.catalog.changeover.count(wanted.key)
    return {
        "next_embedder": wanted.key
        if wanted.id == shop.generation.bundle.id and not stands_in
        else wanted.id,
        "next_codes": done,
        "next_failed": failed,
        "note": without(shop.generation.serving, wanted) if stands_in else None,
    }


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
