"""A painted shop and a real server for it, one for all tests of the API."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from shopthelook import Shop
from tests.fixtures.tiny_shop import make_shop, running


@pytest.fixture(scope="session")
def shop(
    tmp_path_factory: pytest.TempPathFactory, tiny_detector: Path, tiny_embedder: Path
) -> Iterator[Shop]:
    """Tests that change it use products of their own."""
    with make_shop(tmp_path_factory.mktemp("serving"), tiny_detector, tiny_embedder) as made:
        yield made


@pytest.fixture(scope="session")
def address(shop: Shop) -> Iterator[str]:
    """Where the shop is served; the largest request is 1 MB."""
    with running(shop, max_body_bytes=1_000_000) as served:
        yield served


@pytest.fixture
def client(address: str) -> Iterator[httpx.Client]:
    """A client of the served shop."""
    with httpx.Client(base_url=address, timeout=20) as made:
        yield made
