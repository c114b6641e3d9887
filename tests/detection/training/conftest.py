"""What all tests of training share."""

import pytest
import torch


@pytest.fixture(autouse=True)
def one_thread() -> None:
    """Pictures this small gain nothing from threads, and threads that wait for each other cost much."""
    torch.set_num_threads(1)
