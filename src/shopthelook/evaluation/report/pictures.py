"""Pictures within a page."""

from __future__ import annotations

import base64
import io
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from PIL import Image

_QUALITY = 62


def webp(picture: Image.Image, quality: int = _QUALITY) -> bytes:
    """The picture as a WebP file."""
    file = io.BytesIO()
    picture.save(file, "WEBP", quality=quality, method=4)
    return file.getvalue()


def data_uri(encoded: bytes) -> str:
    """A WebP file as an address that needs no other file."""
    return f"data:image/webp;base64,{base64.b64encode(encoded).decode()}"
