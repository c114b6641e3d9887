"""Products cut out, and things found in front of plain ground."""

import json
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from shopthelook.detection.training.onestage.sources import coarse_index, cut_out, tagged_photos
from shopthelook.evaluation.splits import split_of
from shopthelook.taxonomy import Taxonomy


def test_a_thing_is_cut_out_with_the_white_that_it_encloses() -> None:
    pixels = np.full((60, 80, 3), 255, np.uint8)
    pixels[10:50, 20:60] = (200, 30, 30)
    pixels[20:30, 30:40] = 255  # a white patch on it
    pixels[40:50, 45:50] = 255  # a gap that is open to the ground
    out = cut_out(pixels, 3)
    assert out.label == 3
    assert out.opacity.shape == (40, 40)
    assert (out.opacity[10:20, 10:20] == 255).all()
    assert (out.opacity[30:40, 25:30] == 0).all()


def test_an_empty_white_picture_stays_whole() -> None:
    white = np.full((20, 30, 3), 255, np.uint8)
    assert cut_out(white, 0).opacity.shape == (20, 30)


def test_what_is_not_among_the_tags_is_absent(tmp_path: Path) -> None:
    (tmp_path / "images").mkdir()
    tags, rng = {}, np.random.default_rng(0)
    for i in range(12):
        name = f"images/{i}.png"
        Image.fromarray(rng.integers(0, 256, (64, 40, 3)).astype(np.uint8)).save(tmp_path / name)
        tags[name] = ["jeans", "sunglasses", "something else"]
    (tmp_path / "tags.json").write_text(json.dumps(tags))
    names = [category.name for category in Taxonomy.builtin().coarse_categories]
    known = np.zeros(len(coarse_index()), bool)
    known[[names.index(name) for name in ("Pants", "Sunglasses", "Shoes")]] = True
    pictures = tagged_photos(tmp_path, "fashion-scenes", known, (32, 48))
    for_training = [name for name in tags if split_of((tmp_path / name).read_bytes()) == "train"]
    assert len(pictures) == len(for_training) > 0
    for picture in pictures:
        assert [names[i] for i in np.flatnonzero(picture.known)] == ["Shoes"]
        assert len(picture.boxes) == 0
        assert picture.pixels.shape[:2] == (48, 30)


@pytest.mark.parametrize("seed", range(3))
def test_cut_outs_agree_with_a_slow_flood(seed: int) -> None:
    rng = np.random.default_rng(seed)
    pixels = np.where(rng.random((24, 31, 1)) < 0.6, 255, 90).astype(np.uint8).repeat(3, axis=2)
    pixels[0, 0] = pixels[-1, -1] = 90  # so that the cut-out is the whole picture
    free = pixels[..., 0] == 255
    reached, edge = np.zeros_like(free), []
    for y in range(24):
        for x in range(31):
            if free[y, x] and (y in (0, 23) or x in (0, 30)):
                reached[y, x] = True
                edge.append((y, x))
    while edge:
        y, x = edge.pop()
        for v, u in ((y - 1, x), (y + 1, x), (y, x - 1), (y, x + 1)):
            if 0 <= v < 24 and 0 <= u < 31 and free[v, u] and not reached[v, u]:
                reached[v, u] = True
                edge.append((v, u))
    assert ((cut_out(pixels, 0).opacity == 0) == reached).all()
