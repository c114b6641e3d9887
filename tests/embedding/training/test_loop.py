"""Real, tiny runs: killed and gone on with, in parts, on two devices, in two phases."""

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

from shopthelook.embedding.training.recipe import Recipe
from shopthelook.embedding.training.run import Outcome, run
from shopthelook.errors import ShopError
from shopthelook.training.checkpoint import BEST, CHECKPOINT
from shopthelook.training.schedule import Frozen
from tests.embedding.training.recipes import TINY, tiny

FEWER = ('kind = "instance"', 'kind = "instance"\nclasses_per_step = 12')
STILL = {"validate_every": 99, "save_every": 99, "steps": 3}


def learn(recipe: Recipe, things: Path, out: Path, devices: int = 1) -> Outcome:
    return run(recipe, {"things": things}, out, device="cpu", devices=devices)


def losses(out: Path) -> list[dict[str, float]]:
    with (out / "losses.csv").open() as file:
        return [{name: float(value) for name, value in row.items()} for row in csv.DictReader(file)]


def test_a_run_learns_and_leaves_what_it_says(things: Path, tmp_path: Path) -> None:
    changes = (
        (
            'backbone = "mobilenetv3_small_050"\nweights = "none"',
            'backbone = "efficientnet-lite0"\npooled = "stages"',
        ),
        ('norm = "frozen"', 'frozen = true\nstart = "pca"\nbinary = "straight-through"\nquantisation = 0.1'),
    )
    changes += (("weight = 0.1\nhidden = 8", "weight = 1.0\nhidden = 64"),)
    recipe = tiny(*changes, steps=40, validate_every=20, rate=3e-3, optimiser="adamw")
    out = tmp_path / "run"
    outcome = learn(recipe, things, out)
    rows = losses(out)
    assert [row["step"] for row in rows] == list(range(1, 41))
    assert np.mean([row["loss"] for row in rows[-5:]]) < 0.7 * np.mean([row["loss"] for row in rows[:5]])
    assert set(rows[0]) >= {
        "loss_instance",
        "loss_category",
        "loss_gender",
        "loss_color",
        "loss_quantisation",
    }
    with (out / "validation.csv").open() as file:
        measured = [*csv.DictReader(file)]
    assert len(measured) == 2
    assert set(measured[0]) == {"step", "P@1", "P@1 floats", "category", "gender", "color"}
    assert outcome.decisive == "P@1"
    assert outcome.best == pytest.approx(max(float(row["P@1"]) for row in measured), abs=1e-5)
    assert all(float(measured[-1][name]) > 0.8 for name in ("category", "gender"))
    assert float(measured[-1]["color"]) >= 0.5
    assert Image.open(out / "pictures/step-000040.png").size[0] > 300
    assert "backbone" in (out / "recipe.json").read_text()


def test_a_killed_run_goes_on_as_if_nothing_had_been(things: Path, tmp_path: Path) -> None:
    """kill -9 in the middle, the same command again: the same losses as without, across the change of phase."""
    file = tmp_path / "tiny.toml"
    text = TINY.replace("steps = 6", "steps = 20\nfrozen = { steps = 8, rate = 0.02 }\naverage = 0.9")
    text = text.replace(*FEWER).replace("validate_every = 3", "validate_every = 14")
    file.write_text(text.replace("save_every = 2", "save_every = 4"))
    command = [
        sys.executable,
        "-m",
        "shopthelook",
        "train",
        "embedder",
        str(file),
        "--data",
        f"things={things}",
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
    killed = start(tmp_path / "parts")
    table = tmp_path / "parts/losses.csv"
    deadline = time.monotonic() + 120
    # Past the checkpoint of step 4, in the frozen phase: rows after the checkpoint are there to be lost.
    while killed.poll() is None and time.monotonic() < deadline:
        if table.exists() and table.read_text().count("\n") >= 6:
            break
        time.sleep(0.002)
    killed.send_signal(signal.SIGKILL)
    assert killed.wait() == -signal.SIGKILL
    at = torch.load(tmp_path / "parts" / CHECKPOINT, weights_only=True)["step"]
    assert 4 <= at < 28
    again = start(tmp_path / "parts")
    _, told = again.communicate()
    assert again.returncode == 0, told
    assert f"going on from step {at} of 28" in told
    assert losses(tmp_path / "parts") == losses(tmp_path / "whole")
    ends = [torch.load(tmp_path / name / CHECKPOINT, weights_only=True) for name in ("whole", "parts")]
    for name, value in ends[0]["average"].items():
        assert torch.equal(value, ends[1]["average"][name]), name


def test_in_the_frozen_phase_only_what_is_new_learns(things: Path, tmp_path: Path) -> None:
    recipe = tiny(('norm = "frozen"', 'norm = "batch"'), frozen=Frozen(steps=4, rate=0.1), **STILL)
    learn(recipe.with_training(save_every=2, steps=2), things, tmp_path / "run")
    assert len(losses(tmp_path / "run")) == 6
    first = torch.load(tmp_path / "run" / CHECKPOINT, weights_only=True)["model"]
    only = tmp_path / "only"
    with pytest.raises(KeyboardInterrupt):
        _interrupted(recipe, things, only, 4)
    held = torch.load(only / CHECKPOINT, weights_only=True)["model"]
    from shopthelook.embedding.training.run import Sources, build

    torch.manual_seed(recipe.training.seed)
    start = build(recipe, Sources.read(recipe, {"things": things}).targets)[0].model.state_dict()
    changed = {name for name, value in held.items() if not torch.equal(value, start[name])}
    assert changed
    assert not any(name.startswith("body.") for name in changed)
    assert any(
        name.startswith("body.") for name, value in first.items() if not torch.equal(value, start[name])
    )


def _interrupted(recipe: Recipe, things: Path, out: Path, step: int) -> None:
    from shopthelook.training import loop

    save = loop.checkpoint.save

    def stop(path: Path, state: dict[str, object]) -> None:
        save(path, state)
        if state.get("step") == step:
            raise KeyboardInterrupt

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(loop.checkpoint, "save", stop)
        learn(recipe.with_training(save_every=2), things, out)


def test_a_share_in_parts_and_two_devices_learn_what_one_does(things: Path, tmp_path: Path) -> None:
    """With labels that some pictures lack, classes that are drawn, and a change of phase."""
    made = {"frozen": Frozen(steps=2, rate=0.05), **STILL}
    learn(tiny(FEWER, **made), things, tmp_path / "whole")
    learn(tiny(FEWER, **made, per_device=3), things, tmp_path / "parts")
    learn(tiny(FEWER, **made, per_device=2), things, tmp_path / "two", devices=2)
    whole = losses(tmp_path / "whole")
    assert len(whole) == 5
    for name in ("parts", "two"):
        for one, other in zip(whole, losses(tmp_path / name), strict=True):
            assert one == pytest.approx(other, rel=1e-3, abs=1e-5)
        ends = [torch.load(tmp_path / of / CHECKPOINT, weights_only=True)["model"] for of in ("whole", name)]
        for key, value in ends[0].items():
            torch.testing.assert_close(ends[1][key], value, rtol=1e-3, atol=1e-4, msg=f"{name}: {key}")


def test_the_first_bits_are_the_same_on_both_devices(things: Path, tmp_path: Path) -> None:
    recipe = tiny(('norm = "frozen"', 'norm = "frozen"\nstart = "pca"'), **STILL)
    learn(recipe, things, tmp_path / "one")
    learn(recipe, things, tmp_path / "two", devices=2)
    for one, other in zip(losses(tmp_path / "one"), losses(tmp_path / "two"), strict=True):
        assert one == pytest.approx(other, rel=1e-3, abs=1e-5)


def test_another_recipe_or_other_labels_are_another_run(things: Path, tmp_path: Path) -> None:
    learn(tiny(steps=2), things, tmp_path / "run")
    with pytest.raises(ShopError, match="holds a run of another recipe"):
        learn(tiny(steps=2, rate=0.5), things, tmp_path / "run")
    moved = tmp_path / "moved"
    moved.mkdir()
    for name in ("pictures", "info.json"):
        (moved / name).symlink_to(things / name)
    table = (things / "views.csv").read_text()
    (moved / "views.csv").write_text(table)
    learn(tiny(steps=3), moved, tmp_path / "run")  # the same data elsewhere
    (moved / "views.csv").write_text(table.replace("Blue", "Navy"))
    with pytest.raises(ShopError, match="holds a run of another data"):
        learn(tiny(steps=3), moved, tmp_path / "run")


def test_a_run_starts_from_the_weights_of_another(things: Path, tmp_path: Path) -> None:
    learn(tiny(steps=2), things, tmp_path / "first")
    start = str(tmp_path / "first" / BEST)
    learn(tiny(steps=1, rate=1e-9).with_weights(start), things, tmp_path / "second")
    ends = [torch.load(tmp_path / name / BEST, weights_only=True)["model"] for name in ("first", "second")]
    for name, value in ends[0].items():
        torch.testing.assert_close(ends[1][name], value, atol=1e-6, rtol=0)
