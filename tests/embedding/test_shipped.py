"""The embedder that comes with the package, on made pictures and on the demo's."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from shopthelook.embedding import Embedder, hamming
from shopthelook.images import read, trim_background
from shopthelook.models import open_bundle
from shopthelook.models.bundle import Bundle
from shopthelook.taxonomy import Taxonomy

DEMO = Path(__file__).parents[2] / "demo" / "products"
BARS = {  # by the data, what the figure's name starts with, and the least value
    "demo": ("demo: objects of scenes: P@5, the given box, the label's category, binary", 0.6),
    "luma": ("color: P@1", 0.8),
    "fashion": ("color: P@1", 0.8),
}


@pytest.fixture(scope="module")
def bundle() -> Bundle:
    return open_bundle("embedder-lite", "embedder")


@pytest.fixture(scope="module")
def embedder(bundle: Bundle) -> Embedder:
    return Embedder(bundle, threads=1)


def test_it_gives_codes_and_probabilities(embedder: Embedder) -> None:
    rng = np.random.default_rng(0)
    pictures = [rng.integers(0, 256, (h, w, 3), dtype=np.uint8) for h, w in ((300, 200), (20, 400), (8, 8))]
    found = embedder.embed(pictures)
    assert found.codes.shape == (3, 64)
    np.testing.assert_allclose(found.category_scores.sum(1), 1, atol=1e-4)
    assert np.array_equal(embedder.embed(pictures[1:2]).codes[0], found.codes[1])


def test_its_labels_are_coarse_categories(embedder: Embedder) -> None:
    coarse = {category.id for category in Taxonomy.builtin().coarse_categories}
    assert {category.id for category in embedder.categories} <= coarse
    assert len(embedder.categories) >= 25


def test_its_card_tells_data_licences_and_figures(bundle: Bundle) -> None:
    card = bundle.card
    assert card.licence == "Apache-2.0"
    assert all(use.licence for use in card.data)
    assert all(use.n for use in card.data if not use.name.startswith("ImageNet"))
    assert {"fashion-scenes", "home-scenes", "garments", "luma-catalogue", "renders", "composed"} <= {
        u.name for u in card.data
    }
    assert "trained by 'shopthelook train embedder light'" in card.provenance
    for metric in card.metrics:
        assert metric.n
        # Figures of training are of the views that its weights were chosen by.
        assert metric.split == "val" if not metric.command else metric.command.startswith("shopthelook eval ")
    for data, (name, bar) in BARS.items():
        [value] = [m.value for m in card.metrics if m.data == data and f"{m.name},".startswith(f"{name},")]
        assert value >= bar


def test_it_says_gender_colour_and_pattern(bundle: Bundle) -> None:
    heads = {head.name: head for head in bundle.card.heads}
    assert set(heads) == {"gender", "color", "pattern"}
    assert set(heads["gender"].labels) == {"Men", "Women"}
    assert {"Black", "White", "Red", "Blue", "Green"} <= set(heads["color"].labels)
    # A lamp has no pattern of clothes.
    assert heads["pattern"].within == ("Apparel & Accessories",)


def test_the_file_is_small(bundle: Bundle) -> None:
    assert bundle.model_path.stat().st_size < 25_000_000


@pytest.mark.skipif(not DEMO.is_dir(), reason="the demo's pictures are not in this copy")
def test_another_picture_of_a_product_finds_it(embedder: Embedder) -> None:
    files = sorted(DEMO.glob("*.webp"))[::8]
    pictures = [trim_background(read(file)) for file in files]
    # A smaller, darker, mirrored picture with a margin cut off.
    others = [(p[4:-4:2, -5:4:-2] * 0.8).astype(np.uint8) for p in pictures]
    distances = hamming(embedder.embed(others).codes, embedder.embed(pictures).codes)
    assert (distances.argmin(1) == np.arange(len(files))).mean() > 0.8
