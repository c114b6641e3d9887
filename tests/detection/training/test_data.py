"""Reading data sets and drawing batches from them."""

from pathlib import Path

import numpy as np
import pytest

from shopthelook.detection.training.data import DataError, read_scenes
from shopthelook.detection.training.sampling import BatchStream, augment
from shopthelook.evaluation.splits import split_of
from shopthelook.taxonomy import Taxonomy

COARSE = [category.full for category in Taxonomy.builtin().coarse_categories]


def test_coco(coco: Path) -> None:
    scenes = read_scenes(coco, "coco")
    assert len(scenes) == 12
    first, second = (scene for scene in scenes if scene.path.name in {"0.png", "1.png"})
    assert second.size == (160, 120)
    np.testing.assert_allclose(second.boxes, [[11, 21, 71, 82]])
    assert [COARSE[label] for label in second.labels] == ["Furniture > Chairs"]
    assert second.split == split_of(second.path.read_bytes())
    # Eight chairs count as labelled; four couches are too few to say that the data set labels couches.
    assert [COARSE[i] for i in np.flatnonzero(first.known)] == ["Furniture > Chairs"]
    assert len(first.boxes) == len(first.labels) == 0


def test_rooms(rooms: Path) -> None:
    scenes = read_scenes(rooms)
    assert len(scenes) == 6
    np.testing.assert_allclose(scenes[0].boxes, [[20, 30, 60, 90]], rtol=1e-5)
    assert scenes[0].known.all()


@pytest.mark.parametrize(
    ("text", "says"),
    [(None, "neither boxes_coco.json nor rooms.json"), ("{", "cannot be read"), ("{}", "cannot be read")],
)
def test_bad_data_is_named(tmp_path: Path, text: str | None, says: str) -> None:
    if text is not None:
        (tmp_path / "boxes_coco.json").write_text(text)
    with pytest.raises(DataError, match=says) as caught:
        read_scenes(tmp_path, "coco")
    assert str(tmp_path) in str(caught.value)


def test_augmented_boxes_follow_the_pixels(coco: Path) -> None:
    rng = np.random.default_rng(0)
    checked = 0
    for scene in read_scenes(coco, "coco") * 8:
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
    groups = [read_scenes(coco, "coco"), read_scenes(rooms)]
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
        BatchStream([read_scenes(coco, "coco"), []], [1, 1], (64, 96), 2)
