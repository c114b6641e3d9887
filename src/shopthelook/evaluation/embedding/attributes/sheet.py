"""Mistakes of a head on one sheet."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from PIL import Image, ImageDraw

from shopthelook.embedding.views import load
from shopthelook.models.preprocess import square

if TYPE_CHECKING:
    from collections.abc import Sequence

    from shopthelook.evaluation.embedding.attributes.mistakes import HeadMistake

_TILE, _GAP, _LINE = 150, 10, 15
_TRUE, _SAID, _PAPER = (0, 114, 178), (213, 94, 0), (255, 255, 255)


def draw(mistakes: Sequence[HeadMistake], columns: int = 8) -> Image.Image:
    """Each view with what is true and what was said. Raises `DataError` for a picture that cannot be read."""
    columns = min(columns, len(mistakes))
    rows = -(-len(mistakes) // columns)
    high = _TILE + 2 * _LINE + _GAP
    sheet = Image.new("RGB", (columns * (_TILE + _GAP) + _GAP, rows * high + _GAP), _PAPER)
    pen = ImageDraw.Draw(sheet)
    for n, one in enumerate(mistakes):
        x, y = _GAP + n % columns * (_TILE + _GAP), _GAP + n // columns * high
        sheet.paste(Image.fromarray(square(np.ascontiguousarray(load(one.view)), _TILE, "pad")), (x, y))
        for i, (text, color) in enumerate(((one.true, _TRUE), (f"{one.said} {one.score:.2f}", _SAID))):
            pen.text((x, y + _TILE + i * _LINE + 1), _fitting(pen, text), color)
    return sheet


def _fitting(pen: ImageDraw.ImageDraw, text: str) -> str:
    """The text, cut where it is wider than a tile; what the built-in font lacks is left out of it."""
    text = text.encode("latin-1", "replace").decode("latin-1")
    while pen.textlength(text) > _TILE:
        text = text[:-2]
    return text
