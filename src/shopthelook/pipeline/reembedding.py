"""Give products a code of the present embedder, from their stored pictures."""

from __future__ import annotations

import time
from collections.abc import Sequence
from typing import TYPE_CHECKING

from shopthelook import images
from shopthelook.catalog import ProductRecord
from shopthelook.catalog.feeds import FeedProblem
from shopthelook.pipeline.ahead import batches
from shopthelook.pipeline.committing import Committer
from shopthelook.pipeline.encoding import CodeCache, read_product_picture
from shopthelook.pipeline.preparing import Candidate
from shopthelook.pipeline.reports import ImportReport, OnProgress

if TYPE_CHECKING:
    from shopthelook.pipeline.shop import Shop

BATCH = 64


def embed_products(shop: Shop, *, on_progress: OnProgress | None) -> ImportReport:
    """See ``Shop.embed_products``. What is done is not done again, so a stopped run goes on."""
    started = time.monotonic()
    catalog, bundle = shop.catalog, shop.embedder_bundle.key
    cache = CodeCache()
    committer = Committer(catalog, shop.pictures, lambda: shop.embedder, bundle, cache)
    import_id = catalog.start_import(bundle, "embedding")
    total = catalog.counts()["products"]
    read = updated = unchanged = failed = embedded = 0

    def report() -> ImportReport:
        return ImportReport(
            read=read,
            updated=updated,
            unchanged=unchanged,
            failed=failed,
            embedded=embedded,
            problems=failed,
            import_id=import_id,
            total=total,
            seconds=time.monotonic() - started,
        )

    for ids in batches(catalog.product_ids(), BATCH):
        prints = catalog.fingerprints(ids)
        stale = [key for key in ids if key in prints and prints[key].bundle != bundle]
        candidates, problems = _candidates(shop, catalog.products(stale))
        done = committer.commit(candidates)
        catalog.add_problems(import_id, problems)
        read += len(ids)
        updated += len(done.updated)
        unchanged += len(ids) - len(stale)
        failed += len(problems)
        embedded += done.embedded
        if on_progress is not None:
            on_progress(report())
    counts = {"read": read, "updated": updated, "unchanged": unchanged, "failed": failed}
    catalog.finish_import(import_id, counts | {"embedded": embedded})
    return report()


def _candidates(
    shop: Shop, records: dict[str, ProductRecord]
) -> tuple[Sequence[Candidate], list[FeedProblem]]:
    limits = shop.config.picture_limits()
    candidates: list[Candidate] = []
    problems: list[FeedProblem] = []
    for key, record in records.items():
        if record.image_hash is None:
            problems.append(FeedProblem(None, key, "image_link", "the product has no stored picture"))
            continue
        try:
            picture = read_product_picture(shop.pictures.data(record.image_hash), limits)
        except images.PictureError as error:
            problems.append(FeedProblem(None, key, "image_link", str(error)))
            continue
        candidates.append(
            Candidate(record.product, known=True, image_hash=record.image_hash, picture=picture)
        )
    return candidates, problems
