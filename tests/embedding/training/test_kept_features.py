"""What a frozen backbone makes of views is kept, and learnt from in place of pictures."""

import os
import shutil
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch

from shopthelook.embedding.training.augment import training_picture
from shopthelook.embedding.training.kept_features import KeptFeatures
from shopthelook.embedding.training.loop import Predictor
from shopthelook.embedding.training.run import Sources, build, run
from shopthelook.embedding.views import load, open_views
from shopthelook.errors import ShopError
from shopthelook.models import open_bundle
from shopthelook.models.preprocess import normalise
from shopthelook.training.checkpoint import CHECKPOINT
from tests.embedding.training.recipes import tiny

FROZEN = ('norm = "frozen"', "frozen = true\nlooks = 3")
CPU = torch.device("cpu")


def opened(things: Path):
    recipe = tiny(FROZEN, ("bits = 64", 'bits = 64\nstart = "pca"'))
    sources = Sources.read(recipe, {"things": things})
    torch.manual_seed(0)
    return recipe, build(recipe, sources.targets)[0], sources.of("train")[0][:20]


def test_features_are_those_of_the_very_pictures(things: Path, tmp_path: Path) -> None:
    recipe, built, views = opened(things)
    found = KeptFeatures(built, recipe, CPU, tmp_path).of(views, 3, "things")
    assert found.shape == (20, 3, built.model.bits.in_features)
    assert found.dtype == np.float16
    in_use = Predictor(built, recipe.picture, CPU).raw_features([load(view) for view in views])
    np.testing.assert_allclose(found[:, 0], in_use, rtol=2e-3, atol=2e-3)
    for row in (0, 7, 19):
        pixels = training_picture(load(views[row]), recipe.picture, np.random.default_rng((0, row, 2)))
        with torch.no_grad():
            alone = built.model.body.eval()(torch.from_numpy(normalise(pixels[None], built.mean, built.std)))
        np.testing.assert_allclose(found[row, 2], alone[0], rtol=2e-3, atol=2e-3)
    assert not np.array_equal(found[:, 1], found[:, 2])


def test_what_was_stopped_is_gone_on_with(things: Path, tmp_path: Path) -> None:
    recipe, built, views = opened(things)
    whole = np.array(KeptFeatures(built, recipe, CPU, tmp_path).of(views, 2, "things"))
    [file] = tmp_path.iterdir()
    half = np.lib.format.open_memmap(file, "r+")
    half[16:] = np.nan
    half[:16] = 7  # what is done is not done again
    half.flush()
    gone_on = np.array(KeptFeatures(built, recipe, CPU, tmp_path).of(views, 2, "things"))
    assert (gone_on[:16] == 7).all()
    np.testing.assert_array_equal(gone_on[16:], whole[16:])


def test_other_pictures_and_backbones_have_features_of_their_own(things: Path, tmp_path: Path) -> None:
    recipe, built, _ = opened(things)
    mine = tmp_path / "things"
    shutil.copytree(things, mine)
    kept = tmp_path / "kept"

    def count() -> int:
        views = open_views(mine).of_split("train")[:4]
        KeptFeatures(built, recipe, CPU, kept).of(views, 1, "things")
        return len(list(kept.iterdir()))

    assert count() == 1
    assert count() == 1
    os.utime(open_views(mine).of_split("train")[0].path, (1, 1))
    assert count() == 2
    with torch.no_grad():
        next(built.model.body.parameters()).mul_(2)
    assert count() == 3


def test_a_run_learns_from_them_and_goes_on_alike(things: Path, tmp_path: Path) -> None:
    # A rate that stays, so that a shorter run is the beginning of the longer one.
    recipe = tiny(FROZEN, ("bits = 64", 'bits = 64\nstart = "pca"'), last_rate=1.0)
    data = {"things": things}
    shared = tmp_path / "features"
    run(recipe, data, tmp_path / "whole", features=shared)
    files = {file: file.stat().st_mtime_ns for file in shared.iterdir()}
    assert len(files) == 2  # of training and validation views
    run(recipe.with_training(steps=4), data, tmp_path / "parts", features=shared)
    outcome = run(recipe, data, tmp_path / "parts", tmp_path / "bundle", features=shared)
    assert {file: file.stat().st_mtime_ns for file in shared.iterdir()} == files
    one, other = (
        torch.load(tmp_path / name / CHECKPOINT, weights_only=True)["model"] for name in ("whole", "parts")
    )
    assert one.keys() == other.keys()
    assert all(torch.equal(one[name], other[name]) for name in one)
    assert outcome.card is not None
    assert outcome.decisive == "P@1"
    assert open_bundle(tmp_path / "bundle", "embedder").card.bits == 64


def test_what_looks_ask_for(things: Path, tmp_path: Path) -> None:
    with pytest.raises(ShopError, match="looks can be kept of a frozen backbone only"):
        tiny(('norm = "frozen"', "looks = 3"))
    with pytest.raises(ShopError, match="'looks' trains on one device, not on 2"):
        run(tiny(FROZEN), {"things": things}, tmp_path, device="cpu", devices=2)
    (tmp_path / "file").touch()
    with pytest.raises(ShopError, match="features cannot be kept there"):
        run(tiny(FROZEN), {"things": things}, tmp_path / "run", device="cpu", features=tmp_path / "file")


def test_what_cannot_be_kept_is_said(things: Path, tmp_path: Path) -> None:
    recipe, built, views = opened(things)
    kept = KeptFeatures(built, recipe, CPU, tmp_path)
    with pytest.raises(OSError, match=r"MB are needed, and .* MB are free"):
        kept._open(tmp_path / "huge.npy", 10**12, 100)
    kept.of(views, 1, "things")
    [file] = tmp_path.iterdir()
    file.write_bytes(file.read_bytes()[:500])
    with pytest.raises(ShopError, match=f"{file.name}: features cannot be kept there"):
        kept.of(views, 1, "things")
    gone = replace(views[0], path=tmp_path / "gone.png")
    with pytest.raises(ShopError, match=r"gone.png: cannot be read: No such file"):
        kept.of([gone], 1, "things")
