"""Things cut out of their white ground, and laid over other pictures."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from shopthelook.images.decode import Rgb

WHITE_FROM = 244  # the darkest value that still is white ground


class Piece(NamedTuple):
    """A thing: ``pixels`` ``(h, w, 3)`` uint8, and ``opacity`` ``(h, w)`` uint8, 0 where it is not."""

    pixels: Rgb
    opacity: NDArray[np.uint8]


def cut_out(pixels: Rgb) -> Piece | None:
    """A thing on white ground, its surroundings and the white that they reach made transparent.

    None where there is nothing but ground, or no ground at all.
    """
    outside = _reached(pixels.min(axis=2) >= WHITE_FROM)
    rows, columns = np.flatnonzero(~outside.all(axis=1)), np.flatnonzero(~outside.all(axis=0))
    if not len(rows) or not outside.any():
        return None
    part = np.s_[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]
    return Piece(pixels[part], np.where(outside, 0, 255).astype(np.uint8)[part])


def lay_over(under: Rgb, colour: Rgb, opacity: NDArray[np.uint8]) -> Rgb:
    """``under`` with ``colour`` over it, as far as that is opaque; all have the same sides."""
    share = opacity[..., None].astype(np.float32) / 255
    mixed: Rgb = (under + (colour - under.astype(np.float32)) * share).astype(np.uint8)
    return mixed


def _reached(free: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """The cells that the border reaches over free cells; ``free`` and the result are ``(h, w)`` bool."""
    reached = np.zeros_like(free)
    reached[[0, -1]], reached[:, [0, -1]] = free[[0, -1]], free[:, [0, -1]]
    count = -1
    while count != (count := int(reached.sum())):
        for _ in range(8):
            reached[1:] |= reached[:-1] & free[1:]
            reached[:-1] |= reached[1:] & free[:-1]
            reached[:, 1:] |= reached[:, :-1] & free[:, 1:]
            reached[:, :-1] |= reached[:, 1:] & free[:, :-1]
    return reached
