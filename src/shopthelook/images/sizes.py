"""Pictures reduced to the widths that pages show, as WebP and as AVIF."""

from __future__ import annotations

import io
from typing import Any, Final, Literal, TypeAlias

from PIL import Image, features

from shopthelook.images.decode import Rgb, picture_size, read
from shopthelook.images.errors import DEFAULT_LIMITS, PictureLimits

SizeKind: TypeAlias = Literal["webp", "avif"]

WIDTHS: Final = (160, 320, 640, 1280)
"""The widths that are made, in pixels."""

WEBP: Final[dict[str, Any]] = {"quality": 80}
AVIF: Final[dict[str, Any]] = {"quality": 58, "speed": 6, "max_threads": 1}
CAN_AVIF: Final = bool(features.check("avif"))
"""Whether this Pillow can write AVIF."""


def reduced(data: bytes, width: int, limits: PictureLimits = DEFAULT_LIMITS) -> Rgb:
    """The picture ``(h, w, 3)`` uint8, ``width`` pixels wide or less where it is smaller.

    Raises:
        PictureError: it cannot be read.
    """
    full_width, full_height = picture_size(data, limits)
    scale = min(1.0, width / full_width)
    return read(data, limits, max_side=max(1, round(max(full_width, full_height) * scale)))


def encoded(rgb: Rgb, kind: SizeKind) -> bytes:
    """The picture ``(h, w, 3)`` uint8 as a file; both kinds look equally good, and one thread makes them."""
    out = io.BytesIO()
    Image.fromarray(rgb).save(out, kind.upper(), **(WEBP if kind == "webp" else AVIF))
    return out.getvalue()
