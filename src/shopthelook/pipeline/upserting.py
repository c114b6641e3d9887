"""Products given by a program, one list at a time."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from shopthelook.catalog import EmbedderChanged
from shopthelook.catalog.feeds import FeedProblem, parse_product, row_from_mapping
from shopthelook.pipeline.picture_links import LinkRules
from shopthelook.pipeline.preparing import Row
from shopthelook.pipeline.reports import UpsertReport
from shopthelook.pipeline.writing import Writer

if TYPE_CHECKING:
    from shopthelook.pipeline.shop import Shop


def upsert_products(shop: Shop, products: Sequence[Mapping[str, Any]]) -> UpsertReport:
    """See ``Shop.upsert_products``."""
    problems: list[FeedProblem] = []
    failed: list[str] = []
    rows: dict[str, Row] = {}
    for place, attributes in enumerate(products, start=1):
        if not isinstance(attributes, Mapping):
            problems.append(FeedProblem(place, None, None, "a product is an object of attributes"))
            failed.append(f"#{place}")
            continue
        product, found = parse_product(row_from_mapping(attributes, place), shop.taxonomy)
        problems.extend(found)
        if product is None:
            failed.append(f"#{place}")
            continue
        if product.id in rows:
            earlier = rows.pop(product.id)
            reason = f"entry {place} of the list has the same id; that one counts"
            problems.append(FeedProblem(earlier.line, product.id, "id", reason))
        rows[product.id] = Row(place, product)
    with shop.fetcher() as fetcher:
        while True:
            writer = Writer(shop, fetcher)
            prepared = writer.prepare([*rows.values()], LinkRules())
            try:
                done = writer.commit(prepared)
            except EmbedderChanged:
                continue
            break
    return UpsertReport(
        added=done.added,
        updated=done.updated,
        unchanged=tuple(prepared.unchanged),
        failed=tuple(failed + prepared.failed),
        problems=tuple(problems + prepared.problems),
        embedded=done.embedded,
        seq=done.seq,
    )
