"""Painted data sets on disk."""

from pathlib import Path

import pytest

from tests.evaluation.detection import painted


@pytest.fixture(scope="session")
def rooms(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """32 pictures of the split val, see `painted.rooms`; do not write in it."""
    return painted.rooms(tmp_path_factory.mktemp("data") / "rooms")
