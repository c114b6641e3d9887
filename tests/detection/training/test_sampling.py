"""Drawing batches from data sets."""

from pathlib import Path

import numpy as np
import pytest

from shopthelook.detection.datasets import read_scenes
from shopthelook.detection.training.sampling import BatchStream, augment


def test_augmented_boxes_follow_the_pixels(coco: Path) -> None:
    rng = np.random.default_rng(0)
    checked = 0
    for scene in read_scenes(coco, labels_of="coco") * 8:
        pixels, boxes, labels = augment(scene, 96, 64, (0.65, 1.6), rng)
        assert pixels.shape == (64, 96, 3)
        assert len(boxes) == len(labels)
        # Saturated pixels are those of the box; a recoloured grey picture has none.
        spread = pixels.max(axis=2).astype(int) - pixels.min(axis=2)
        rows, columns = np.nonzero(spread > 100)
        if len(boxes) == 0 or len(rows) == 0:
            continue
        shown = [columns.min(), rows.min(), columns.max() + 1, rows.max() + 1]
        np.testing.assert_allclose(boxes[0], shown, atol=2)
        checked += 1
    assert checked > 40


def test_batches_follow_from_seed_and_step(coco: Path, rooms: Path) -> None:
    groups = [read_scenes(coco, labels_of="coco"), read_scenes(rooms)]
    stream = BatchStream(groups, [1, 2], (64, 96), 4, seed=3)
    ahead = stream.batches(5)
    fifth = next(ahead)
    again = BatchStream(groups, [1, 2], (64, 96), 4, seed=3).batch(5)
    np.testing.assert_array_equal(fifth.pictures, again.pictures)
    for one, other in zip(fifth.boxes, again.boxes, strict=True):
        np.testing.assert_array_equal(one, other)
    assert fifth.pictures.shape in {(4, 64, 96, 3), (4, 96, 64, 3)}
    assert not np.array_equal(next(ahead).pictures, fifth.pictures)


def test_an_empty_data_set_is_refused(coco: Path) -> None:
    with pytest.raises(ValueError, match="at least one scene"):
        BatchStream([read_scenes(coco, labels_of="coco"), []], [1, 1], (64, 96), 2)
