"""Boxes against slow, obvious versions of the same, and against nonsense."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from shopthelook.errors import ShopError
from shopthelook.geometry import (
    WHOLE,
    Box,
    BoxError,
    area,
    as_boxes,
    clip,
    iou,
    nms,
    to_fractions,
    to_pixels,
)

coordinates = st.floats(0, 500, width=32)
pixel_boxes = hnp.arrays(np.float32, st.tuples(st.integers(0, 12), st.just(4)), elements=coordinates)
fractions = st.floats(0, 1)


@st.composite
def boxes(draw: st.DrawFn) -> Box:
    x = sorted(draw(st.tuples(fractions, fractions).filter(lambda p: p[0] != p[1])))
    y = sorted(draw(st.tuples(fractions, fractions).filter(lambda p: p[0] != p[1])))
    return Box(x[0], y[0], x[1], y[1])


def slow_iou(a: np.ndarray, b: np.ndarray) -> float:
    def size(x1: float, y1: float, x2: float, y2: float) -> float:
        return max(0.0, x2 - x1) * max(0.0, y2 - y1)

    a, b = [float(v) for v in a], [float(v) for v in b]
    shared = size(max(a[0], b[0]), max(a[1], b[1]), min(a[2], b[2]), min(a[3], b[3]))
    union = size(*a) + size(*b) - shared
    return shared / union if union > 0 else 0.0


def slow_nms(rows: np.ndarray, scores: np.ndarray, threshold: float) -> list[int]:
    kept: list[int] = []
    for i in sorted(range(len(rows)), key=lambda i: (-scores[i], i)):
        if all(np.float32(slow_iou(rows[i], rows[j])) <= threshold for j in kept):
            kept.append(i)
    return kept


@given(pixel_boxes, pixel_boxes)
def test_iou_is_symmetric_within_bounds_and_right(a: np.ndarray, b: np.ndarray) -> None:
    table = iou(a, b)
    assert table.shape == (len(a), len(b))
    assert table.dtype == np.float32
    assert np.array_equal(table, iou(b, a).T)
    assert ((table >= 0) & (table <= 1)).all()
    for i in range(len(a)):
        for j in range(len(b)):
            assert table[i, j] == pytest.approx(slow_iou(a[i], b[j]), abs=1e-6)


def test_iou_of_known_boxes() -> None:
    table = iou([[0, 0, 10, 10]], [[0, 0, 10, 10], [5, 0, 15, 10], [20, 20, 30, 30], [3, 3, 3, 9]])
    assert table[0] == pytest.approx([1, 1 / 3, 0, 0])


@given(pixel_boxes, st.floats(0, 1), st.data())
def test_nms_equals_the_slow_one(rows: np.ndarray, threshold: float, data: st.DataObject) -> None:
    few = st.sampled_from([0.1, 0.5, 0.5, 0.9])
    scores = np.array(data.draw(st.lists(few, min_size=len(rows), max_size=len(rows))))
    assert nms(rows, scores, threshold).tolist() == slow_nms(rows, scores, threshold)


def test_nms_of_nothing() -> None:
    assert nms([], [], 0.5).shape == (0,)
    with pytest.raises(BoxError, match="scores"):
        nms([[0, 0, 1, 1]], [0.1, 0.2], 0.5)


def test_area_ignores_swapped_corners() -> None:
    assert area([[0, 0, 2, 3], [2, 3, 0, 0], [5, 5, 5, 9]]).tolist() == [6, 0, 0]


@given(pixel_boxes, st.integers(1, 5000), st.integers(1, 5000))
def test_fractions_and_pixels_go_both_ways(rows: np.ndarray, width: int, height: int) -> None:
    back = to_pixels(to_fractions(rows, width, height), width, height)
    assert back.dtype == np.float32
    np.testing.assert_allclose(back, rows, rtol=1e-5, atol=1e-4)


def test_clip_cuts_to_the_picture() -> None:
    cut = clip([[-5, -5, 50, 50], [90, 90, 200, 300]], 100, 120)
    assert cut.tolist() == [[0, 0, 50, 50], [90, 90, 100, 120]]
    assert cut.dtype == np.float32


@pytest.mark.parametrize("bad", [[[1, 2, 3]], [1, 2, 3, 4], [["a", "b", "c", "d"]], np.zeros((2, 2, 4))])
def test_arrays_that_hold_no_boxes(bad: object) -> None:
    with pytest.raises(BoxError):
        as_boxes(bad)  # type: ignore[arg-type]


@pytest.mark.parametrize("size", [(0, 5), (5, 0), (-1, 5), (math.nan, 5), (math.inf, 5)])
def test_pictures_without_size(size: tuple[float, float]) -> None:
    with pytest.raises(BoxError):
        to_pixels([[0, 0, 1, 1]], *size)


@pytest.mark.parametrize(
    "numbers",
    [
        (0.5, 0, 0.5, 1),
        (0.6, 0, 0.5, 1),
        (0, 0.2, 1, 0.1),
        (-0.1, 0, 1, 1),
        (0, 0, 1, 1.01),
        (math.nan, 0, 1, 1),
        (0, 0, math.inf, 1),
        ("a", 0, 1, 1),
        (None, 0, 1, 1),
    ],
)
def test_numbers_that_are_no_box(numbers: tuple[float, ...]) -> None:
    with pytest.raises(BoxError):
        Box(*numbers)
    with pytest.raises(ShopError):
        Box.of(numbers)


@pytest.mark.parametrize("numbers", [(), (1, 2, 3), (0, 0, 1, 1, 1), 5])
def test_of_needs_four(numbers: object) -> None:
    with pytest.raises(BoxError):
        Box.of(numbers)  # type: ignore[arg-type]


def test_parse() -> None:
    assert Box.parse("0.1, 0.2,0.3 ,1") == Box(0.1, 0.2, 0.3, 1.0)
    assert Box.of(np.array([0, 0, 1, 1], dtype=np.float32)) == WHOLE


@given(st.text() | st.lists(st.floats().map(str), min_size=3, max_size=5).map(",".join))
def test_parse_gives_a_box_or_a_box_error(text: str) -> None:
    try:
        box = Box.parse(text)
    except BoxError:
        return
    assert 0 <= box.x1 < box.x2 <= 1
    assert 0 <= box.y1 < box.y2 <= 1


@given(boxes(), st.integers(1, 6000), st.integers(1, 6000))
def test_pixels_cover_the_box_and_are_never_empty(box: Box, width: int, height: int) -> None:
    x1, y1, x2, y2 = box.pixels(width, height)
    assert 0 <= x1 < x2 <= width
    assert 0 <= y1 < y2 <= height
    assert x1 <= box.x1 * width + 0.002
    assert x2 >= box.x2 * width - 0.002


@given(boxes())
def test_as_list_is_a_box_again(box: Box) -> None:
    again = Box.of(box.as_list())
    assert again.as_list() == box.as_list()
    assert np.allclose(box.as_list(), [box.x1, box.y1, box.x2, box.y2], atol=1.6e-5)


def test_whole_pixels_survive_fractions() -> None:
    for width in (3, 7, 640, 4032):
        for x in range(0, width, max(1, width // 50)):
            box = Box.from_pixels((x, 0, x + 1, 1), width, 1)
            assert box.pixels(width, 1) == (x, 0, x + 1, 1)


def test_clipped() -> None:
    assert Box.clipped(-1, 0.5, 0.5, 3) == Box(0, 0.5, 0.5, 1)
    with pytest.raises(BoxError, match="no part"):
        Box.clipped(1.1, 0, 1.5, 1)
    with pytest.raises(BoxError):
        Box.clipped(math.nan, 0, 1, 1)
