"""From a picture to the objects in it, with their codes and what the embedder says of them."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from shopthelook import geometry, images
from shopthelook.catalog import Guesses
from shopthelook.geometry import Box
from shopthelook.pipeline.encoding import Encoded, encoded
from shopthelook.pipeline.errors import SearchError
from shopthelook.pipeline.guessing import fitting
from shopthelook.pipeline.notebook import View
from shopthelook.pipeline.results import Decomposition, SceneObject
from shopthelook.pipeline.stages import stage
from shopthelook.taxonomy import Category

if TYPE_CHECKING:
    from shopthelook.embedding import Embedder
    from shopthelook.pipeline.batching import Batching
    from shopthelook.pipeline.parts import Parts


def decompose(
    shop: Parts, picture: images.PictureLike, *, threshold: float | None, embed: bool
) -> Decomposition:
    """See ``Shop.decompose``."""
    check_threshold(threshold)
    rgb = read_photo(shop, picture)
    objects = find_objects(shop, rgb, threshold, shop.embedder if embed else None)
    height, width = rgb.shape[:2]
    return Decomposition(width, height, objects, name_of(picture), View(rgb, shop.pictures))


def find_objects(
    shop: Parts, rgb: NDArray[np.uint8], threshold: float | None, embedder: Embedder | None = None
) -> tuple[SceneObject, ...]:
    """The objects of an ``(h, w, 3)`` RGB picture, best first; all are embedded as one batch, if they are."""
    with stage("detect"):
        found = shop.detector.detect(rgb, threshold=threshold)
    height, width = rgb.shape[:2]
    objects = [
        SceneObject(Box.clipped(*(float(side) for side in box)), category, float(score))
        for box, category, score in zip(
            geometry.to_fractions(found.boxes, width, height), found.categories, found.scores, strict=True
        )
    ]
    if embedder is not None and objects:
        crops = embed_crops(embedder, rgb, [one.box for one in objects], shop.batching)
        objects = [
            replace(one, code=crop.code, guesses=said_of(embedder, crop, one.category))
            for one, crop in zip(objects, crops, strict=True)
        ]
    return tuple(objects)


def embed_crops(
    embedder: Embedder, rgb: NDArray[np.uint8], boxes: Sequence[Box], batching: Batching
) -> list[Encoded]:
    """What the embedder makes of parts of one picture, in one batch, which other searches may share."""
    with stage("embed"):
        return encoded(embedder, batching.embed(embedder, [images.crop(rgb, box) for box in boxes]))


def said_of(embedder: Embedder, crop: Encoded, kind: Category | None) -> Guesses:
    """What the embedder says of a thing of this category."""
    return fitting(crop.guesses, kind, embedder.heads.values())


def read_photo(shop: Parts, picture: images.PictureLike) -> NDArray[np.uint8]:
    """Read a shopper's photo: ``(h, w, 3)`` RGB."""
    with stage("decode"):
        return images.read(picture, shop.config.picture_limits())


def name_of(picture: images.PictureLike) -> str | None:
    """What to call the picture in an answer: its path, or nothing."""
    return str(Path(picture)) if isinstance(picture, str | os.PathLike) else None


def check_threshold(threshold: float | None) -> None:
    """Raise SearchError for a least score that is none."""
    if threshold is not None and not 0 <= threshold <= 1:
        raise SearchError(f"threshold must be from 0 to 1, not {threshold}")
