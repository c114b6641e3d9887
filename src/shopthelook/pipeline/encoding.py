"""Product pictures to codes and categories: one recipe, whoever asks."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from shopthelook import images
from shopthelook.embedding import Embedder
from shopthelook.taxonomy import Category

# Far above what an embedder sees, so that a small product on a large white ground stays sharp
# after trimming, and far below what cameras make, so that a batch fits in memory.
LONGEST_SIDE = 1024


@dataclass(frozen=True, slots=True)
class Encoded:
    """A product picture's code (``bits // 8`` bytes) and the category that the embedder reads from it."""

    code: bytes
    category: Category
    score: float


def read_product_picture(data: bytes, limits: images.PictureLimits) -> NDArray[np.uint8]:
    """Decode and cut to the product: ``(h, w, 3)`` RGB without a plain border.

    Raises:
        PictureError: the bytes are not a picture that can be read.
    """
    return images.trim_background(images.read(data, limits, max_side=LONGEST_SIDE))


def encode(embedder: Embedder, pictures: Sequence[NDArray[np.uint8]]) -> list[Encoded]:
    """Embed trimmed product pictures as one batch."""
    if not pictures:
        return []
    found = embedder.embed(pictures)
    best = found.category_scores.argmax(axis=1)
    return [
        Encoded(code.tobytes(), embedder.categories[label], round(float(scores[label]), 4))
        for code, scores, label in zip(found.codes, found.category_scores, best, strict=True)
    ]


class CodeCache:
    """Codes of the pictures seen last, by content hash: colour variants often share one picture."""

    def __init__(self, size: int = 20_000) -> None:
        self._size = size
        self._codes: OrderedDict[str, Encoded] = OrderedDict()

    def get(self, image_hash: str) -> Encoded | None:
        """The code of a picture with this content, when it was seen not long ago."""
        return self._codes.get(image_hash)

    def put(self, image_hash: str, encoded: Encoded) -> None:
        """Remember a code, forgetting the oldest when full."""
        self._codes[image_hash] = encoded
        if len(self._codes) > self._size:
            self._codes.popitem(last=False)
