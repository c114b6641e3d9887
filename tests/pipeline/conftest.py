"""A shop on tiny models, and feeds of coloured pictures for it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from shopthelook import Shop
from tests.pipeline.feeds import Feed
from tests.pipeline.web import Web, serving


@pytest.fixture
def new_shop(tmp_path: Path, tiny_detector: Path, tiny_embedder: Path) -> Iterator[Callable[..., Shop]]:
    opened: list[Shop] = []

    def make(name: str = "shop") -> Shop:
        shop = Shop.create(
            tmp_path / name, detector=str(tiny_detector), embedder=str(tiny_embedder), threads=1
        )
        opened.append(shop)
        return shop

    yield make
    for shop in opened:
        shop.close()


@pytest.fixture
def shop(new_shop: Callable[..., Shop]) -> Shop:
    return new_shop()


@pytest.fixture
def feed(tmp_path: Path) -> Feed:
    return Feed(tmp_path / "feed")


@pytest.fixture
def web() -> Iterator[Web]:
    with serving() as running:
        yield running
