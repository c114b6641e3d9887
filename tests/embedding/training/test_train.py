from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path

import numpy as np
import torch

from shopthelook.embedding.training.benchmarks import benchmarks, bit_distances, right_ranks, top
from shopthelook.embedding.training.model import Head, sign, start_from_pca
from shopthelook.embedding.training.train import new_head, schedule, train
from tests.embedding.training.world import SETTINGS, world

ROOT = Path(__file__).parents[3]
# What the killed process runs: the training of `world`, slowly enough to be killed in the middle.
SLOW_RUN = """
import sys, time
from pathlib import Path
from tests.embedding.training.world import SETTINGS, world
from shopthelook.embedding.training.train import train
train(*world(), Path(sys.argv[1]), SETTINGS, progress=lambda text: (print(text, flush=True), time.sleep(0.5)))
"""


def hit(head: Head) -> float:
    views, features = world()
    (benchmark,) = benchmarks(views, "test")
    number = {view.key: n for n, view in enumerate(views)}
    with torch.no_grad():
        queries, gallery = (
            head(torch.from_numpy(features[[number[v.key] for v in asked], 0]).float())[0].numpy()
            for asked in (benchmark.queries, benchmark.gallery)
        )
    return top(right_ranks(benchmark, bit_distances(queries, gallery)), 1)


def test_training_finds_what_things_are_told_apart_by(tmp_path: Path) -> None:
    views, features = world()
    start = hit(new_head(views, features, 2, SETTINGS))
    head, categories = train(views, features, tmp_path / "c.pt", replace(SETTINGS, steps=150))
    assert hit(head) > start + 0.15
    with torch.no_grad():
        logits = head(torch.from_numpy(features[:, 0]).float())[1].numpy()
    held = np.array([view.split == "test" for view in views])
    wanted = np.array([view.category for view in views])
    assert (np.array(categories)[logits.argmax(1)] == wanted)[held].mean() > 0.85


def test_a_killed_run_goes_on_and_ends_the_same(tmp_path: Path) -> None:
    views, features = world()
    whole, _ = train(views, features, tmp_path / "whole.pt", SETTINGS)
    checkpoint = tmp_path / "killed.pt"
    environment = os.environ | {"PYTHONPATH": os.pathsep.join([str(ROOT), str(ROOT / "src")])}
    process = subprocess.Popen(
        [sys.executable, "-c", SLOW_RUN, str(checkpoint)],
        cwd=ROOT,
        env=environment,
        stdout=subprocess.DEVNULL,
    )
    while not checkpoint.exists():
        assert process.poll() is None
        time.sleep(0.02)
    process.send_signal(signal.SIGKILL)
    process.wait()
    step = torch.load(checkpoint, weights_only=True)["step"]
    assert 0 < step < SETTINGS.steps
    told: list[str] = []
    resumed, _ = train(views, features, checkpoint, SETTINGS, progress=told.append)
    assert told[0].startswith(f"step {step + SETTINGS.check_every} of")
    for name, value in whole.state_dict().items():
        torch.testing.assert_close(resumed.state_dict()[name], value, rtol=1e-4, atol=1e-5)


def test_a_checkpoint_of_other_settings_is_not_continued(tmp_path: Path, capsys) -> None:  # type: ignore[no-untyped-def]
    views, features = world()
    checkpoint = tmp_path / "c.pt"
    train(views, features, checkpoint, replace(SETTINGS, steps=10))
    told: list[str] = []
    train(views, features, checkpoint, replace(SETTINGS, steps=10, seed=1), progress=told.append)
    assert "training starts anew" in capsys.readouterr().err
    assert len(told) == 1


def test_the_pca_start_gives_balanced_bits() -> None:
    x = torch.randn(400, 96, generator=torch.Generator().manual_seed(0)) * torch.linspace(3, 0.1, 96)
    head = Head(x.mean(0), torch.ones(96), bits=64, categories=2)
    start_from_pca(head, x)
    with torch.no_grad():
        bits = (head(x)[0] > 0).float()
    assert (bits.mean(0) - 0.5).abs().max() < 0.12


def test_more_bits_than_features_are_filled_too() -> None:
    x = torch.randn(200, 32, generator=torch.Generator().manual_seed(0))
    head = Head(x.mean(0), torch.ones(32), bits=128, categories=2)
    start_from_pca(head, x)
    with torch.no_grad():
        assert head(x)[0].std(0).min() > 0.1


def test_sign_is_hard_forward_and_soft_backward() -> None:
    x = torch.tensor([-2.0, -0.1, 0.0, 0.3], requires_grad=True)
    y = sign(x)
    assert y.tolist() == [-1, -1, -1, 1]
    y.sum().backward()  # type: ignore[no-untyped-call]
    assert x.grad is not None
    torch.testing.assert_close(x.grad, 1 - torch.tanh(x.detach()) ** 2)


def test_the_learning_rate_warms_up_and_ends_at_nought() -> None:
    factors = [schedule(step, 200) for step in range(200)]
    assert factors[0] == 0.1
    assert max(factors) == 1
    assert factors[-1] < 0.001
