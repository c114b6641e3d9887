"""Fixtures that tests of several rooms share."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.fixtures.milvus import _milvus_pool, milvus_index, milvus_server, milvus_uri  # noqa: F401
from tests.fixtures.postgres import postgres_server, postgres_url  # noqa: F401
from tests.fixtures.s3 import s3  # noqa: F401
from tests.fixtures.tiny_bundles import make_tiny_detector, make_tiny_embedder


@pytest.fixture(scope="session")
def tiny_detector(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Folder of a detector of red (chair), green (sofa) and blue (table) rectangles; do not write in it."""
    return make_tiny_detector(tmp_path_factory.mktemp("bundles"))


@pytest.fixture(scope="session")
def tiny_embedder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Folder of an embedder of colour layouts with 64 bits; do not write in it."""
    return make_tiny_embedder(tmp_path_factory.mktemp("bundles"))


@pytest.fixture(scope="session")
def rectangles(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Folder of a data set of red chairs and blue sofas; do not write in it."""
    from tests.fixtures.small_one_stage import make_rectangles

    return make_rectangles(tmp_path_factory.mktemp("data") / "rectangles")


@pytest.fixture(scope="session")
def small_one_stage(tmp_path_factory: pytest.TempPathFactory, rectangles: Path) -> Path:
    """Folder of a one-stage detector that finds them; do not write in it."""
    from tests.fixtures.small_one_stage import make_small_one_stage  # PyTorch takes a second to import

    return make_small_one_stage(tmp_path_factory.mktemp("bundles"), rectangles)
