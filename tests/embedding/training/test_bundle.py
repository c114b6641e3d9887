"""From pictures to a bundle and its figures, with the real backbone at a small size."""

from __future__ import annotations

import copy
import functools
import subprocess
import sys
from pathlib import Path

import numpy as np
import onnx
import onnxruntime
import pytest
import torch

from shopthelook.embedding.training import recipe
from shopthelook.embedding.training.__main__ import main
from shopthelook.embedding.training.data import read_views
from shopthelook.embedding.training.evaluate import main as evaluate_main
from shopthelook.embedding.training.export import ExportError, agreement, export
from shopthelook.embedding.training.features import Extractor, cached_features
from shopthelook.embedding.training.model import Embedder, Features, Head, start_from_pca
from shopthelook.models import open_bundle
from shopthelook.models.preprocess import normalise, square

SIZE = 64


@pytest.fixture
def few(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let a few views be enough for a category, and bits of few steps, still near 0, differ in the export."""
    monkeypatch.setattr(recipe, "export", functools.partial(export, least=0.9))
    monkeypatch.setattr("shopthelook.embedding.training.pairs.Labelled.__init__.__defaults__", (2,))


@pytest.mark.usefixtures("few")
def test_the_commands_make_and_measure_a_bundle(data: Path, renders: Path, tmp_path: Path, capfd) -> None:  # type: ignore[no-untyped-def]
    out = tmp_path / "mine"
    words = ["--data", str(data), "--renders", str(renders), "--out", str(out), "--name", "mine"]
    assert main([*words, "--size", str(SIZE), "--bits", "64", "--steps", "4", "--variants", "2"]) == 0
    bundle = open_bundle(out)
    assert (bundle.id, bundle.card.bits, bundle.card.input.resize.size) == ("mine@1", 64, SIZE)
    assert {label.category_id for label in bundle.card.labels} >= {443}
    assert {use.name for use in bundle.card.data} >= {"renders"}
    told = capfd.readouterr().err
    assert "features:" in told
    assert "step 4 of 4" in told

    assert evaluate_main([str(out), "--data", str(data), "--renders", str(renders), "--write-card"]) == 0
    metrics = open_bundle(out).card.metrics
    assert all(m.n and m.command.startswith("python -m shopthelook") for m in metrics)
    assert any(m.name.startswith("room to product: hit@5") for m in metrics)


def test_what_is_missing_is_said(tmp_path: Path, capsys) -> None:  # type: ignore[no-untyped-def]
    assert main(["--data", str(tmp_path), "--out", str(tmp_path / "out")]) == 1
    assert "error: no data set lies in" in capsys.readouterr().err
    assert evaluate_main([str(tmp_path), "--data", str(tmp_path)]) == 1
    assert "error: " in capsys.readouterr().err


def test_a_plain_install_is_told_which_extra_it_lacks() -> None:
    code = (
        "import sys; sys.modules['torch'] = None\n"
        "from shopthelook.embedding.training.__main__ import main\n"
        "sys.exit(main(['--data', '.', '--out', 'x']))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert "pip install 'shopthelook[train]'" in done.stderr


def test_features_are_read_again_and_follow_new_pictures(data: Path, tmp_path: Path) -> None:
    views = [view for view in read_views(data) if view.source == "garments"]
    first = cached_features(views, tmp_path, SIZE, variants=2)
    files = sorted(tmp_path.glob("*.npy"))
    assert first.shape == (len(views), 2, Features.width)
    stamps = [file.stat().st_mtime_ns for file in files]
    assert np.array_equal(cached_features(views, tmp_path, SIZE, variants=2), first)
    assert [file.stat().st_mtime_ns for file in files] == stamps
    cached_features(views[1:], tmp_path, SIZE, variants=2)
    assert len(list(tmp_path.glob("*.npy"))) == len(files) + 1


def test_features_in_onnx_are_those_of_pytorch(tmp_path: Path) -> None:
    picture = np.random.default_rng(0).integers(0, 256, (90, 50, 3), dtype=np.uint8)
    found = Extractor(tmp_path, SIZE)([picture])
    batch = normalise(square(picture, SIZE)[None], (127,) * 3, (128,) * 3)
    with torch.no_grad():
        wanted = Features().eval()(torch.from_numpy(batch)).numpy()
    np.testing.assert_allclose(found, wanted, rtol=1e-3, atol=1e-3)


@pytest.fixture(scope="module")
def network() -> Embedder:
    torch.manual_seed(0)
    features = Features().eval()
    with torch.no_grad():
        x = features(torch.randn(40, 3, SIZE, SIZE))
    head = Head(x.mean(0), 1 / x.std(0).clamp_min(1e-3), bits=64, categories=3)
    start_from_pca(head, x)
    return Embedder(features, head).eval()


IMAGES = np.random.default_rng(1).standard_normal((24, 3, SIZE, SIZE), dtype=np.float32)


@pytest.fixture(scope="module")
def exported(network: Embedder, tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("exported") / "model.onnx"
    assert export(network, SIZE, path, IMAGES, least=0.99) > 0.99
    return path


def test_the_exported_file_answers_as_the_network(exported: Path) -> None:
    images = IMAGES
    assert [file.name for file in exported.parent.iterdir()] == ["model.onnx"]
    session = onnxruntime.InferenceSession(exported)
    for count in (1, 3, 24):  # the batch is free
        embedding, category = session.run(["embedding", "category"], {"image": images[:count]})
        assert (embedding.shape, category.shape) == ((count, 64), (count, 3))
        np.testing.assert_allclose(category.sum(1), 1, atol=1e-5)


def test_weights_are_stored_as_halves(exported: Path) -> None:
    weights = onnx.load(exported).graph.initializer
    halves = sum(np.prod(w.dims) for w in weights if w.data_type == onnx.TensorProto.FLOAT16)
    assert halves > 0.95 * sum(np.prod(w.dims) for w in weights)
    assert exported.stat().st_size < 2.3 * sum(np.prod(w.dims) for w in weights)


def test_an_export_that_differs_is_refused(network: Embedder, tmp_path: Path) -> None:
    path = tmp_path / "model.onnx"
    images = torch.randn(8, 3, SIZE, SIZE).numpy()
    with pytest.raises(ExportError, match="agrees with the network on"):
        export(network, SIZE, path, images, least=1.01)
    assert not path.exists()


def test_agreement_counts_bits(network: Embedder, exported: Path) -> None:
    other = copy.deepcopy(network)
    with torch.no_grad():
        other.head.bits.weight.neg_()
        other.head.bits.bias.neg_()
    images = torch.randn(8, 3, SIZE, SIZE).numpy()
    assert agreement(exported, other, images)[0] < 0.02


def test_the_card_names_the_licence_of_every_data_set(data: Path, renders: Path) -> None:
    assert {view.source for view in read_views(data, renders)} == set(recipe.LICENCES)
