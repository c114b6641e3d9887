"""What all tests of training share."""

from pathlib import Path

import pytest
import torch


@pytest.fixture(autouse=True, scope="session")
def one_thread() -> None:
    """Pictures this small gain nothing from threads, and threads that wait for each other cost much."""
    torch.set_num_threads(1)


@pytest.fixture
def photos(coco: Path) -> Path:
    """The miniature of COCO photos, with the categories of its labels said in the folder itself."""
    (coco / "labels.tsv").write_text("chair\t443\ncouch\t460\ngiraffe\t\n")
    return coco
