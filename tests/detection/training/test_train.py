"""A real, tiny run: killed and gone on with, exported, compared with PyTorch, served and measured."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest
import torch
from torchvision.models.detection import FasterRCNN

from shopthelook.detection import Detector
from shopthelook.detection.datasets import read_scenes
from shopthelook.detection.training.calibrate import calibrate
from shopthelook.detection.training.export import export_bundle
from shopthelook.detection.training.model import Deployed, build_detector, open_body
from shopthelook.detection.training.train import Recipe, train
from shopthelook.models import open_bundle, verify
from shopthelook.models.card import DataUse
from shopthelook.models.session import Session
from shopthelook.taxonomy import Taxonomy

SMALL = Recipe(steps=4, batch=2, shorter=64, longer=96, warmup=1, save_every=2)
N_LABELS = len(Taxonomy.builtin().coarse_categories)


def same(one: dict[str, torch.Tensor], other: dict[str, torch.Tensor]) -> None:
    for name, value in one.items():
        torch.testing.assert_close(value, other[name], msg=name)


def test_a_stopped_run_goes_on_as_if_nothing_had_been(coco: Path, tmp_path: Path) -> None:
    groups = [read_scenes(coco, labels_of="coco")]
    whole = train(groups, [1], N_LABELS, tmp_path / "whole", SMALL).state_dict()

    class Stopped(Exception):
        pass

    passes = 0

    def stop(module: torch.nn.Module, _inputs: object) -> None:
        nonlocal passes
        passes += isinstance(module, FasterRCNN)
        if passes == 4:  # after the checkpoint of step two, and a step that is lost
            raise Stopped

    handle = torch.nn.modules.module.register_module_forward_pre_hook(stop)
    try:
        with pytest.raises(Stopped):
            train(groups, [1], N_LABELS, tmp_path / "parts", SMALL)
    finally:
        handle.remove()
    assert torch.load(tmp_path / "parts/checkpoint.pt", weights_only=True)["step"] == 2
    same(whole, train(groups, [1], N_LABELS, tmp_path / "parts", SMALL).state_dict())


def test_a_killed_command_goes_on(coco: Path, tmp_path: Path) -> None:
    command = [sys.executable, "-m", "shopthelook.detection.training"]
    command += ["--scenes", str(coco.rename(tmp_path / "home-scenes")), "--out", str(tmp_path / "run")]
    command += ["--batch", "2", "--shorter", "64", "--longer", "96", "--save-every", "1", "--threads", "1"]
    run = subprocess.Popen([*command, "--steps", "500"], stderr=subprocess.DEVNULL)
    checkpoint = tmp_path / "run/checkpoint.pt"
    deadline = time.monotonic() + 120
    while not checkpoint.exists() and run.poll() is None and time.monotonic() < deadline:
        time.sleep(0.05)
    os.kill(run.pid, signal.SIGKILL)
    run.wait()
    step = torch.load(checkpoint, weights_only=True)["step"]
    bundle = tmp_path / "bundle"
    again = subprocess.run(
        [*command, "--steps", str(step + 1), "--bundle", str(bundle)], capture_output=True, text=True
    )
    assert again.returncode == 0, again.stderr
    assert f"going on from step {step}" in again.stderr
    assert (bundle / "card.json").exists()


def test_a_missing_data_set_is_an_error_in_words(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "shopthelook.detection.training", "--out", str(tmp_path / "run")]
    done = subprocess.run([*command, "--scenes", str(tmp_path)], capture_output=True, text=True)
    assert done.returncode == 1
    assert done.stderr.startswith(f"error: {tmp_path}: no data set here")


@pytest.fixture
def exported(tmp_path: Path) -> tuple[Path, torch.nn.Module]:
    torch.manual_seed(0)
    detector = build_detector(N_LABELS, open_body("efficientnet-lite0")).eval()
    export_bundle(detector, tmp_path / "bundle", SMALL, [DataUse("none", "CC0", 0)])
    # The bundle keeps its weights as float16; round these too, so that the rest must agree closely.
    with torch.no_grad():
        for weight in detector.parameters():
            weight.copy_(weight.half().float())
    return tmp_path / "bundle", detector


def test_the_exported_graph_computes_what_pytorch_does(exported: tuple[Path, torch.nn.Module]) -> None:
    folder, detector = exported
    bundle = open_bundle(folder, "detector")
    assert verify(bundle) == []
    session, deployed = Session(bundle), Deployed(detector).eval()
    for height, width in ((64, 96), (96, 64), (128, 160)):
        picture = torch.rand(1, 3, height, width) * 2 - 1
        with torch.no_grad():
            boxes, scores, labels = (value.numpy() for value in deployed(picture))
        got = session.run({"image": picture.numpy()})
        assert len(got["boxes"]) == len(boxes) > 0
        # Near ties may come in another order: compare as sets.
        ours, theirs = np.lexsort((*boxes.T, labels)), np.lexsort((*got["boxes"].T, got["labels"]))
        agree = np.isclose(got["boxes"][theirs], boxes[ours], atol=0.5).all(axis=1)
        assert agree.mean() >= 0.95
        np.testing.assert_allclose(np.sort(got["scores"]), np.sort(scores), atol=1e-3)


def test_calibration_writes_thresholds_and_figures(
    exported: tuple[Path, torch.nn.Module], coco: Path
) -> None:
    folder, _ = exported
    scenes = read_scenes(coco, labels_of="coco")
    card = calibrate(folder, {"home-scenes": scenes})
    again = open_bundle(folder).card
    assert again == card
    assert all(0.2 <= label.threshold <= 0.7 for label in card.labels if label.threshold is not None)
    n_test = sum(scene.split == "test" for scene in scenes)
    assert {metric.name for metric in card.metrics} >= {"AP50", "AP"}
    assert {metric.n for metric in card.metrics} == {n_test}
    Detector(open_bundle(folder)).detect(np.zeros((90, 120, 3), np.uint8))
