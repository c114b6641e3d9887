"""The part of a picture in which a mistake is shown."""

import numpy as np
import pytest

from shopthelook.evaluation.detection.report.pictures import part_around


@pytest.mark.parametrize(
    ("boxes", "expected"),
    [
        # Two fifths of the longer side around a small box.
        ([(300, 200, 310, 210)], (177, 77, 433, 333)),
        # At an edge the part moves inside.
        ([(0, 0, 10, 10)], (0, 0, 256, 256)),
        ([(630, 470, 640, 480)], (384, 224, 640, 480)),
        # Around both boxes, two and a half times their size.
        ([(300, 200, 340, 220), (300, 200, 420, 240)], (210, 70, 510, 370)),
        # Never more than there is.
        ([(0, 0, 600, 400)], (0, 0, 640, 480)),
    ],
)
def test_the_part_around_boxes(boxes: list[tuple[float, ...]], expected: tuple[int, int, int, int]) -> None:
    assert part_around([np.array(box, np.float32) for box in boxes], 640, 480) == expected
