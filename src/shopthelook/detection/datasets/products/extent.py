"""Where the one thing in a photo is, guessed from colours and places: for photos with a label and no box.

Colours near the border are the ground's and colours in the middle the thing's, at first; both are mixtures of
Gaussians that are fitted again to the parts that they win from each other, as in GrabCut (Rother, Kolmogorov and Blake,
2004) with smoothing in place of its cuts, which costs little and needs no library.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from PIL import Image

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]
    Mask = NDArray[np.bool_]

LOOK = 256  # pixels of the longer side: photos need not be read larger than this
SIDE = 96  # pixels of the longer side at which all is computed
ROUNDS = 6  # of fitting: parts hardly change after
CLIP = 6.0  # log odds at most that a single pixel's colour gives
SURE = 5.0  # least mean of absolute log odds with which a box is called seen
PART = 0.3  # of the largest part: what is as large is of the thing too, as the other one of two shoes
STRAY = 0.02  # of a row or a column: with less of the thing in it, it is outside
LEAST, MOST = 0.05, 0.9  # of the picture that a thing covers
RIM = 0.03  # of the sides, left out where nothing is found
_NOISE = 30.0  # variance that every colour has at least
_STEP = 3  # each third pixel says enough of the colours
_FEW = 12  # pixels to fit a Gaussian to
_START = 0.55  # of the half sides: radius of what is the thing's at first
_BORDER = 0.88  # of the half sides: from there on it is the ground's at first


class Extent(NamedTuple):
    """The box ``(4,)`` float32 xyxy in pixels around the thing, and whether it was seen there.

    Where it was not, thing and ground have much the same colours, and the box is a guess, or the picture without a rim
    where there is not even one: good to learn from, but no measure.
    """

    box: NDArray[np.float32]
    is_seen: bool


def main_extent(pixels: NDArray[np.uint8]) -> Extent:
    """The one thing in the middle of a picture ``(h, w, 3)`` uint8."""
    height, width = pixels.shape[:2]
    sides = np.array([width, height] * 2, np.float32)
    found = _separate(_features(pixels))
    if found is None:
        return Extent(np.array([RIM, RIM, 1 - RIM, 1 - RIM], np.float32) * sides, False)
    thing, odds = found
    shape = np.array([thing.shape[1], thing.shape[0]] * 2, np.float32)
    return Extent(_box(thing) * sides / shape, odds >= SURE)


def _separate(features: Floats) -> tuple[Mask, float] | None:
    """The thing's pixels, and how sure they are (mean absolute log odds); None where nothing stands out."""
    height, width, channels = features.shape
    x, y = (2 * (np.arange(n) + 0.5) / n - 1 for n in (width, height))
    far = np.maximum(np.abs(x), np.abs(y)[:, None])
    radius = np.hypot(x, y[:, None])
    prior = np.clip(4 * (0.75 - np.maximum(far, 0.85 * radius)), -2, 2)
    thing, ground = radius < _START, far > _BORDER
    flat = features.reshape(-1, channels)
    random = np.random.default_rng(0)
    odds = prior
    for _ in range(ROUNDS):
        if min(thing.sum(), ground.sum()) < 4 * _FEW * _STEP:
            return None
        here, there = features[thing][::_STEP], features[ground][::_STEP]
        ratio = _Mixture(here, 4, random).log(flat) - _Mixture(there, 4, random).log(flat)
        odds = _smooth(np.clip(ratio.reshape(height, width), -CLIP, CLIP)) + prior
        thing = _smooth(odds) > 0
        ground = ~thing
    parts = _parts(thing)
    sizes = np.bincount(parts.ravel())
    sizes[0] = 0
    thing = np.isin(parts, np.flatnonzero(sizes >= max(1, PART * sizes.max())))
    return (thing, float(np.abs(odds).mean())) if LEAST <= thing.mean() <= MOST else None


def _features(pixels: NDArray[np.uint8]) -> Floats:
    """``(h, w, 4)``: lightness (which shadows change, so less of it), two of colour, and how rough it is."""
    scale = SIDE / max(pixels.shape[:2])
    size = max(8, round(pixels.shape[1] * scale)), max(8, round(pixels.shape[0] * scale))
    small = np.asarray(Image.fromarray(pixels).resize(size, Image.Resampling.BOX)).astype(np.float64)
    red, green, blue = np.moveaxis(small, 2, 0)
    light = small.mean(axis=2)
    rough = np.sqrt(np.maximum(_smooth(light**2) - _smooth(light) ** 2, 0))
    return _smooth(np.stack([0.6 * light, red - green, 0.5 * (red + green) - blue, rough], axis=2))


class _Mixture:
    """Gaussians fitted to rows ``(n, d)``, as many as asked for or fewer, each to a cluster of k-means."""

    def __init__(self, rows: Floats, k: int, random: np.random.Generator) -> None:
        near = _cluster(rows, k, random)
        clusters = [rows[near == i] for i in range(k)]
        self._parts = []
        for some in [one for one in clusters if len(one) >= _FEW] or [rows]:
            spread = np.cov(some.T) + _NOISE * np.eye(rows.shape[1])
            weight = np.log(len(some) / len(rows)) - 0.5 * np.linalg.slogdet(spread)[1]
            self._parts.append((weight, some.mean(axis=0), np.linalg.inv(spread)))

    def log(self, rows: Floats) -> Floats:
        """``(n,)`` log density of each row in the likeliest part, but for a constant that depends on d alone."""
        each = []
        for weight, middle, inverse in self._parts:
            off = rows - middle
            each.append(weight - 0.5 * (off @ inverse * off).sum(axis=1))
        return np.asarray(np.maximum.reduce(each))


def _cluster(rows: Floats, k: int, random: np.random.Generator) -> NDArray[np.intp]:
    middles = rows[random.choice(len(rows), k, replace=False)]
    near = np.zeros(len(rows), np.intp)
    for _ in range(ROUNDS):
        near = ((middles**2).sum(axis=1) - 2 * rows @ middles.T).argmin(axis=1)
        for i in range(k):
            if (near == i).any():
                middles[i] = rows[near == i].mean(axis=0)
    return near


def _smooth(values: Floats) -> Floats:
    """Means over 3 x 3 pixels of ``(h, w)`` or ``(h, w, d)``; the border is continued."""
    height, width = values.shape[:2]
    around = np.pad(values, [(1, 1), (1, 1)] + [(0, 0)] * (values.ndim - 2), mode="edge")
    return np.asarray(sum(around[i : i + height, j : j + width] for i in range(3) for j in range(3)) / 9)


def _parts(mask: Mask) -> NDArray[np.int64]:
    """``(h, w)``: a number above 0 for each connected part of the mask, 0 outside."""
    numbers = np.where(mask, np.arange(1, mask.size + 1).reshape(mask.shape), 0)
    while True:
        around = np.pad(numbers, 1)
        sides = (around[:-2, 1:-1], around[2:, 1:-1], around[1:-1, :-2], around[1:-1, 2:])
        grown = np.where(mask, np.maximum.reduce([numbers, *sides]), 0)
        if (grown == numbers).all():
            return grown
        numbers = grown


def _box(thing: Mask) -> NDArray[np.float32]:
    """The box around a mask, a pixel smaller where it ends within the picture: smoothing made the thing larger."""
    ends = []
    for share in (thing.mean(axis=0), thing.mean(axis=1)):
        inside = np.flatnonzero(share > min(STRAY, share.max() / 2))
        first, last = int(inside[0]), int(inside[-1]) + 1
        ends.append((first + (first > 0), last - (last < len(share))))
    return np.array([ends[0][0], ends[1][0], ends[0][1], ends[1][1]], np.float32)
