"""Imports: what they saw, and what went wrong."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import islice

import pytest
import sqlalchemy as sa

from shopthelook.catalog import Catalog, CatalogError, FeedProblem
from shopthelook.catalog.schema import import_marks, imports
from tests.catalog.conftest import MakeRecord


def test_an_import_and_its_problems(catalog: Catalog) -> None:
    assert catalog.last_import() is None
    assert catalog.problems() == []
    first = catalog.start_import("feed.tsv", "products")
    broken = [
        FeedProblem(3, "p1", "price", "no currency"),
        FeedProblem(None, None, None, "zero \0 and \udce9"),
    ]
    catalog.add_problems(first, broken)
    catalog.add_problems(first, [])
    running = catalog.last_import()
    assert running is not None
    assert (running.id, running.source, running.kind, running.finished_at) == (
        first,
        "feed.tsv",
        "products",
        None,
    )
    catalog.finish_import(first, {"read": 10, "failed": 2})
    done = catalog.last_import("products")
    assert done is not None
    assert done.counts == {"read": 10, "failed": 2}
    assert done.finished_at is not None
    assert abs(done.finished_at - datetime.now(UTC)) < timedelta(minutes=1)

    problems = catalog.problems()
    assert [(p.line, p.product_id, p.field, p.reason) for p in problems] == [
        (3, "p1", "price", "no currency"),
        (None, None, None, "zero \\x00 and \\udce9"),
    ]
    assert problems[0].at.tzinfo == UTC
    assert catalog.problems(after=problems[0].id) == problems[1:]
    assert catalog.counts()["problems"] == 2

    second = catalog.start_import("photos", "scenes")
    assert second > first
    assert catalog.problems() == []
    assert catalog.problems(first, limit=1) == problems[:1]
    assert catalog.counts()["problems"] == 0
    latest = catalog.last_import("products")
    assert latest is not None
    assert latest.id == first
    with pytest.raises(CatalogError, match="there is no import 99"):
        catalog.finish_import(99, {})


def test_replace_removes_what_an_import_did_not_see(catalog: Catalog, record: MakeRecord) -> None:
    ids = [f"p{i:05}" for i in range(12_000)]
    catalog.put_products([record(i) for i in ids])
    one, other = catalog.start_import("a", "products"), catalog.start_import("b", "products")
    catalog.touch(ids[:6000], one)
    catalog.touch(ids[3000:6000] + ids[3000:6000], one)
    catalog.put_products([record("new")], import_id=one)
    catalog.touch(ids[6000:], other)
    unseen = catalog.ids_not_in_import(one)
    removed = 0
    while batch := list(islice(unseen, 1000)):
        removed += catalog.delete_products(batch)
    assert removed == 6000
    assert list(catalog.product_ids()) == ["new", *ids[:6000]]


def test_marks_go_when_the_import_ends(catalog: Catalog, record: MakeRecord) -> None:
    catalog.put_products([record("a"), record("b")])
    one = catalog.start_import("a", "products")
    catalog.touch(["a"], one)
    catalog.touch(["b"], one)
    assert list(catalog.ids_not_in_import(one)) == []
    catalog.finish_import(one, {})
    assert _marks(catalog) == 0


def test_marks_of_an_import_that_was_cut_off_go_later(catalog: Catalog) -> None:
    old = catalog.start_import("a", "products")
    catalog.touch(["a"], old)
    catalog.start_import("b", "products")
    assert _marks(catalog) == 1
    long_ago = datetime.now(UTC) - timedelta(days=8)
    with catalog._database.writing() as connection:
        connection.execute(sa.update(imports).where(imports.c.id == old).values(started_at=long_ago))
    catalog.start_import("c", "products")
    assert _marks(catalog) == 0


def _marks(catalog: Catalog) -> int:
    with catalog._database.reading() as connection:
        return connection.scalar(sa.select(sa.func.count()).select_from(import_marks)) or 0
