"""Mistakes as pictures with boxes drawn."""

from __future__ import annotations

import base64
import io
from html import escape
from typing import TYPE_CHECKING

from PIL import Image

from shopthelook import images

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray

    from shopthelook.evaluation.detection.mistakes import Mistake

_SIDE = 420
_QUALITY = 62


class Thumbnails:
    """Small copies of pictures as data URIs, each made once."""

    def __init__(self) -> None:
        self._made: dict[Path, str] = {}

    def get(self, path: Path) -> str:
        """The data URI of a picture."""
        if path not in self._made:
            file = io.BytesIO()
            Image.fromarray(images.read(path, max_side=_SIDE)).save(file, "WEBP", quality=_QUALITY, method=4)
            data = base64.b64encode(file.getvalue()).decode()
            self._made[path] = f"data:image/webp;base64,{data}"
        return self._made[path]


def figure(one: Mistake, thumbnails: Thumbnails) -> str:
    """A picture with what is true and what was said, and a line below."""
    width, height = one.picture.size
    boxes = [
        _rectangle(box, kind)
        for box, kind in ((one.true_box, "true"), (one.said_box, "said"))
        if box is not None
    ]
    caption = _caption(one)
    return (
        f'<figure><div class="photo" style="aspect-ratio:{width}/{height}">'
        f'<img src="{thumbnails.get(one.picture.path)}" alt="" loading="lazy" width="{width}" height="{height}">'
        f'<svg viewBox="0 0 {width} {height}" preserveAspectRatio="none" aria-hidden="true">{"".join(boxes)}</svg>'
        f"</div><figcaption>{caption}</figcaption></figure>"
    )


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


def _rectangle(box: NDArray, kind: str) -> str:  # type: ignore[type-arg]
    x1, y1, x2, y2 = (float(value) for value in box)
    place = f'x="{x1:.0f}" y="{y1:.0f}" width="{x2 - x1:.0f}" height="{y2 - y1:.0f}"'
    return f'<rect class="halo" {place}/><rect class="{kind}" {place}/>'
