"""What can be wrong with a picture, and how large one may be."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, TypeAlias

from shopthelook.errors import ShopError

PictureReason: TypeAlias = Literal[
    "too_large", "too_many_pixels", "too_small", "not_a_picture", "truncated", "unreadable", "not_found"
]


class PictureError(ShopError):
    """A picture that cannot be used. `reason` is a fixed word for counting and for HTTP."""

    def __init__(self, reason: PictureReason, message: str) -> None:
        super().__init__(message)
        self.reason: PictureReason = reason


class PictureStoreError(ShopError):
    """A picture cannot be kept: the disk is full, or the folder cannot be written. The message says which."""


@dataclass(frozen=True, slots=True)
class PictureLimits:
    """What a picture may cost: bytes of the file, pixels once decoded, and the shortest side in pixels."""

    max_bytes: int = 20_000_000
    max_pixels: int = 60_000_000
    min_side: int = 8


DEFAULT_LIMITS = PictureLimits()
