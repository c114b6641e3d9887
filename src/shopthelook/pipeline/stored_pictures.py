"""From the pictures that a shop keeps to codes of another embedder."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from shopthelook import images
from shopthelook.catalog import NextCode, NextObjectCode
from shopthelook.catalog.feeds import FeedProblem
from shopthelook.embedding import Embedder
from shopthelook.models import Bundle
from shopthelook.pipeline.encoding import CodeCache, Encoded, encode, known_category, read_product_picture
from shopthelook.pipeline.next_codes import next_code, next_object_code

if TYPE_CHECKING:
    from shopthelook.pipeline.parts import Parts


class StoredPictures:
    """Embeds the stored pictures of products, and the objects of stored scenes.

    Args:
        bundle: the embedder that ``shop.toml`` names.
        embedder: that one, opened; the shop's own by default.

    Attributes:
        embedded: pictures and objects that went through the embedder.
    """

    def __init__(self, shop: Parts, bundle: Bundle, embedder: Embedder | None) -> None:
        self._shop = shop
        self._heads = bundle.card.heads
        self._embedder = embedder
        self._limits = shop.config.picture_limits()
        self._cache = CodeCache()
        self.embedded = 0

    def of_products(self, found: list[tuple[str, str | None]]) -> tuple[list[NextCode], list[FeedProblem]]:
        """A code or a reason for each product, given with the name of its picture; and the reasons as problems."""
        failed: dict[str, str] = {}
        fresh: dict[str, NDArray[np.uint8]] = {}
        for product_id, image_hash in found:
            try:
                if image_hash is None:
                    failed[product_id] = "the product has no stored picture"
                elif self._cache.get(image_hash) is None and image_hash not in fresh:
                    data = self._shop.pictures.data(image_hash)
                    fresh[image_hash] = read_product_picture(data, self._limits)
            except images.PictureError as error:
                failed[product_id] = str(error)
        self._cache.fill(self._encode, fresh)
        rows = []
        for product_id, image_hash in found:
            made = None if image_hash is None else self._cache.get(image_hash)
            if made is not None and image_hash is not None:
                rows.append(next_code(product_id, image_hash, made))
            else:
                rows.append(NextCode(product_id, image_hash, reason=failed[product_id]))
        return rows, [FeedProblem(None, key, "image_link", reason) for key, reason in failed.items()]

    def of_scene(self, scene_id: str) -> list[NextObjectCode]:
        """Codes of the objects of a scene; none where it is gone.

        Raises:
            PictureError: its photo cannot be read.
        """
        catalog, taxonomy = self._shop.catalog, self._shop.taxonomy
        scene, objects = catalog.scene(scene_id), catalog.objects(scene_id)
        if scene is None or not objects:
            return []
        rgb = images.read(self._shop.pictures.data(scene.image_hash), self._limits)
        crops = self._encode([images.crop(rgb, one.box) for one in objects])
        return [
            next_object_code(one.id, one.code, known_category(taxonomy, one.category_id), crop, self._heads)
            for one, crop in zip(objects, crops, strict=True)
        ]

    def _encode(self, pictures: list[NDArray[np.uint8]]) -> list[Encoded]:
        if self._embedder is None:
            self._embedder = self._shop.wanted_generation.embedder
        self.embedded += len(pictures)
        return encode(self._embedder, pictures)
