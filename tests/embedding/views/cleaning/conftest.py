"""A set of matches, and how a tiny embedder sees it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

import pytest
from PIL import Image

from shopthelook.embedding import Embedder, Embeddings
from shopthelook.embedding.views import Row, View, load
from shopthelook.embedding.views.cleaning import Judge
from shopthelook.models import open_bundle
from tests.fixtures.matches import make_matches
from tests.fixtures.photos import photo

__all__ = ["photo"]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "matches"


@pytest.fixture
def rows(folder: Path, photo: Callable[[int], Image.Image]) -> list[Row]:
    """The rows of 14 chairs in ``folder``: 14 scenes, then 14 products."""
    return make_matches(folder, photo)


@pytest.fixture(scope="session")
def judge(tiny_embedder: Path) -> Judge:
    embedder = Embedder(open_bundle(tiny_embedder), threads=1)

    def make(views: Sequence[View]) -> Embeddings:
        return embedder.embed([load(view) for view in views])

    return Judge(make, embedder.categories)
