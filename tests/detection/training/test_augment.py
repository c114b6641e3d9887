"""Boxes follow the pixels through zooms, crops, targets and mirrors."""

from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from tests.detection.training.recipes import tiny

from shopthelook.detection.datasets import LabelledScene, read_scenes
from shopthelook.detection.training.augment import Shot, jitter, resize
from shopthelook.errors import ShopError

JITTER = tiny(("shorter = 64", 'mode = "jitter"\nrecolour = true\nshorter = 64')).picture
SCALES = tiny(("shorter = 64", "sizes = [48, 64, 80]\nshorter = 64")).picture


def shown(pixels: np.ndarray) -> list[int] | None:
    """Where the coloured rectangle is; a picture that was made grey has none."""
    spread = pixels.max(axis=2).astype(int) - pixels.min(axis=2)
    rows, columns = np.nonzero(spread > 100)
    return [columns.min(), rows.min(), columns.max() + 1, rows.max() + 1] if len(rows) else None


def test_jittered_boxes_follow_the_pixels(coco: Path) -> None:
    rng = np.random.default_rng(0)
    checked = 0
    for scene in read_scenes(coco, labels_of="coco") * 8:
        made = jitter(Shot.of(scene), (96, 64), (0.6, 1.4), JITTER, rng)
        assert made.pixels.shape == (64, 96, 3)
        assert len(made.boxes) == len(made.labels)
        place = shown(made.pixels)
        if len(made.boxes) and place:
            np.testing.assert_allclose(made.boxes[0], place, atol=2)
            checked += 1
    assert checked > 40


def test_multi_scale_training_draws_targets_and_keeps_the_aspect(coco: Path) -> None:
    rng = np.random.default_rng(0)
    shorter_sides, checked = set(), 0
    for scene in read_scenes(coco, labels_of="coco") * 4:
        made = resize(Shot.of(scene), SCALES, rng)
        height, width = made.pixels.shape[:2]
        shorter_sides.add(min(height, width))
        assert width / height == pytest.approx(scene.size[0] / scene.size[1], abs=0.02)
        if len(scene.boxes):  # a label with too few boxes is left out
            np.testing.assert_allclose(made.boxes[0], shown(made.pixels), atol=2)
            checked += 1
    assert checked > 20
    assert shorter_sides == {48, 64, 80}


def test_the_longer_side_is_held_too(tmp_path: Path, coco: Path) -> None:
    like = read_scenes(coco, labels_of="coco")[0]
    Image.new("RGB", (400, 50)).save(tmp_path / "wide.png")
    wide = LabelledScene(
        tmp_path / "wide.png", (400, 50), like.boxes[:0], like.labels[:0], "train", like.known
    )
    assert resize(Shot.of(wide), tiny().picture, np.random.default_rng(0)).pixels.shape == (12, 96, 3)


def test_without_sizes_the_target_is_the_serving_size(coco: Path) -> None:
    scene = read_scenes(coco, labels_of="coco")[0]
    made = [resize(Shot.of(scene), tiny().picture, np.random.default_rng(i)) for i in range(5)]
    assert {min(one.pixels.shape[:2]) for one in made} == {64}


def test_a_broken_picture_is_an_error_in_words(coco: Path) -> None:
    scene = read_scenes(coco, labels_of="coco")[0]
    scene.path.write_bytes(b"no picture")
    with pytest.raises(ShopError, match=r"0\.png: this picture cannot be read"):
        resize(Shot.of(scene), tiny().picture, np.random.default_rng(0))


def test_what_is_hardly_left_in_view_loses_its_box(coco: Path) -> None:
    shot = Shot.of(next(scene for scene in read_scenes(coco, labels_of="coco") if len(scene.boxes)))
    left = []
    for seed in range(60):
        made = jitter(shot, (96, 64), (2.0, 4.0), JITTER, np.random.default_rng(seed))
        left.append(len(made.boxes))
        if len(made.boxes):
            assert (made.boxes[:, 2:] - made.boxes[:, :2]).min() >= 3
            assert made.boxes.min() >= 0
            assert (made.boxes[:, 2:] <= [96, 64]).all()
    assert 0 < sum(left) < 60 * len(shot.boxes)
