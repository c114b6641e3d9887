"""Mistakes as pictures with boxes drawn."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING

import numpy as np
from PIL import Image

from shopthelook import images
from shopthelook.evaluation.report.pictures import data_uri, webp

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from numpy.typing import NDArray

    from shopthelook.evaluation.detection.mistakes import Mistake

_SIDE = 420
_AROUND = 2.5
_LEAST_PART = 0.4


def figure(one: Mistake) -> str:
    """The part of a picture around what is true and what was said, and a line below."""
    drawn = [(box, kind) for box, kind in ((one.true_box, "true"), (one.said_box, "said")) if box is not None]
    x1, y1, x2, y2 = part_around([box for box, _ in drawn], *one.picture.size)
    width, height = x2 - x1, y2 - y1
    boxes = "".join(_rectangle(box, kind) for box, kind in drawn)
    source = _part(one.picture.path, (x1, y1, x2, y2))
    return (
        f'<figure><div class="photo" style="aspect-ratio:{width}/{height}">'
        f'<img src="{source}" alt="" loading="lazy" width="{width}" height="{height}">'
        f'<svg viewBox="{x1} {y1} {width} {height}" preserveAspectRatio="none" aria-hidden="true">{boxes}</svg>'
        f"</div><figcaption>{_caption(one)}</figcaption></figure>"
    )


def part_around(boxes: Sequence[NDArray[np.float32]], width: int, height: int) -> tuple[int, int, int, int]:
    """The part of a picture to show so that small boxes can be seen, with what is around them: x1, y1, x2, y2."""
    low = np.min([box[:2] for box in boxes], axis=0)
    high = np.max([box[2:] for box in boxes], axis=0)
    size = np.array([width, height], np.float64)
    side = np.minimum(np.maximum((high - low).max() * _AROUND, size.max() * _LEAST_PART), size)
    start = np.clip((low + high) / 2 - side / 2, 0, size - side)
    x1, y1 = (int(value) for value in np.floor(start))
    x2, y2 = (int(value) for value in np.ceil(start + side))
    return x1, y1, x2, y2


def _part(path: Path, place: tuple[int, int, int, int]) -> str:
    """The part of a picture, small, as a data URI."""
    picture = Image.fromarray(images.read(path)).crop(place)
    picture.thumbnail((_SIDE, _SIDE))
    return data_uri(webp(picture))


def _caption(one: Mistake) -> str:
    said = "" if one.said is None else f'<b class="said">{escape(one.said)}</b>'
    true = "" if one.true is None else f'<b class="true">{escape(one.true)}</b>'
    if one.said is None:
        text = f"{true} missed, {100 * one.weight:.0f}% of the picture"
    elif one.note:
        text = f"{said} {one.weight:.2f}: {escape(one.note)}"
    elif one.true is None:
        text = f"{said} {one.weight:.2f}: no such box"
    else:
        text = f"{true} shown as {said} {one.weight:.2f}"
    return f"{text}<span>{escape(one.picture.path.name)}</span>"


def _rectangle(box: NDArray[np.float32], kind: str) -> str:
    x1, y1, x2, y2 = (float(value) for value in box)
    place = f'x="{x1:.0f}" y="{y1:.0f}" width="{x2 - x1:.0f}" height="{y2 - y1:.0f}"'
    return f'<rect class="halo" {place}/><rect class="{kind}" {place}/>'
