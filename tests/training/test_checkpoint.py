"""States on disk: whole or not there, and only for the run that they belong to."""

from pathlib import Path

import pytest
import torch

from shopthelook.errors import ShopError
from shopthelook.training import checkpoint


def test_a_write_that_breaks_off_leaves_the_state_before(tmp_path: Path) -> None:
    path = tmp_path / "checkpoint.pt"
    checkpoint.save(path, {"step": 1, "identity": {}})

    class Unsaveable:
        def __reduce__(self) -> str:
            raise OSError("the disk is full")

    with pytest.raises(OSError, match="the disk is full"):
        checkpoint.save(path, {"weights": torch.zeros(1000), "step": Unsaveable()})
    state = checkpoint.load(path, {})
    assert state is not None
    assert state["step"] == 1


def said(rate: float = 0.1, steps: int = 5, weights: str = "here.pt") -> dict[str, object]:
    return {
        "training": {"rate": rate, "steps": steps},
        "model": {"body": "a", "weights": weights},
        "name": "x",
    }


def test_a_run_goes_on_only_with_its_own_recipe_and_data(tmp_path: Path) -> None:
    path = tmp_path / "checkpoint.pt"
    assert checkpoint.load(path, {}) is None
    checkpoint.save(path, {"step": 1, "identity": checkpoint.identity(said(), [b"one", b"two"])})
    longer = checkpoint.identity(said(steps=99, weights="there.pt"), [b"one", b"two"])
    assert checkpoint.load(path, longer) is not None
    with pytest.raises(ShopError, match="holds a run of another recipe"):
        checkpoint.load(path, checkpoint.identity(said(rate=0.2), [b"one", b"two"]))
    with pytest.raises(ShopError, match="holds a run of another data"):
        checkpoint.load(path, checkpoint.identity(said(), [b"one"]))


def test_a_file_that_is_no_checkpoint_is_an_error_in_words(tmp_path: Path) -> None:
    path = tmp_path / "checkpoint.pt"
    path.write_bytes(b"PK nonsense")
    with pytest.raises(ShopError, match=r"checkpoint\.pt: the weights cannot be read"):
        checkpoint.load(path, {})
