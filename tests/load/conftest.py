"""A painted shop, served by the command in a process of its own."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from pathlib import Path

import pytest
from benchmarks.load.server import Server, served

from tests.fixtures.tiny_shop import make_shop


@pytest.fixture(scope="session")
def painted(tmp_path_factory: pytest.TempPathFactory, tiny_detector: Path, tiny_embedder: Path) -> Path:
    """The folder of a shop with a snapshot of its index. Tests that change it take a copy."""
    with make_shop(tmp_path_factory.mktemp("load"), tiny_detector, tiny_embedder) as made:
        made.index.keep()
        return made.directory


@pytest.fixture
def own(painted: Path, tmp_path: Path) -> Path:
    """A copy of the shop."""
    return Path(shutil.copytree(painted, tmp_path / "own"))


Serve = Callable[..., AbstractContextManager[Server]]


@pytest.fixture
def serve(tmp_path: Path) -> Serve:
    """Serve a folder as the command does."""
    return lambda folder, **env: served(folder, tmp_path / "serve.log", "--threads", "1", env=env)


@pytest.fixture(scope="module")
def server(painted: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """The shop, served for all tests of a file."""
    log = tmp_path_factory.mktemp("served") / "serve.log"
    with served(painted, log, "--threads", "1") as running:
        yield running
