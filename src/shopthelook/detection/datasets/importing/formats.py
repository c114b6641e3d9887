"""The formats that can be imported."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from shopthelook.datasets.folder import PictureFolder
from shopthelook.detection.datasets.dataset import Kind
from shopthelook.detection.datasets.importing.co_parsing import read_co_parsing
from shopthelook.detection.datasets.importing.coco import read_coco, read_fashionpedia, read_modanet
from shopthelook.detection.datasets.importing.deepfashion2 import read_deepfashion2
from shopthelook.detection.datasets.importing.found import Reading
from shopthelook.detection.datasets.importing.labelled_photos import read_labelled_photos
from shopthelook.detection.datasets.importing.open_images import read_open_images
from shopthelook.detection.datasets.importing.tagged import read_tagged


@dataclass(frozen=True, slots=True)
class Format:
    """How a data set is published: what its label map is called, its licence, and what reads it.

    With ``by_name`` a label that the map lacks is the category of the same name, if there is one.
    """

    name: str
    title: str
    label_map: str
    licence: str
    read: Callable[[Path, PictureFolder], Reading]
    kind: Kind = "scenes"
    by_name: bool = False


FORMATS = {
    one.name: one
    for one in (
        Format(
            "clothing-co-parsing",
            "Clothing Co-Parsing",
            "clothing-co-parsing",
            "Apache-2.0 (Clothing Co-Parsing, Yang, Luo and Lin, CVPR 2014)",
            read_co_parsing,
        ),
        Format(
            "fashionpedia",
            "Fashionpedia",
            "fashionpedia",
            "annotations CC BY 4.0, photos under the terms of their sources",
            read_fashionpedia,
        ),
        Format(
            "deepfashion2",
            "DeepFashion2",
            "deepfashion2",
            "non-commercial research and education only",
            read_deepfashion2,
        ),
        Format(
            "modanet",
            "ModaNet",
            "modanet",
            "annotations CC BY-NC 4.0, photos under the terms of their source",
            read_modanet,
        ),
        Format(
            "open-images",
            "Open Images",
            "open-images",
            "annotations CC BY 4.0, pictures listed as CC BY 2.0",
            read_open_images,
        ),
        Format("tagged", "photos with tags", "clothing-co-parsing", "as its source states", read_tagged),
        Format(
            "labelled-photos",
            "photos of one thing each",
            "garments",
            "as its source states",
            read_labelled_photos,
            kind="products",
            by_name=True,
        ),
        Format("coco", "a COCO file", "coco", "as its source states", read_coco, by_name=True),
    )
}
