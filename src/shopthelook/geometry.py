"""Boxes: arrays of pixel boxes for the numbers, and one validated `Box` of fractions for the borders.

Boxes are always `xyxy` (left, top, right, bottom). In arrays they are float32 pixels of the original
picture; a `Box` holds fractions of the picture's width and height in [0, 1].
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
from numpy.typing import ArrayLike, NDArray

from shopthelook.errors import ShopError

Boxes: TypeAlias = NDArray[np.float32]
"""(n, 4) float32, xyxy."""

# Far below a pixel of any picture, far above the rounding of x / width * width in float32.
_PIXEL_NOISE = 1e-3
_DIGITS = 5


class BoxError(ShopError, ValueError):
    """Numbers that are no box, or an array that holds no boxes."""


def as_boxes(boxes: ArrayLike) -> Boxes:
    """Return `boxes` as (n, 4) float32; an empty list gives (0, 4).

    Raises `BoxError` for any other shape, or for something that is not numbers.
    """
    try:
        array = np.asarray(boxes, dtype=np.float32)
    except (TypeError, ValueError) as error:
        raise BoxError(f"boxes must be numbers of shape (n, 4): {error}") from None
    if array.size == 0 and array.ndim < 2:
        return np.zeros((0, 4), dtype=np.float32)
    if array.ndim != 2 or array.shape[1] != 4:
        raise BoxError(f"boxes must have shape (n, 4), not {array.shape}")
    return array


def area(boxes: ArrayLike) -> NDArray[np.float32]:
    """Areas (n,) in squared units of the boxes; a box with its corners swapped has area 0."""
    return _area(as_boxes(boxes)).astype(np.float32)


def iou(a: ArrayLike, b: ArrayLike) -> NDArray[np.float32]:
    """Intersection over union of every box of `a` (n, 4) with every box of `b` (m, 4): (n, m) in [0, 1].

    Boxes without area overlap nothing.
    """
    first, second = as_boxes(a).astype(np.float64), as_boxes(b).astype(np.float64)
    left_top = np.maximum(first[:, None, :2], second[None, :, :2])
    right_bottom = np.minimum(first[:, None, 2:], second[None, :, 2:])
    sides = np.clip(right_bottom - left_top, 0.0, None)
    shared = sides[..., 0] * sides[..., 1]
    union = (_area(first)[:, None] + _area(second)[None, :]) - shared
    ratio = np.divide(shared, union, out=np.zeros_like(shared), where=union > 0)
    return np.asarray(np.clip(ratio, 0.0, 1.0), dtype=np.float32)


def clip(boxes: ArrayLike, width: float, height: float) -> Boxes:
    """Cut boxes in pixels to the picture; one that lies outside becomes a box without area on the edge."""
    _check_size(width, height)
    array = as_boxes(boxes)
    limits = np.array([width, height, width, height], dtype=np.float32)
    return np.minimum(np.maximum(array, np.float32(0)), limits)


def to_fractions(boxes: ArrayLike, width: float, height: float) -> Boxes:
    """Turn pixels (n, 4) into fractions of the picture's width and height."""
    _check_size(width, height)
    sides = np.array([width, height, width, height], dtype=np.float32)
    return np.asarray(as_boxes(boxes) / sides, dtype=np.float32)


def to_pixels(boxes: ArrayLike, width: float, height: float) -> Boxes:
    """Turn fractions (n, 4) into pixels of a picture of `width` x `height`."""
    _check_size(width, height)
    sides = np.array([width, height, width, height], dtype=np.float32)
    return np.asarray(as_boxes(boxes) * sides, dtype=np.float32)


def nms(boxes: ArrayLike, scores: ArrayLike, iou_threshold: float) -> NDArray[np.intp]:
    """Greedy non-maximum suppression: indices (k,) of the boxes kept, best first.

    A box is dropped when it overlaps a kept one by more than `iou_threshold`. Equal scores are taken in
    the order given. Raises `BoxError` where scores (n,) and boxes (n, 4) differ in length.
    """
    array = as_boxes(boxes)
    ranks = np.asarray(scores, dtype=np.float64)
    if ranks.shape != (len(array),):
        raise BoxError(f"{len(array)} boxes need scores of shape ({len(array)},), not {ranks.shape}")
    left = np.argsort(-ranks, kind="stable").astype(np.intp)
    kept: list[int] = []
    while left.size:
        best = int(left[0])
        kept.append(best)
        rest = left[1:]
        left = rest[iou(array[best : best + 1], array[rest])[0] <= iou_threshold]
    return np.array(kept, dtype=np.intp)


@dataclass(frozen=True, slots=True)
class Box:
    """One box in fractions of a picture's width (x) and height (y), each in [0, 1], x1 < x2 and y1 < y2.

    Raises `BoxError` for anything else.
    """

    x1: float
    y1: float
    x2: float
    y2: float

    def __post_init__(self) -> None:
        for name in ("x1", "y1", "x2", "y2"):
            value = _number(getattr(self, name), name)
            if not 0.0 <= value <= 1.0:
                raise BoxError(f"{name} of a box must be a fraction from 0 to 1, not {value:g}")
            object.__setattr__(self, name, value)
        if not self.x1 < self.x2:
            raise BoxError(f"a box needs x1 < x2, got {self.x1:g} and {self.x2:g}")
        if not self.y1 < self.y2:
            raise BoxError(f"a box needs y1 < y2, got {self.y1:g} and {self.y2:g}")

    @classmethod
    def of(cls, numbers: Sequence[float] | NDArray[np.floating]) -> Box:
        """Build a box from four fractions x1, y1, x2, y2."""
        return cls(*_four(numbers))

    @classmethod
    def parse(cls, text: str) -> Box:
        """Read "x1,y1,x2,y2", the form of the command line and of URLs."""
        parts = text.split(",")
        if len(parts) != 4:
            raise BoxError(f"a box is written x1,y1,x2,y2 with fractions from 0 to 1, not {text[:80]!r}")
        return cls(*(_number(part, name) for part, name in zip(parts, ("x1", "y1", "x2", "y2"), strict=True)))

    @classmethod
    def clipped(cls, x1: float, y1: float, x2: float, y2: float) -> Box:
        """Build a box with the parts outside the picture cut off.

        Raises `BoxError` when nothing is left or a number is not finite.
        """
        inside = [
            min(max(_number(value, name), 0.0), 1.0)
            for value, name in zip((x1, y1, x2, y2), ("x1", "y1", "x2", "y2"), strict=True)
        ]
        if not (inside[0] < inside[2] and inside[1] < inside[3]):
            raise BoxError(
                f"the box {x1:g},{y1:g},{x2:g},{y2:g} holds no part of the picture; "
                "its sides are fractions of the picture's, from 0 to 1"
            )
        return cls(*inside)

    @classmethod
    def from_pixels(cls, numbers: Sequence[float] | NDArray[np.floating], width: int, height: int) -> Box:
        """Build a box from pixels of a picture of `width` x `height`, cut to the picture."""
        _check_size(width, height)
        x1, y1, x2, y2 = _four(numbers)
        return cls.clipped(x1 / width, y1 / height, x2 / width, y2 / height)

    def pixels(self, width: int, height: int) -> tuple[int, int, int, int]:
        """Whole pixels (x1, y1, x2, y2) that cover the box, half-open, inside the picture and never empty."""
        _check_size(width, height)
        x1, x2 = _cover(self.x1, self.x2, width)
        y1, y2 = _cover(self.y1, self.y2, height)
        return x1, y1, x2, y2

    def as_list(self) -> list[float]:
        """[x1, y1, x2, y2] rounded to 5 digits, and still a box: a sliver is widened to one step."""
        x1, x2 = _rounded(self.x1, self.x2)
        y1, y2 = _rounded(self.y1, self.y2)
        return [x1, y1, x2, y2]


def _area(boxes: NDArray[np.floating]) -> NDArray[np.float64]:
    sides = np.clip(boxes[:, 2:].astype(np.float64) - boxes[:, :2].astype(np.float64), 0.0, None)
    return np.asarray(sides[:, 0] * sides[:, 1], dtype=np.float64)


def _check_size(width: float, height: float) -> None:
    if not (width > 0 and height > 0 and math.isfinite(width) and math.isfinite(height)):
        raise BoxError(f"a picture has a width and a height above 0, not {width} x {height}")


def _four(numbers: Sequence[float] | NDArray[np.floating]) -> tuple[float, float, float, float]:
    try:
        x1, y1, x2, y2 = (
            _number(value, name) for value, name in zip(numbers, ("x1", "y1", "x2", "y2"), strict=True)
        )
    except (TypeError, ValueError) as error:
        if isinstance(error, BoxError):
            raise
        raise BoxError("a box is four numbers: x1, y1, x2, y2") from None
    return x1, y1, x2, y2


def _number(value: object, name: str) -> float:
    try:
        number = float(value)  # type: ignore[arg-type]
    except (TypeError, ValueError, OverflowError):
        raise BoxError(f"{name} of a box must be a number, not {str(value)[:40]!r}") from None
    if not math.isfinite(number):
        raise BoxError(f"{name} of a box must be a finite number, not {number}")
    return number


def _cover(low: float, high: float, size: int) -> tuple[int, int]:
    first = min(math.floor(low * size + _PIXEL_NOISE), size - 1)
    last = min(max(math.ceil(high * size - _PIXEL_NOISE), first + 1), size)
    return first, last


def _rounded(low: float, high: float) -> tuple[float, float]:
    a, b = round(low, _DIGITS), round(high, _DIGITS)
    if a < b:
        return a, b
    step = 10.0**-_DIGITS
    return (a, round(a + step, _DIGITS)) if a + step <= 1.0 else (round(a - step, _DIGITS), a)


WHOLE = Box(0.0, 0.0, 1.0, 1.0)
"""The box of the whole picture."""
