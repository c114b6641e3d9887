"""The array form of what was found."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from shopthelook.detection import Detections, DetectionsError
from shopthelook.errors import ShopError
from shopthelook.taxonomy import Category

A, B, C = (Category(i, ("Furniture", name), i, i + 1) for i, name in enumerate("ABC"))


def fields(**changes: Any) -> dict[str, Any]:
    return {
        "boxes": np.array([[0, 0, 10, 10], [5, 5, 9, 9], [1, 2, 3, 4]], np.float32),
        "scores": np.array([0.5, 0.9, 0.5], np.float32),
        "labels": np.array([0, 1, 2], np.int64),
        "categories": (A, B, C),
        **changes,
    }


def test_empty() -> None:
    nothing = Detections.empty()
    assert len(nothing) == 0
    assert len(nothing.filter(0)) == 0
    assert len(nothing.top(5)) == 0


@pytest.mark.parametrize(
    ("threshold", "expected"), [(0, (A, B, C)), (0.5, (A, B, C)), (0.6, (B,)), (0.95, ())]
)
def test_filter(threshold: float, expected: tuple[Category, ...]) -> None:
    kept = Detections(**fields()).filter(threshold)
    assert kept.categories == expected
    assert len(kept) == len(kept.boxes) == len(kept.scores) == len(kept.labels) == len(expected)


@pytest.mark.parametrize(("k", "expected"), [(0, ()), (-1, ()), (1, (B,)), (2, (B, A)), (9, (B, A, C))])
def test_top(k: int, expected: tuple[Category, ...]) -> None:
    assert Detections(**fields()).top(k).categories == expected


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"boxes": np.zeros((3, 5), np.float32)}, r"\(n, 4\)"),
        ({"boxes": np.zeros(4, np.float32)}, r"\(n, 4\)"),
        ({"scores": np.zeros(2, np.float32)}, "scores must have shape"),
        ({"labels": np.zeros((3, 1), np.int64)}, "labels must have shape"),
        ({"categories": (A, B)}, "3 categories"),
        ({"labels": np.array([0, -1, 2])}, "labels must be"),
        ({"labels": np.zeros(3, np.float32)}, "labels must be"),
        ({"scores": np.array([0.5, 1.5, 0.5], np.float32)}, "scores must be in"),
        ({"scores": np.array([0.5, np.nan, 0.5], np.float32)}, "scores must be in"),
        ({"boxes": np.full((3, 4), np.inf, np.float32)}, "finite"),
        ({"boxes": np.array([[0, 0, 1, 1], [5, 0, 1, 1], [0, 0, 1, 1]], np.float32)}, "xyxy"),
    ],
)
def test_fields_that_do_not_fit_together(changes: dict[str, Any], message: str) -> None:
    with pytest.raises(DetectionsError, match=message) as caught:
        Detections(**fields(**changes))
    assert isinstance(caught.value, ShopError)
