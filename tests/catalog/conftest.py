"""A catalog on each database, and short ways to make records."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from shopthelook.catalog import Catalog, Product, ProductRecord
from shopthelook.taxonomy import Taxonomy

MakeRecord = Callable[..., ProductRecord]


@pytest.fixture(params=["sqlite", "postgresql"])
def catalog_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """URL of an empty database of each kind."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'shop.db'}"
    return str(request.getfixturevalue("postgres_url"))


@pytest.fixture
def catalog(catalog_url: str) -> Iterator[Catalog]:
    """An open catalog on each kind of database."""
    with Catalog.open(catalog_url) as opened:
        yield opened


@pytest.fixture(scope="session")
def taxonomy() -> Taxonomy:
    return Taxonomy.builtin()


@pytest.fixture
def record() -> MakeRecord:
    """Make a record: record("p1", title="Chair", code=bytes(8), bundle="e@1")."""

    def make(product_id: str, **values: object) -> ProductRecord:
        own = {name: values.pop(name) for name in ("image_hash", "code", "bundle") if name in values}
        return ProductRecord(Product(id=product_id, **values), **own)  # type: ignore[arg-type]

    return make
