"""Embeddings of a few demo pictures, made once for all tests, in a folder of their own."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from benchmarks.retrieval.model import Model, fitted
from benchmarks.retrieval.real import Real, real

from benchmarks.retrieval import keeping

CROPS = 320


@pytest.fixture(scope="session")
def no_pictures(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A folder without pictures, so that the demo's serve; nothing is kept in the checkout meanwhile."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(keeping, "ROOT", tmp_path_factory.mktemp("kept"))
        yield tmp_path_factory.mktemp("empty")


@pytest.fixture(scope="session")
def embedded(no_pictures: Path) -> Real:
    return real(no_pictures, CROPS)


@pytest.fixture(scope="session")
def model(embedded: Real) -> Model:
    return fitted(embedded)
