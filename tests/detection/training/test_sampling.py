"""Drawing batches from data sets."""

import dataclasses
from itertools import islice
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from tests.detection.training.recipes import tiny

from shopthelook.detection.datasets import LabelledScene, read_scenes
from shopthelook.detection.training.recipe import DataSetUse
from shopthelook.detection.training.sampling import BatchStream, Example

ONE = [DataSetUse("photos")]
JITTER = tiny(("shorter = 64", 'mode = "jitter"\nrecolour = true\nshorter = 64')).picture


def same(one: Example, other: Example) -> None:
    for a, b in ((one.pixels, other.pixels), (one.boxes, other.boxes), (one.labels, other.labels)):
        np.testing.assert_array_equal(a, b)
    assert one.seed == other.seed


def test_batches_follow_from_seed_and_step(coco: Path, rooms: Path) -> None:
    groups = [read_scenes(coco, labels_of="coco"), read_scenes(rooms)]
    two = [DataSetUse("photos"), DataSetUse("rooms", 2)]
    fifth, sixth = islice(BatchStream(groups, two, JITTER, 4, seed=3).batches(5), 2)
    again = next(BatchStream(groups, two, JITTER, 4, seed=3, workers=3).batches(5))
    for one, other in zip(fifth, again, strict=True):
        same(one, other)
    assert len({one.pixels.shape for one in fifth}) == 1
    assert any(not np.array_equal(a.pixels, b.pixels) for a, b in zip(fifth, sixth, strict=True))


def test_devices_share_a_batch_out(coco: Path) -> None:
    groups = [read_scenes(coco, labels_of="coco")]
    whole = next(BatchStream(groups, ONE, JITTER, 6).batches())
    shares = [next(BatchStream(groups, ONE, JITTER, 6, share=(rank, 2)).batches()) for rank in (0, 1)]
    for place, one in enumerate(whole):
        same(one, shares[place % 2][place // 2])
    assert len({one.seed for one in whole}) == 6


def test_weights_say_how_often_a_data_set_is_drawn(coco: Path, rooms: Path) -> None:
    groups = [read_scenes(coco, labels_of="coco"), read_scenes(rooms)]
    stream = BatchStream(groups, [DataSetUse("photos"), DataSetUse("rooms", 4)], tiny().picture, 1)
    complete = [bool(stream.example(step, 0).known.all()) for step in range(300)]
    # Of 12 photos and 6 rooms with weight 4 each, two in three are rooms; only these label everything.
    assert 0.58 < np.mean(complete) < 0.75


def test_an_empty_data_set_is_refused(coco: Path) -> None:
    with pytest.raises(ValueError, match="at least one scene"):
        BatchStream([read_scenes(coco, labels_of="coco"), []], ONE * 2, JITTER, 2)


def test_small_canvases_first_the_serving_size_at_the_end(coco: Path) -> None:
    canvases = tiny(
        ("shorter = 64", 'mode = "jitter"\nsizes = [32, 64]\nsizes_until = 0.5\nshorter = 64')
    ).picture
    stream = BatchStream([read_scenes(coco, labels_of="coco")], ONE, canvases, 2, steps=40)
    shapes = [{stream.example(step, place).pixels.shape[:2] for place in (0, 1)} for step in range(40)]
    assert all(len(one) == 1 for one in shapes)
    # 32 x 48, but 48 is no multiple of 32.
    assert set.union(*shapes[:20]) == {(32, 32), (64, 96), (96, 64)}
    assert set.union(*shapes[20:]) == {(64, 96), (96, 64)}


@pytest.fixture
def things(tmp_path: Path, coco: Path) -> list[LabelledScene]:
    """Dark squares on white: three of label 1, one of label 2."""
    like = read_scenes(coco, labels_of="coco")[0]
    scenes = []
    for i, label in enumerate((1, 1, 1, 2)):
        pixels = np.full((60, 60, 3), 255, np.uint8)
        pixels[20:40, 15:45] = 10 * i
        Image.fromarray(pixels).save(tmp_path / f"thing-{i}.png")
        box = np.array([[15, 20, 45, 40]], np.float32)
        known = np.full(len(like.known), True)
        scenes.append(
            LabelledScene(tmp_path / f"thing-{i}.png", (60, 60), box, np.array([label]), "train", known)
        )
    return scenes


def test_things_are_shown_alone_and_pasted(coco: Path, things: list[LabelledScene]) -> None:
    groups = [read_scenes(coco, labels_of="coco"), things]
    uses = [DataSetUse("photos", pasted=0.5), DataSetUse("things", 3, cut_out=True, zoom=(0.6, 1.1))]
    rule = tiny(("shorter = 64", 'mode = "jitter"\nshorter = 64')).picture
    stream = BatchStream(groups, uses, rule, 1)
    examples = [stream.example(step, 0) for step in range(300)]
    alone = [one for one in examples if one.known.all()]
    assert 0.4 < len(alone) / 300 < 0.6  # 12 photos of weight 1, 4 things of weight 3
    # Rare kinds come as often as common ones.
    kinds = np.bincount([one.labels[0] for one in alone], minlength=3)
    assert kinds[0] == 0
    assert abs(int(kinds[1]) - int(kinds[2])) < 40
    assert {one.pixels.shape[:2] for one in alone} == {(96, 64), (64, 96)}
    for one in alone:
        rows, columns = np.nonzero(one.pixels.max(axis=2) < 60)
        place = [columns.min(), rows.min(), columns.max() + 1, rows.max() + 1]
        np.testing.assert_allclose(one.boxes[0], place, atol=2)
    photos = [one for one in examples if not one.known.all()]
    pasted = [one for one in photos if {1, 2} & set(one.labels.tolist())]
    assert 0.35 < len(pasted) / len(photos) < 0.65


def test_mosaics_are_made_of_four_pictures(coco: Path) -> None:
    photos = [scene for scene in read_scenes(coco, labels_of="coco") if len(scene.boxes)]
    rule = tiny(
        ("shorter = 64", 'mode = "jitter"\nmosaic = 0.5\nsizes_until = 0.5\nzoom = [0.7, 0.7]\nshorter = 64')
    ).picture
    stream = BatchStream([photos], ONE, rule, 1, steps=200)
    examples = [stream.example(step, 0) for step in range(200)]
    several = [len(one.boxes) > 1 for one in examples]  # a photo has one box
    assert 0.35 < np.mean(several[:100]) < 0.65
    assert not any(several[100:])
    checked = 0
    for one in examples:
        height, width = one.pixels.shape[:2]
        assert {height, width} == {64, 96}
        for x1, y1, x2, y2 in one.boxes:
            assert 0 <= x1 < x2 <= width
            assert 0 <= y1 < y2 <= height
            # What is coloured in the middle of a box is a thing, red or blue.
            middle = one.pixels[int((y1 + y2) / 2), int((x1 + x2) / 2)].astype(int)
            checked += middle.max() - middle.min() > 100
        assert len(one.boxes) <= 4
    assert checked == sum(len(one.boxes) for one in examples)


def test_known_in_a_mosaic_is_what_all_of_its_pictures_know(coco: Path) -> None:
    photos = read_scenes(coco, labels_of="coco")
    known = np.zeros((2, len(photos[0].known)), bool)
    known[0, :2], known[1, 1:3] = True, True
    mixed = [dataclasses.replace(one, known=known[i // 2 % 2]) for i, one in enumerate(photos)]
    rule = tiny(("shorter = 64", 'mode = "jitter"\nmosaic = 1.0\nshorter = 64')).picture
    stream = BatchStream([mixed], ONE, rule, 1)
    seen = {tuple(np.flatnonzero(stream.example(0, place).known)) for place in range(40)}
    assert (1,) in seen
    assert seen <= {(1,), (0, 1), (1, 2)}
