"""Painted data sets of views; do not write in them."""

from __future__ import annotations

import pytest

from shopthelook.embedding.views import ViewSet
from tests.evaluation.embedding import made


@pytest.fixture(scope="session")
def room_views(tmp_path_factory: pytest.TempPathFactory) -> ViewSet:
    return made.rooms(tmp_path_factory.mktemp("views") / "rooms")


@pytest.fixture(scope="session")
def other_views(tmp_path_factory: pytest.TempPathFactory) -> ViewSet:
    return made.others(tmp_path_factory.mktemp("views") / "others")
