"""The embedder on made crops."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from shopthelook.embedding import Embedder, hamming, pack
from shopthelook.models import BundleError, ModelRunError, open_bundle
from shopthelook.models.preprocess import PixelsError
from tests.fixtures.tiny_bundles import COLOR_HEAD, make_tiny_embedder, scene

RED = scene(90, 120, (0, 20, 20, 70, 100))
GREEN = scene(200, 80, (1, 20, 20, 180, 60))
BLUE = scene(64, 64, (2, 8, 8, 50, 50))


@pytest.fixture
def embedder(tiny_embedder: Path) -> Embedder:
    return Embedder(open_bundle(tiny_embedder), threads=1)


def test_shapes_and_types(embedder: Embedder) -> None:
    found = embedder.embed([RED, GREEN, BLUE])
    assert len(found) == 3
    assert (found.codes.shape, found.codes.dtype) == ((3, 8), np.uint8)
    assert (found.floats.shape, found.floats.dtype) == ((3, 64), np.float32)
    assert (found.category_scores.shape, found.category_scores.dtype) == ((3, 3), np.float32)
    assert np.array_equal(found.codes, pack(found.floats))
    assert embedder.bits == 64


def test_categories(embedder: Embedder) -> None:
    best = embedder.embed([RED, GREEN, BLUE]).category_scores.argmax(axis=1)
    assert [embedder.categories[i].name for i in best] == ["Chairs", "Sofas", "Tables"]


def test_like_looks_are_near(embedder: Embedder) -> None:
    codes = embedder.embed([RED, RED[1:-1, 1:-1].copy(), BLUE]).codes
    distances = hamming(codes, codes)
    assert distances[0, 1] < distances[0, 2]


@pytest.mark.parametrize("batch_size", [1, 2, 5, 100])
def test_the_size_of_a_batch_changes_nothing(tiny_embedder: Path, batch_size: int) -> None:
    pictures = [RED, GREEN, BLUE, RED[::2], GREEN[:, ::-1]]
    whole = Embedder(open_bundle(tiny_embedder), batch_size=5).embed(pictures)
    split = Embedder(open_bundle(tiny_embedder), batch_size=batch_size).embed(pictures)
    assert np.allclose(whole.floats, split.floats, atol=1e-3)
    assert np.array_equal(whole.codes, split.codes)


def test_no_pictures(embedder: Embedder) -> None:
    found = embedder.embed([])
    assert len(found) == 0
    assert found.codes.shape == (0, 8)
    assert found.floats.shape == (0, 64)
    assert found.category_scores.shape == (0, 3)


@pytest.mark.parametrize("bits", [64, 512, 4096])
def test_length_of_codes(bits: int, tmp_path: Path) -> None:
    assert Embedder(open_bundle(make_tiny_embedder(tmp_path, bits))).embed([RED]).codes.shape == (
        1,
        bits // 8,
    )


def test_padding_keeps_the_aspect(tmp_path: Path) -> None:
    squeezed = Embedder(open_bundle(make_tiny_embedder(tmp_path, name="a")))
    padded = Embedder(open_bundle(make_tiny_embedder(tmp_path, name="b", mode="pad")))
    wide = np.zeros((20, 200, 3), np.uint8)
    assert not np.array_equal(squeezed.embed([wide]).codes, padded.embed([wide]).codes)
    assert np.array_equal(squeezed.embed([wide[:, :20]]).codes, padded.embed([wide[:, :20]]).codes)


def test_what_is_no_picture(embedder: Embedder) -> None:
    with pytest.raises(PixelsError):
        embedder.embed([RED, np.zeros((4, 4), np.uint8)])


def test_a_bundle_that_is_no_embedder(tiny_detector: Path) -> None:
    with pytest.raises(BundleError, match="an embedder is needed"):
        Embedder(open_bundle(tiny_detector))


def test_a_batch_of_none(tiny_embedder: Path) -> None:
    with pytest.raises(ValueError, match="batch_size"):
        Embedder(open_bundle(tiny_embedder), batch_size=0)


def test_heads(tmp_path: Path, embedder: Embedder) -> None:
    told = Embedder(open_bundle(make_tiny_embedder(tmp_path, name="told", **COLOR_HEAD)), batch_size=2)
    found = told.embed([RED, GREEN, BLUE]).heads
    assert list(found) == ["color"]
    assert (found["color"].shape, found["color"].dtype) == ((3, 3), np.float32)
    labels = told.heads["color"].labels
    assert [labels[i] for i in found["color"].argmax(axis=1)] == ["Red", "Green", "Blue"]
    assert told.embed([]).heads["color"].shape == (0, 3)
    assert embedder.heads == {}
    assert embedder.embed([RED]).heads == {}


@pytest.mark.parametrize(
    ("embedding", "category"),
    [
        (np.zeros((1, 128), np.float32), np.zeros((1, 3), np.float32)),
        (np.zeros((1, 64), np.float32), np.zeros((1, 4), np.float32)),
        (np.full((1, 64), np.nan, np.float32), np.zeros((1, 3), np.float32)),
    ],
)
def test_a_model_that_breaks_its_promise(embedder: Embedder, embedding: Any, category: Any) -> None:
    outputs = {"embedding": embedding, "category": category}
    embedder.session.run = lambda _: outputs  # type: ignore[method-assign]
    with pytest.raises(ModelRunError, match="verify"):
        embedder.embed([RED])
