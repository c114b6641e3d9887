"""Drawing batches from data sets."""

from itertools import islice
from pathlib import Path

import numpy as np
import pytest
from tests.detection.training.recipes import tiny

from shopthelook.detection.datasets import read_scenes
from shopthelook.detection.training.sampling import BatchStream, Example

JITTER = tiny(("shorter = 64", 'mode = "jitter"\nrecolour = true\nshorter = 64')).picture


def same(one: Example, other: Example) -> None:
    for a, b in ((one.pixels, other.pixels), (one.boxes, other.boxes), (one.labels, other.labels)):
        np.testing.assert_array_equal(a, b)
    assert one.seed == other.seed


def test_batches_follow_from_seed_and_step(coco: Path, rooms: Path) -> None:
    groups = [read_scenes(coco, labels_of="coco"), read_scenes(rooms)]
    fifth, sixth = islice(BatchStream(groups, [1, 2], JITTER, 4, seed=3).batches(5), 2)
    again = next(BatchStream(groups, [1, 2], JITTER, 4, seed=3, workers=3).batches(5))
    for one, other in zip(fifth, again, strict=True):
        same(one, other)
    assert len({one.pixels.shape for one in fifth}) == 1
    assert any(not np.array_equal(a.pixels, b.pixels) for a, b in zip(fifth, sixth, strict=True))


def test_devices_share_a_batch_out(coco: Path) -> None:
    groups = [read_scenes(coco, labels_of="coco")]
    whole = next(BatchStream(groups, [1], JITTER, 6).batches())
    shares = [next(BatchStream(groups, [1], JITTER, 6, share=(rank, 2)).batches()) for rank in (0, 1)]
    for place, one in enumerate(whole):
        same(one, shares[place % 2][place // 2])
    assert len({one.seed for one in whole}) == 6


def test_weights_say_how_often_a_data_set_is_drawn(coco: Path, rooms: Path) -> None:
    groups = [read_scenes(coco, labels_of="coco"), read_scenes(rooms)]
    stream = BatchStream(groups, [1, 4], tiny().picture, 1)
    complete = [bool(stream.example(step, 0).known.all()) for step in range(300)]
    # Of 12 photos and 6 rooms with weight 4 each, two in three are rooms; only these label everything.
    assert 0.58 < np.mean(complete) < 0.75


def test_an_empty_data_set_is_refused(coco: Path) -> None:
    with pytest.raises(ValueError, match="at least one scene"):
        BatchStream([read_scenes(coco, labels_of="coco"), []], [1, 1], JITTER, 2)
