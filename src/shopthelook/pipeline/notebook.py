"""Results as HTML for notebooks: one self-contained piece, pictures as data URIs, all text escaped."""

from __future__ import annotations

import base64
import io
from collections.abc import Sequence
from html import escape
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from shopthelook.geometry import Box
from shopthelook.images import PictureError, PictureStore, PictureStoreError

if TYPE_CHECKING:
    from shopthelook.pipeline.results import Decomposition, Hit, ObjectHits, SearchResult

LONGEST_SIDE = 800
THUMBNAIL_WIDTH = 160
MOST_HITS = 8

_COLORS = ("#d6336c", "#1971c2", "#2f9e44", "#e8590c", "#7048e8", "#0c8599", "#c2255c", "#5c940d")
_FONT = "font:13px/1.4 system-ui,sans-serif"


class View:
    """What a result needs to be drawn: a reduced copy of the photo, and the product pictures.

    Args:
        rgb: the photo, ``(h, w, 3)`` uint8; it is not kept.
    """

    def __init__(self, rgb: NDArray[np.uint8], pictures: PictureStore) -> None:
        # A list of results must not hold on to a list of whole photos.
        step = -(-max(rgb.shape[:2]) // LONGEST_SIDE)
        self._photo = rgb[::step, ::step].copy() if step > 1 else rgb
        self._pictures = pictures

    def photo_uri(self) -> str:
        """The photo as a JPEG data URI."""
        file = io.BytesIO()
        Image.fromarray(self._photo).save(file, "JPEG", quality=85)
        return _uri("image/jpeg", file.getvalue())

    def thumbnail_uri(self, image_hash: str | None) -> str | None:
        """A product's picture as a WebP data URI; None where it cannot be had."""
        if image_hash is None:
            return None
        try:
            return _uri("image/webp", self._pictures.thumbnail(image_hash, THUMBNAIL_WIDTH))
        except (PictureError, PictureStoreError):
            return None


def decomposition_html(found: Decomposition) -> str:
    """The photo with a numbered box for each object, and their names."""
    labels = [f"{one.category.name} {one.score:.2f}" for one in found.objects]
    rows = "".join(
        f"<li>{escape(one.category.full)} <small>({one.score:.2f})</small></li>" for one in found.objects
    )
    listing = f"<ol>{rows}</ol>" if rows else "<p>No objects found.</p>"
    return _frame(_photo(found.view, [one.box for one in found.objects], labels) + listing)


def search_html(result: SearchResult) -> str:
    """The photo with its objects, and a row of products for each."""
    labels = [_label(one) for one in result.objects]
    rows = "".join(
        f'<h4 style="margin:12px 0 4px;color:{_color(number)}">{number + 1}. {escape(label)}</h4>'
        f"{_products(result.view, one.hits)}"
        for number, (one, label) in enumerate(zip(result.objects, labels, strict=True))
    )
    return _frame(_photo(result.view, [one.box for one in result.objects], labels) + rows)


def _label(found: ObjectHits) -> str:
    name = "whole search" if found.category is None else found.category.name
    return f"{name} {found.score:.2f}" if found.score else name


def _photo(view: View | None, boxes: Sequence[Box], labels: Sequence[str]) -> str:
    if view is None:
        return ""
    drawn = "".join(
        f'<div title="{escape(label)}" style="position:absolute;box-sizing:border-box;'
        f"left:{100 * box.x1:.2f}%;top:{100 * box.y1:.2f}%;width:{100 * (box.x2 - box.x1):.2f}%;"
        f'height:{100 * (box.y2 - box.y1):.2f}%;border:2px solid {_color(number)}">'
        f'<span style="background:{_color(number)};color:#fff;padding:0 5px;{_FONT}">{number + 1}</span>'
        "</div>"
        for number, (box, label) in enumerate(zip(boxes, labels, strict=True))
    )
    return (
        '<div style="position:relative;display:inline-block;max-width:480px">'
        f'<img src="{view.photo_uri()}" alt="photo" style="display:block;max-width:100%;margin:0">'
        f"{drawn}</div>"
    )


def _products(view: View | None, hits: Sequence[Hit]) -> str:
    if not hits:
        return "<p>No products here.</p>"
    cards = "".join(_card(view, hit) for hit in hits[:MOST_HITS])
    return f'<div style="display:flex;gap:10px;flex-wrap:wrap">{cards}</div>'


def _card(view: View | None, hit: Hit) -> str:
    product = hit.product
    source = None if view is None else view.thumbnail_uri(hit.image_hash)
    size = "width:110px;height:110px;object-fit:contain"
    picture = f'<img src="{source}" alt="" style="{size}">' if source else f'<div style="{size}"></div>'
    title = escape(product.title or hit.product_id)
    # A feed may hold javascript: links as well.
    if product.link.lower().startswith(("http://", "https://")):
        title = f'<a href="{escape(product.link)}" target="_blank" rel="noopener noreferrer">{title}</a>'
    now = product.price if product.sale_price is None else product.sale_price
    price = "" if now is None else f"<br>{now} {escape(product.currency or '')}"
    return (
        f'<div style="width:120px;{_FONT}">{picture}<div>{title}{price}'
        f"<br><small>{hit.similarity:.0%} alike</small></div></div>"
    )


def _frame(body: str) -> str:
    return f'<div style="{_FONT}">{body}</div>'


def _color(number: int) -> str:
    return _COLORS[number % len(_COLORS)]


def _uri(kind: str, data: bytes) -> str:
    return f"data:{kind};base64,{base64.b64encode(data).decode()}"
