"""The formats that can be imported."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from shopthelook.datasets.folder import PictureFolder
from shopthelook.embedding.views.importing.co_parsing import read_co_parsing
from shopthelook.embedding.views.importing.coco import read_coco
from shopthelook.embedding.views.importing.deepfashion2 import read_deepfashion2
from shopthelook.embedding.views.importing.found import Reading
from shopthelook.embedding.views.importing.labelled_photos import read_labelled_photos
from shopthelook.embedding.views.importing.luma import read_luma
from shopthelook.embedding.views.importing.rendered import read_rendered
from shopthelook.embedding.views.importing.shop_the_look import read_shop_the_look
from shopthelook.embedding.views.importing.street2shop import read_street2shop
from shopthelook.embedding.views.importing.table import read_table

_AS_STATED = "as its source states"


@dataclass(frozen=True, slots=True)
class Format:
    """How a data set is published: its licence, what reads it, and what its labels mean.

    ``read`` takes the source, its pictures, and a folder that it may make for pictures of its own (such as masks).
    ``label_map`` is None where labels are Google's own. With ``by_name`` a label that the map lacks is the category of
    the same name; with ``only_known`` what has no category is nothing to buy, and left out.
    """

    name: str
    title: str
    licence: str
    read: Callable[[Path, PictureFolder, Path], Reading]
    label_map: str | None = None
    by_name: bool = False
    only_known: bool = False


FORMATS = {
    one.name: one
    for one in (
        Format(
            "shop-the-look",
            "Shop The Look (Kang et al., CVPR 2019)",
            "as its source states; photos under the terms of theirs",
            read_shop_the_look,
        ),
        Format(
            "street2shop",
            "Street2Shop (Hadi Kiapour et al., ICCV 2015)",
            "as its source states; photos under the terms of theirs",
            read_street2shop,
            "street2shop",
        ),
        Format(
            "deepfashion2",
            "DeepFashion2",
            "non-commercial research and education only",
            read_deepfashion2,
            "deepfashion2",
        ),
        Format("csv", "a table of pictures", _AS_STATED, read_table),
        Format(
            "co-parsing",
            "Clothing Co-Parsing",
            "Apache-2.0 (Clothing Co-Parsing, Yang, Luo and Lin, CVPR 2014)",
            read_co_parsing,
            "clothing-co-parsing",
            only_known=True,
        ),
        Format("coco", "boxes of a COCO file", _AS_STATED, read_coco, "home-scenes", True, True),
        Format(
            "labelled-photos", "photos of one thing each", _AS_STATED, read_labelled_photos, "garments", True
        ),
        Format(
            "luma",
            "the Luma sample catalogue",
            "OSL-3.0 / AFL-3.0 (Magento sample data)",
            read_luma,
            "luma",
        ),
        Format("rendered", "rendered products and rooms", "rendered", read_rendered),
    )
}
