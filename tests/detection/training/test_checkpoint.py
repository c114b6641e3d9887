"""States on disk: whole or not there, and only for the run that they belong to."""

from pathlib import Path

import pytest
import torch
from tests.detection.training.recipes import tiny

from shopthelook.detection.datasets import read_scenes
from shopthelook.detection.training import checkpoint
from shopthelook.errors import ShopError


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


def test_a_run_goes_on_only_with_its_own_recipe_and_data(tmp_path: Path, coco: Path) -> None:
    recipe, scenes = tiny(), read_scenes(coco, labels_of="coco")
    path = tmp_path / "run/checkpoint.pt"
    path.parent.mkdir()
    assert checkpoint.load(path, {}) is None
    mine = checkpoint.identity(recipe, [scenes])
    checkpoint.save(path, {"step": 1, "identity": mine})
    longer = checkpoint.identity(recipe.with_training(steps=99, per_device=1), [scenes])
    assert checkpoint.load(path, longer) is not None
    with pytest.raises(ShopError, match="holds a run of another recipe"):
        checkpoint.load(path, checkpoint.identity(recipe.with_training(rate=0.1), [scenes]))
    with pytest.raises(ShopError, match="holds a run of another data"):
        checkpoint.load(path, checkpoint.identity(recipe, [scenes[1:]]))


def test_a_file_that_is_no_checkpoint_is_an_error_in_words(tmp_path: Path) -> None:
    path = tmp_path / "checkpoint.pt"
    path.write_bytes(b"PK nonsense")
    with pytest.raises(ShopError, match=r"checkpoint\.pt: the weights cannot be read"):
        checkpoint.load(path, {})
