"""Real, tiny runs: killed and gone on with, in parts, ended early."""

import csv
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image
from tests.detection.training.recipes import TINY, tiny

from shopthelook.detection.training.architectures import Built, build_model
from shopthelook.detection.training.loop import epoch_of, train
from shopthelook.detection.training.recipe import Recipe
from shopthelook.detection.training.run import Sources
from shopthelook.errors import ShopError
from shopthelook.training.checkpoint import BEST, CHECKPOINT
from shopthelook.training.devices import Device


def learn(recipe: Recipe, photos: Path, out: Path) -> tuple[Built, float | None]:
    sources = Sources.read(recipe, {"photos": photos})
    torch.manual_seed(0)
    built = build_model(recipe, len(sources.space))
    return built, train(built, recipe, sources.training_data(recipe), out, Device("cpu"))


def losses(out: Path) -> list[dict[str, float]]:
    with (out / "losses.csv").open() as file:
        return [{name: float(value) for name, value in row.items()} for row in csv.DictReader(file)]


def test_a_run_learns_and_leaves_what_it_says(photos: Path, tmp_path: Path) -> None:
    recipe = tiny(steps=40, validate_every=20, rate=3e-3)
    out = tmp_path / "run"
    built, best = learn(recipe, photos, out)
    rows = losses(out)
    assert [row["step"] for row in rows] == list(range(1, 41))
    assert np.mean([row["loss"] for row in rows[-5:]]) < 0.7 * np.mean([row["loss"] for row in rows[:5]])
    names = {"loss_classifier", "loss_box_reg", "loss_objectness", "loss_rpn_box_reg"}
    assert rows[0]["loss"] == pytest.approx(sum(rows[0][name] for name in names), rel=1e-4)
    with (out / "validation.csv").open() as file:
        measured = [float(row["AP50"]) for row in csv.DictReader(file)]
    assert len(measured) == 2
    assert best == pytest.approx(max(measured), abs=1e-5)
    assert Image.open(out / "pictures/step-000040.png").size[0] >= 320
    assert any((out / "tensorboard").iterdir())
    kept = torch.load(out / BEST, weights_only=True)["model"]
    for name, value in built.model.state_dict().items():
        torch.testing.assert_close(value, kept[name])


def test_a_killed_run_goes_on_as_if_nothing_had_been(photos: Path, tmp_path: Path) -> None:
    """kill -9 in the middle, the same command again: the same losses as without."""
    file = tmp_path / "tiny.toml"
    text = TINY.replace("steps = 6", "steps = 16").replace("validate_every = 3", "validate_every = 8")
    file.write_text(text.replace("save_every = 2", "save_every = 4"))
    command = [
        sys.executable,
        "-m",
        "shopthelook",
        "train",
        "detector",
        str(file),
        "--data",
        f"photos={photos}",
    ]
    environment = {**os.environ, "OMP_NUM_THREADS": "1"}

    def start(out: Path) -> subprocess.Popen[str]:
        return subprocess.Popen(
            [*command, "--out", str(out)],
            stderr=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            env=environment,
        )

    whole = start(tmp_path / "whole")
    assert whole.wait() == 0, whole.communicate()
    run = start(tmp_path / "parts")
    table = tmp_path / "parts/losses.csv"
    deadline = time.monotonic() + 120
    # Past the checkpoint of step 4, before the last one: rows after the checkpoint are there to be lost.
    while run.poll() is None and time.monotonic() < deadline:
        if table.exists() and table.read_text().count("\n") >= 6:
            break
        time.sleep(0.01)
    run.send_signal(signal.SIGKILL)
    assert run.wait() == -signal.SIGKILL
    at = torch.load(tmp_path / "parts" / CHECKPOINT, weights_only=True)["step"]
    assert 4 <= at < 16
    again = start(tmp_path / "parts")
    _, told = again.communicate()
    assert again.returncode == 0, told
    assert f"going on from step {at} of 16" in told
    assert losses(tmp_path / "parts") == losses(tmp_path / "whole")
    ends = [torch.load(tmp_path / name / CHECKPOINT, weights_only=True) for name in ("whole", "parts")]
    for name, value in ends[0]["average"].items():
        assert torch.equal(value, ends[1]["average"][name]), name


def test_a_share_in_parts_is_learnt_from_as_a_whole(photos: Path, tmp_path: Path) -> None:
    still = {"validate_every": 99, "save_every": 99, "steps": 3, "optimiser": "sgd", "clip": 0.0}
    learn(tiny(**still), photos, tmp_path / "whole")
    learn(tiny(**still, per_device=1), photos, tmp_path / "parts")
    for one, other in zip(losses(tmp_path / "whole"), losses(tmp_path / "parts"), strict=True):
        assert one == pytest.approx(other, rel=1e-3)


def test_a_run_ends_when_it_gets_no_better(photos: Path, tmp_path: Path) -> None:
    # With a rate of next to nothing the second validation cannot be better than the first.
    recipe = tiny(steps=30, validate_every=2, patience=2, rate=1e-12, average=0.0)
    _, best = learn(recipe, photos, tmp_path / "run")
    assert len(losses(tmp_path / "run")) == 6
    assert best == 0
    # Given again, it is over.
    assert learn(recipe, photos, tmp_path / "run")[1] == best
    assert len(losses(tmp_path / "run")) == 6


def test_a_loss_that_is_no_number_ends_the_run(photos: Path, tmp_path: Path) -> None:
    with pytest.raises(ShopError, match="lower the recipe's rate"):
        learn(tiny(steps=30, rate=1e18, optimiser="sgd", clip=0.0, warmup=0), photos, tmp_path / "run")
    assert (
        not (tmp_path / "run" / CHECKPOINT).exists()
        or torch.isfinite(
            torch.load(tmp_path / "run" / CHECKPOINT, weights_only=True)["model"][
                "roi_heads.box_predictor.cls_score.bias"
            ]
        ).all()
    )


def test_another_recipe_is_refused_in_a_run_s_folder(photos: Path, tmp_path: Path) -> None:
    learn(tiny(steps=2), photos, tmp_path / "run")
    with pytest.raises(ShopError, match="holds a run of another recipe"):
        learn(tiny(steps=2, rate=0.5), photos, tmp_path / "run")


def test_an_epoch_draws_as_many_pictures_as_there_are(photos: Path, tmp_path: Path) -> None:
    recipe = tiny(epochs=2, validate_every=0)
    data = Sources.read(recipe, {"photos": photos}).training_data(recipe)
    per_epoch = -(-len(data.groups[0]) // 4)
    assert epoch_of(recipe, data) == per_epoch
    learn(recipe, photos, tmp_path / "run")
    assert len(losses(tmp_path / "run")) == 2 * per_epoch
    assert (tmp_path / "run/validation.csv").read_text().count("\n") == 1 + 2
