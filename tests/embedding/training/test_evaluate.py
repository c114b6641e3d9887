"""The figures of a bundle, and the untrained network that they stand beside."""

from pathlib import Path

import numpy as np
import pytest
import torch

from shopthelook.embedding.training.evaluate import main
from shopthelook.embedding.training.plain import CHANNELS, PlainFeatures
from shopthelook.models import open_bundle
from shopthelook.models.backbones import efficientnet_lite
from shopthelook.models.preprocess import normalise, square
from tests.fixtures.tiny_bundles import make_tiny_embedder


def test_a_bundle_is_measured(data: Path, renders: Path, tmp_path: Path) -> None:
    folder = make_tiny_embedder(tmp_path)
    assert main([str(folder), "--data", str(data), "--renders", str(renders), "--write-card"]) == 0
    metrics = open_bundle(folder).card.metrics
    assert all(m.n and m.command.startswith("python -m shopthelook") for m in metrics)
    assert any(m.name.startswith("room to product: hit@5") for m in metrics)


def test_what_is_missing_is_said(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main([str(tmp_path), "--data", str(tmp_path)]) == 1
    assert "error: " in capsys.readouterr().err


def test_plain_features_in_onnx_are_those_of_pytorch() -> None:
    picture = np.random.default_rng(0).integers(0, 256, (90, 50, 3), dtype=np.uint8)
    found = PlainFeatures(64)([picture])
    assert found.shape == (1, CHANNELS)
    net = efficientnet_lite("efficientnet-lite0")
    net.reset_classifier(0)  # type: ignore[operator]
    batch = normalise(square(picture, 64)[None], (127,) * 3, (128,) * 3)
    with torch.no_grad():
        np.testing.assert_allclose(found, net.eval()(torch.from_numpy(batch)).numpy(), rtol=1e-3, atol=1e-3)
