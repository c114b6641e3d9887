"""Labelled objects of photos and the products of a shop, as arrays to compare kinds of index on."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from shopthelook import geometry, images
from shopthelook.evaluation.labelled import LabelledObject, LabelsError
from shopthelook.evaluation.retrieval import LabelledProducts, LabelledQueries, Spans
from shopthelook.images import PictureError
from shopthelook.pipeline.asking import searched_for
from shopthelook.pipeline.decomposing import read_photo
from shopthelook.pipeline.parts import Parts
from shopthelook.pipeline.regions import regions
from shopthelook.taxonomy import Category

RESTRICTIONS = ("true", "embedder", "detector")
"""Whose word on an object's category restricts its search: the label's, the embedder's, the detector's."""

SAME_OBJECT = 0.5
"""Least IoU of a labelled box and a detected one that are taken for the same object."""


@dataclass(frozen=True, slots=True, eq=False)
class Labelled:
    """A shop's products and the objects to find them for.

    Labels are ids of coarse categories. no_coarse: objects whose category rolls up to no coarse one; no_products:
    objects of a category that the shop has nothing of; problems: photos that could not be read. All of these are
    left out. photos: those that the queries are from; predicted: products whose category is a model's guess.
    """

    products: LabelledProducts
    queries: LabelledQueries
    photos: int
    predicted: int
    no_coarse: int
    no_products: int
    problems: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Seen:
    """A labelled object with its code and what the models take it for."""

    code: NDArray[np.uint8]
    coarse: Category
    product_id: str | None
    embedder: Category | None
    detector: Category | None


def labelled_shop(
    shop: Parts,
    objects: Sequence[LabelledObject],
    by: Sequence[str] = RESTRICTIONS,
    on_photo: Callable[[], None] = lambda: None,
) -> Labelled:
    """Embed each labelled box as a search does, and read the shop's products.

    Args:
        objects: what to ask about; each photo is read once.
        by: the restrictions to ask under, of `RESTRICTIONS`; the detector runs only where it is one of them.
        on_photo: called after each photo.

    Under "detector" only those objects are asked about that it found at all: with a box of IoU 0.5 or more, of
    which the one that overlaps most counts. The code is always that of the labelled box.

    Raises:
        LabelsError: nothing is left to ask.
        ModelRunError, BundleError: a model does not work.
    """
    products, predicted = _products(shop)
    there = set(products.labels.tolist())
    asked: dict[Path, list[LabelledObject]] = {}
    no_coarse = no_products = 0
    for one in objects:
        coarse = shop.taxonomy.coarse(one.category)
        if coarse is None:
            no_coarse += 1
        elif coarse.id not in there:
            no_products += 1
        else:
            asked.setdefault(one.photo, []).append(one)
    seen: list[_Seen] = []
    problems: list[str] = []
    photos = 0
    for photo, of_photo in asked.items():
        try:
            seen += _look(shop, of_photo, detect="detector" in by)
            photos += 1
        except PictureError as error:
            problems.append(f"{photo}: {error}")
        on_photo()
    if not seen:
        raise LabelsError(
            f"nothing is left to ask: of {len(objects)} labelled objects {no_coarse} have no coarse category, "
            f"the shop has nothing of the category of {no_products}, and {len(problems)} photos cannot be read"
            + "".join(f"; {problem}" for problem in problems[:3])
        )
    queries = _queries(shop, seen, by)
    return Labelled(products, queries, photos, predicted, no_coarse, no_products, tuple(problems))


def _products(shop: Parts) -> tuple[LabelledProducts, int]:
    bundle = shop.embedder_bundle
    known = {category.id: category for category in shop.taxonomy}
    ids: list[str] = []
    codes = [np.empty((0, bundle.card.bits // 8), np.uint8)]
    kinds: list[Category | None] = []
    predicted = 0
    for batch in shop.catalog.codes(None, bundle.key):
        ids += batch.ids
        codes.append(batch.codes)
        kinds += [known.get(number) for number in batch.category_ids.tolist()]
        records = shop.catalog.products(batch.ids).values()
        predicted += sum(record.product.category_source == "predicted" for record in records)
    positions = np.array([-1 if kind is None else kind.position for kind in kinds], np.int64)
    coarse = [None if kind is None else shop.taxonomy.coarse(kind) for kind in kinds]
    labels = np.array([-1 if kind is None else kind.id for kind in coarse], np.int64)
    return LabelledProducts(ids, np.concatenate(codes), positions, labels), predicted


def _look(shop: Parts, objects: Sequence[LabelledObject], detect: bool) -> list[_Seen]:
    rgb = read_photo(shop, objects[0].photo)
    embedded = shop.embedder.embed([images.crop(rgb, one.box) for one in objects])
    guesses = [shop.embedder.categories[i] for i in embedded.category_scores.argmax(axis=1)]
    detected = _detected(shop, rgb, objects) if detect else [None] * len(objects)
    seen = []
    for one, code, guess, found in zip(objects, embedded.codes, guesses, detected, strict=True):
        coarse = shop.taxonomy.coarse(one.category)
        if coarse is not None:
            seen.append(_Seen(code, coarse, one.product_id, searched_for(shop, guess), found))
    return seen


def _detected(
    shop: Parts, rgb: NDArray[np.uint8], objects: Sequence[LabelledObject]
) -> list[Category | None]:
    """What the detector takes each object for, None where it did not find it."""
    height, width = rgb.shape[:2]
    found = shop.detector.detect(rgb)
    if not len(found):
        return [None] * len(objects)
    true = geometry.to_pixels([one.box.as_list() for one in objects], width, height)
    overlaps = geometry.iou(true, found.boxes)
    return [
        searched_for(shop, found.categories[int(row.argmax())]) if row.max() >= SAME_OBJECT else None
        for row in overlaps
    ]


def _queries(shop: Parts, seen: Sequence[_Seen], by: Sequence[str]) -> LabelledQueries:
    words: dict[str, list[Category | None]] = {
        "true": [one.coarse for one in seen],
        "embedder": [one.embedder for one in seen],
        "detector": [one.detector for one in seen],
    }
    return LabelledQueries(
        np.stack([one.code for one in seen]),
        np.array([one.coarse.id for one in seen], np.int64),
        [one.product_id for one in seen],
        {name: [_spans(shop, kind) for kind in words[name]] for name in by},
    )


def _spans(shop: Parts, kind: Category | None) -> Spans | None:
    """Where a search for an object of this category looks."""
    return None if kind is None else regions(shop.taxonomy, kind, branches=True, relax=False)[0].spans
