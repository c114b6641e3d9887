"""Pictures of things to codes, categories and guesses: one recipe, whoever asks."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray

from shopthelook import images
from shopthelook.catalog import Guesses, Product
from shopthelook.embedding import Embedder, Embeddings
from shopthelook.models.card import Head
from shopthelook.pipeline.guessing import LEAST_CATEGORY, fitting, guesses_of
from shopthelook.taxonomy import Category, Taxonomy, UnknownCategory

# Far above what an embedder sees, so that a small product on a large white ground stays sharp
# after trimming, and far below what cameras make, so that a batch fits in memory.
LONGEST_SIDE = 1024


@dataclass(frozen=True, slots=True)
class Encoded:
    """What the embedder makes of one picture.

    Attributes:
        code: ``bits // 8`` bytes.
        category: what it shows; None where the embedder is not sure enough.
        score: the likeliest category's, in [0, 1], also where that is not sure enough.
        guesses: what every head says, whether or not that makes sense of the thing; see ``fitting``.
    """

    code: bytes
    category: Category | None
    score: float
    guesses: Guesses = field(default_factory=dict)


def read_product_picture(data: bytes, limits: images.PictureLimits) -> NDArray[np.uint8]:
    """Decode and cut to the product: ``(h, w, 3)`` RGB without a plain border.

    Raises:
        PictureError: the bytes are not a picture that can be read.
    """
    return images.trim_background(images.read(data, limits, max_side=LONGEST_SIDE))


def encode(embedder: Embedder, pictures: Sequence[NDArray[np.uint8]]) -> list[Encoded]:
    """Embed crops, or trimmed product pictures, each ``(h, w, 3)`` RGB, as one batch."""
    return encoded(embedder, embedder.embed(pictures)) if pictures else []


def encoded(embedder: Embedder, found: Embeddings) -> list[Encoded]:
    """What the embedder's numbers mean, picture by picture."""
    guesses = guesses_of(embedder.heads.values(), found.heads, len(found))
    return [
        Encoded(code.tobytes(), *_category(embedder, scores), said)
        for code, scores, said in zip(found.codes, found.category_scores, guesses, strict=True)
    ]


def _category(embedder: Embedder, scores: NDArray[np.float32]) -> tuple[Category | None, float]:
    label = int(scores.argmax())
    score, least = float(scores[label]), embedder.bundle.card.labels[label].threshold
    is_sure = score >= (LEAST_CATEGORY if least is None else least)
    return embedder.categories[label] if is_sure else None, round(score, 4)


def described(product: Product, encoded: Encoded, taxonomy: Taxonomy, heads: Iterable[Head]) -> Product:
    """The product with what its picture's encoding says of it, in place of what an earlier one said.

    The merchant's category stays; where there is none it gets the embedder's, if that is sure enough. Of the
    guesses it gets those that make sense in its category.

    Args:
        heads: of the card of the embedder that made the encoding.
    """
    if product.category_id is None or product.category_source == "predicted":
        category = encoded.category
        product = replace(
            product,
            category_id=None if category is None else category.id,
            category_source=None if category is None else "predicted",
            category_score=None if category is None else encoded.score,
        )
    kind = known_category(taxonomy, product.category_id)
    return replace(product, guesses=fitting(encoded.guesses, kind, heads))


def known_category(taxonomy: Taxonomy, category_id: int | None) -> Category | None:
    """A stored category; None where there is none, or the taxonomy does not have it."""
    if category_id is None:
        return None
    try:
        return taxonomy.get(category_id)
    except UnknownCategory:
        return None


class CodeCache:
    """Codes of the pictures seen last, by content hash: colour variants often share one picture."""

    def __init__(self, size: int = 20_000) -> None:
        self._size = size
        self._codes: OrderedDict[str, Encoded] = OrderedDict()

    def get(self, image_hash: str) -> Encoded | None:
        """The code of a picture with this content, when it was seen not long ago."""
        return self._codes.get(image_hash)

    def fill(
        self,
        embed: Callable[[list[NDArray[np.uint8]]], list[Encoded]],
        pictures: Mapping[str, NDArray[np.uint8]],
    ) -> dict[str, Encoded]:
        """Embed pictures, given by content hash, as one batch; what is made of them, which is remembered too."""
        if not pictures:
            return {}
        made = dict(zip(pictures, embed([*pictures.values()]), strict=True))
        for image_hash, encoded in made.items():
            self.put(image_hash, encoded)
        return made

    def put(self, image_hash: str, encoded: Encoded) -> None:
        """Remember a code, forgetting the oldest when full."""
        self._codes[image_hash] = encoded
        if len(self._codes) > self._size:
            self._codes.popitem(last=False)
