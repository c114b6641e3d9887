"""What the embedder that is to follow makes of product pictures, as the catalog keeps it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np
from numpy.typing import NDArray

from shopthelook import images
from shopthelook.catalog import NextCode, NextObjectCode, Product
from shopthelook.models.card import Head
from shopthelook.pipeline.encoding import (
    CodeCache,
    Encoded,
    described,
    encode,
    known_category,
    read_product_picture,
)
from shopthelook.pipeline.generation import Generation
from shopthelook.pipeline.guessing import fitting
from shopthelook.pipeline.preparing import Candidate
from shopthelook.taxonomy import Category, Taxonomy


class NextCodes:
    """Makes the codes that go beside those that are searched, so that no write loses what was done already.

    Args:
        generation: of the embedder that is to follow.
        limits: of a picture.
    """

    def __init__(
        self, generation: Generation, pictures: images.PictureStore, limits: images.PictureLimits
    ) -> None:
        self._generation = generation
        self._pictures = pictures
        self._limits = limits
        self._cache = CodeCache()

    def beside(self, candidates: Sequence[Candidate]) -> tuple[str, list[NextCode]]:
        """The bundle, and what it makes of the candidates whose picture is new.

        A picture that cannot be read again is left out; whoever embeds all the rest records why.
        """
        found: dict[str, Encoded] = {}
        fresh: dict[str, NDArray[np.uint8]] = {}
        embedded = [one for one in candidates if one.code is None]
        for one in embedded:
            known = self._cache.get(one.image_hash)
            if known is not None:
                found[one.image_hash] = known
            elif (picture := self._picture(one)) is not None:
                fresh[one.image_hash] = picture
        found |= self._cache.fill(lambda pictures: encode(self._generation.embedder, pictures), fresh)
        rows = [
            next_code(one.product.id, one.image_hash, found[one.image_hash])
            for one in embedded
            if one.image_hash in found
        ]
        return self._generation.bundle.key, rows

    def _picture(self, one: Candidate) -> NDArray[np.uint8] | None:
        if one.picture is not None:
            return one.picture
        try:
            data = one.data if one.data is not None else self._pictures.data(one.image_hash)
            return read_product_picture(data, self._limits)
        except images.PictureError:
            return None


def next_code(product_id: str, image_hash: str, encoded: Encoded) -> NextCode:
    """An encoding as the catalog keeps it beside the present one."""
    category = None if encoded.category is None else encoded.category.id
    return NextCode(product_id, image_hash, encoded.code, category, encoded.score, encoded.guesses)


def next_object_code(
    object_id: str, code: bytes, category: Category | None, encoded: Encoded, heads: Iterable[Head]
) -> NextObjectCode:
    """An encoding of a scene's object as the catalog keeps it beside the present one.

    Args:
        code: the object's present one, which says that it has not been found anew meanwhile.
        heads: of the embedder that made the encoding.
    """
    return NextObjectCode(object_id, code, encoded.code, fitting(encoded.guesses, category, heads))


def settled(product: Product, made: NextCode, taxonomy: Taxonomy, heads: Iterable[Head]) -> Product:
    """The product with what the code's embedder says of it, when the code takes the place of the older one."""
    category = known_category(taxonomy, made.category_id)
    encoded = Encoded(made.code or b"", category, made.category_score or 0.0, made.guesses)
    return described(product, encoded, taxonomy, heads)
