"""Contact sheets: a row for each query, with what is right and what was found."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from PIL import Image, ImageDraw

from shopthelook.evaluation.embedding.examples import HITS
from shopthelook.models.preprocess import square

if TYPE_CHECKING:
    from collections.abc import Sequence

    from shopthelook.evaluation.embedding.crops import Crop
    from shopthelook.evaluation.embedding.examples import Example

_TILE, _GAP, _FRAME, _BETWEEN = 96, 6, 4, 14
_GREEN, _RED, _GREY, _PAPER, _INK = (
    (10, 125, 75),
    (179, 38, 30),
    (190, 196, 204),
    (255, 255, 255),
    (60, 66, 74),
)


def draw(examples: Sequence[Example], columns: int = 2) -> Image.Image:
    """Query, right product, then the first hits, framed green where right and red where wrong.

    Raises `DataError` for a picture that cannot be read.
    """
    wide = (2 + HITS) * (_TILE + _GAP) + _BETWEEN
    high = _TILE + 18 + _GAP
    columns = min(columns, max(len(examples), 1))
    rows = -(-len(examples) // columns)
    sheet = Image.new("RGB", (columns * wide + _GAP, rows * high + _GAP), _PAPER)
    pen = ImageDraw.Draw(sheet)
    for n, example in enumerate(examples):
        x, y = _GAP + n % columns * wide, _GAP + n // columns * high
        _place(sheet, example.query, x, y, _GREY)
        _place(sheet, example.right, x + _TILE + _GAP, y, _GREY)
        for i, (hit, is_right) in enumerate(example.hits):
            left = x + (2 + i) * (_TILE + _GAP) + _BETWEEN // 2
            _place(sheet, hit, left, y, _GREEN if is_right else _RED)
        where = "right one not reachable" if example.place is None else f"right one at {example.place}"
        words = (("asked", 0), ("right", 1), (where, 2))
        for text, column in words:
            left = x + column * (_TILE + _GAP) + (_BETWEEN // 2 if column > 1 else 0)
            pen.text((left, y + _TILE + 2), text, _INK)
    return sheet


def _place(sheet: Image.Image, crop: Crop, x: int, y: int, color: tuple[int, int, int]) -> None:
    sheet.paste(color, (x, y, x + _TILE, y + _TILE))
    inner = square(np.ascontiguousarray(crop.pixels()), _TILE - 2 * _FRAME, "pad")
    sheet.paste(Image.fromarray(inner), (x + _FRAME, y + _FRAME))
