"""Things cut out of their pictures: by their mask, or off white ground."""

from __future__ import annotations

import numpy as np
from PIL import Image, ImageFilter

from shopthelook.embedding.views.loading import cut, load_whole, read_mask
from shopthelook.embedding.views.view import View
from shopthelook.images import Piece, Rgb, cut_out
from shopthelook.images.cutting import WHITE_FROM

LONGEST = 384  # pixels of a piece's longer side: no thing is pasted larger
LEAST = 40  # pixels of the longer side: a smaller thing says little
WHITE_RIM = 0.6  # of the outline: with less, the picture is not of a thing on white
LEAST_COVERED = 0.12  # of its box: with less, most of a pale thing was taken for its ground


def piece_of(view: View) -> Piece | None:
    """The thing that a product picture shows, with soft edges; None where it cannot be told from its ground.

    Raises:
        DataError: the picture or its mask cannot be read.
    """
    rgb = load_whole(view)
    box = view.box or (0, 0, rgb.shape[1], rgb.shape[0])
    part = _shrunk(cut(rgb, box))
    if view.mask is None:
        piece = _off_white(part)
    else:
        mask = np.where(read_mask(view.mask[0]) == view.mask[1], np.uint8(255), np.uint8(0))
        if mask.shape != rgb.shape[:2]:
            return None
        inside = cut(np.repeat(mask[..., None], 3, axis=2), box)[..., 0]
        size = (part.shape[1], part.shape[0])
        piece = Piece(part, np.asarray(Image.fromarray(inside).resize(size, Image.Resampling.BILINEAR)))
    if piece is None or max(piece.opacity.shape) < LEAST:
        return None
    return _softened(piece) if (piece.opacity > 127).mean() >= LEAST_COVERED else None


def _off_white(rgb: Rgb) -> Piece | None:
    outline = np.concatenate([rgb[0], rgb[-1], rgb[:, 0], rgb[:, -1]])
    if (outline.min(axis=1) >= WHITE_FROM).mean() < WHITE_RIM:
        return None
    # With a rim, for a thing that touches all sides would keep the white between them.
    return cut_out(np.pad(rgb, ((2, 2), (2, 2), (0, 0)), constant_values=255))


def _softened(piece: Piece) -> Piece:
    """With edges a pixel further in, and soft: else each thing would carry a rim of its old ground."""
    opacity = Image.fromarray(np.pad(piece.opacity, 1)).filter(ImageFilter.MinFilter(3))
    soft = np.asarray(opacity.filter(ImageFilter.GaussianBlur(0.7)))[1:-1, 1:-1]
    return Piece(piece.pixels, np.minimum(soft, piece.opacity))


def _shrunk(rgb: Rgb) -> Rgb:
    scale = LONGEST / max(rgb.shape[:2])
    if scale >= 1:
        return rgb
    size = (max(1, round(rgb.shape[1] * scale)), max(1, round(rgb.shape[0] * scale)))
    return np.asarray(Image.fromarray(rgb).resize(size, Image.Resampling.BOX))
