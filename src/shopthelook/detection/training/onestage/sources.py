"""Pictures to train on beside the scenes: products cut out, photos of one thing, photos with tags only."""

from __future__ import annotations

import csv
import json
from typing import TYPE_CHECKING

import numpy as np
from PIL import Image

from shopthelook.detection.datasets.products.extent import main_extent
from shopthelook.detection.training.onestage.pictures import Picture, Product
from shopthelook.evaluation.splits import split_of
from shopthelook.taxonomy import Taxonomy, UnknownCategory, label_map

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray

WHITE_FROM = 244  # the darkest value that still is white ground
GARMENT_SIDE = 256  # longest side of the photos of garments, pixels


def coarse_index() -> dict[int, int]:
    """Google id of each coarse category -> its label."""
    return {category.id: i for i, category in enumerate(Taxonomy.builtin().coarse_categories)}


def rendered_products(folder: Path, longest: int = 224) -> list[Product]:
    """The products of ``products.csv`` that are for training, cut out of their white ground."""
    from shopthelook.embedding.training.data import split_of_model

    taxonomy, index = Taxonomy.builtin(), coarse_index()
    products = []
    with (folder / "products.csv").open(newline="") as file:
        for row in csv.DictReader(file):
            try:
                coarse = taxonomy.coarse(taxonomy.get(row["category"]))
            except UnknownCategory:
                continue
            if coarse is None or split_of_model(row["product_id"]) != "train":
                continue
            with Image.open(folder / row["file"]) as opened:
                picture = opened.convert("RGB")
            picture.thumbnail((longest, longest), Image.Resampling.BILINEAR)
            products.append(cut_out(np.asarray(picture), index[coarse.id]))
    return products


def cut_out(pixels: NDArray[np.uint8], label: int) -> Product:
    """A thing on white ground, its surroundings and the white between its parts made transparent."""
    white = pixels.min(axis=2) >= WHITE_FROM
    # What looks white inside of the thing belongs to it unless the ground reaches it.
    outside = _reached(white)
    opacity = np.where(outside, 0, 255).astype(np.uint8)
    rows, columns = np.flatnonzero(~outside.all(axis=1)), np.flatnonzero(~outside.all(axis=0))
    if not len(rows):
        return Product(pixels, np.full(pixels.shape[:2], 255, np.uint8), label)
    part = np.s_[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]
    return Product(pixels[part], opacity[part], label)


def _reached(free: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """The cells that the border reaches over free cells; ``free`` and the result are ``(h, w)`` bool."""
    reached = np.zeros_like(free)
    reached[[0, -1]], reached[:, [0, -1]] = free[[0, -1]], free[:, [0, -1]]
    count = -1
    while count != (count := int(reached.sum())):
        for _ in range(8):
            reached[1:] |= reached[:-1] & free[1:]
            reached[:-1] |= reached[1:] & free[:-1]
            reached[:, 1:] |= reached[:, :-1] & free[:, 1:]
            reached[:, :-1] |= reached[:, 1:] & free[:, :-1]
    return reached


def garment_photos(folder: Path, known: NDArray[np.bool_]) -> list[Picture]:
    """Photos of one garment each that are for training, the garment's box guessed from the ground around it."""
    taxonomy, index, names = Taxonomy.builtin(), coarse_index(), label_map("garments")
    pictures = []
    with (folder / "labels.csv").open(newline="") as file:
        for row in csv.DictReader(file):
            coarse = taxonomy.coarse(names[row["label"]]) if row["label"] in names else None
            if coarse is None or split_of((folder / row["image"]).read_bytes()) != "train":
                continue
            with Image.open(folder / row["image"]) as opened:
                picture = opened.convert("RGB")
            picture.thumbnail((GARMENT_SIDE, GARMENT_SIDE))
            pixels = np.asarray(picture)
            label = np.array([index[coarse.id]], np.int64)
            pictures.append(Picture(pixels, main_extent(pixels).box[None], label, known))
    return pictures


def tagged_photos(
    folder: Path, labels_of: str, known: NDArray[np.bool_], size: tuple[int, int]
) -> list[Picture]:
    """Photos with tags and no boxes: what is not among a photo's tags is not in it.

    ``known`` is what the tagging covers at all; ``size`` the largest (shorter, longer) side to keep.
    """
    taxonomy, index, names = Taxonomy.builtin(), coarse_index(), label_map(labels_of)
    pictures = []
    for name, tags in json.loads((folder / "tags.json").read_text()).items():
        if split_of((folder / name).read_bytes()) != "train":
            continue
        absent = known.copy()
        for tag in tags:
            coarse = taxonomy.coarse(names[tag]) if tag in names else None
            if coarse is not None:
                absent[index[coarse.id]] = False
        with Image.open(folder / name) as opened:
            picture = opened.convert("RGB")
        scale = min(1.0, size[0] / min(picture.size), size[1] / max(picture.size))
        if scale < 1:
            picture = picture.resize((round(picture.width * scale), round(picture.height * scale)))
        empty = Picture(np.asarray(picture), np.zeros((0, 4), np.float32), np.zeros(0, np.int64), absent)
        pictures.append(empty)
    return pictures
