"""The pictures that the embedder learns from and is measured on, as views of things.

A thing is what a shopper would call the same object: one annotated garment, one product in one colour, one
3D model. A view is one look at it. Views of one thing should get one code, views of two things two codes.
"""

from __future__ import annotations

import csv
import json
import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from shopthelook.datasets.splits import Split, split_of
from shopthelook.errors import ShopError
from shopthelook.images import read, trim_background
from shopthelook.taxonomy import Category, Taxonomy, UnknownCategory, label_map

Kind = Literal["scene", "product"]
RGB = NDArray[np.uint8]

LEAST_VISIBLE = 0.3  # share of an object that must be seen; what hides the rest would be learned instead
MIN_SIDE = 16  # pixels; a smaller box shows nothing that could be matched


class DataError(ShopError):
    """A data set that is not there or not in the layout that its reader knows."""


@dataclass(frozen=True, slots=True)
class View:
    """One look at one thing.

    Attributes:
        path: the picture file.
        source: the data set, for reports.
        thing: what it shows; unique over all sources.
        kind: "scene" for a crop of a photo, "product" for a thing that stands alone.
        category: id of the coarse category, or -1 where the label has none.
        split: where the thing belongs, the same for all its views.
        box: (x1, y1, x2, y2) in pixels, or None for the whole picture.
        mask: a PNG and the value in it that the thing has; everything else becomes white.
        main: the picture that a shop would show first.
    """

    path: Path
    source: str
    thing: str
    kind: Kind
    category: int
    split: Split
    box: tuple[float, float, float, float] | None = None
    mask: tuple[Path, int] | None = None
    main: bool = False

    @property
    def key(self) -> str:
        """What tells this view from every other, without machine paths."""
        cut = "" if self.mask is None else f"#{self.mask[1]}"
        return f"{self.source}/{self.path.name}@{self.box}{cut}"


def load(view: View) -> RGB:
    """Return the view as (h, w, 3) RGB uint8: the tight box of a scene, the trimmed picture of a product."""
    rgb = _read(view.path)
    if view.mask is not None:
        rgb = np.where(_read_mask(view.mask[0])[..., None] == view.mask[1], rgb, np.uint8(255))
    if view.box is not None:
        rgb = cut(rgb, view.box)
    return trim_background(rgb) if view.kind == "product" else rgb


@lru_cache(maxsize=64)
def load_whole(view: View) -> RGB:
    """Return the whole picture that a view is a part of."""
    return read(view.path)


def cut(rgb: RGB, box: tuple[float, float, float, float]) -> RGB:
    """Return the pixels of `box` (x1, y1, x2, y2), clipped to the picture and never empty."""
    height, width = rgb.shape[:2]
    x1, y1 = min(max(round(box[0]), 0), width - 1), min(max(round(box[1]), 0), height - 1)
    x2, y2 = min(max(round(box[2]), x1 + 1), width), min(max(round(box[3]), y1 + 1), height)
    return rgb[y1:y2, x1:x2]


# Views are read in the order of their files, so a few decoded pictures are all that is worth keeping.
@lru_cache(maxsize=4)
def _read(path: Path) -> RGB:
    return read(path)


@lru_cache(maxsize=4)
def _read_mask(path: Path) -> RGB:
    with Image.open(path) as picture:
        return np.asarray(picture)


@lru_cache(maxsize=4096)
def _split_of_file(path: Path) -> Split:
    return split_of(path.read_bytes())


def read_views(data: Path, renders: Path | None = None) -> list[View]:
    """Return the views of every data set found under `data` (and of `renders`), ordered by file.

    Raises:
        DataError: none of the data sets is there, or one is broken.
    """
    found = [reader(data / name) for name, reader in READERS.items() if (data / name).is_dir()]
    if renders is not None:
        found.append(rendered(renders))
    views = [view for views in found for view in views]
    if not views:
        raise DataError(
            f"no data set lies in {data}: unpack at least one of {', '.join(READERS)} there, "
            "each a folder with images/ and its labels"
        )
    return sorted(views, key=lambda view: (view.source, view.path.name, str(view.box), view.kind))


def _coarse_ids(labels: str) -> Callable[[str], int]:
    """Return a function from a data set's label to the id of its coarse category, -1 where it has none."""
    taxonomy, known = Taxonomy.builtin(), label_map(labels)

    def coarse_id(label: str) -> int:
        category = known.get(label)
        coarse = None if category is None else taxonomy.coarse(category)
        return -1 if coarse is None else coarse.id

    return coarse_id


def coarse_categories() -> tuple[Category, ...]:
    """Return the categories that the category head can speak of."""
    return Taxonomy.builtin().coarse_categories


def fashion_scenes(folder: Path) -> Iterator[View]:
    """Yield two views of each annotated garment: its crop, and itself cut out by its mask on white."""
    coarse_id = _coarse_ids("fashion-scenes")
    values = {name: value for value, name in enumerate(_json(folder / "mask_labels.json"))}
    for path, name, box, number in _coco(folder):
        split, thing, category = _split_of_file(path), f"fashion-scenes/{number}", coarse_id(name)
        yield View(path, "fashion-scenes", thing, "scene", category, split, box)
        mask = folder / "masks" / f"{path.stem}.png"
        yield View(path, "fashion-scenes", thing, "product", category, split, box, (mask, values[name]))


def home_scenes(folder: Path) -> Iterator[View]:
    """Yield one view of each annotated object; of near-identical boxes the first."""
    coarse_id = _coarse_ids("home-scenes")
    seen: dict[Path, list[tuple[float, float, float, float]]] = {}
    for path, name, box, number in _coco(folder):
        if name in NOT_FOR_SALE or any(_overlap(box, other) > 0.8 for other in seen.setdefault(path, [])):
            continue
        seen[path].append(box)
        split = _split_of_file(path)
        yield View(path, "home-scenes", f"home-scenes/{number}", "scene", coarse_id(name), split, box)


NOT_FOR_SALE = frozenset({"person", "cat", "dog", "bird", "horse", "sheep", "cow"})


def garments(folder: Path) -> Iterator[View]:
    """Yield one view of each garment; it lies or hangs alone, so it counts as a product picture."""
    coarse_id = _coarse_ids("garments")
    for row in _rows(folder / "labels.csv"):
        path = folder / row["image"]
        split = _split_of_file(path)
        yield View(path, "garments", f"garments/{path.stem}", "product", coarse_id(row["label"]), split)


def luma(folder: Path) -> Iterator[View]:
    """Yield the views of each product in each colour: `<sku>-<colour>_main.jpg`, `_back`, `_alt1`, ...

    The split follows the sku, so that two colours of one product are on the same side.
    """
    coarse_id = _coarse_ids("luma")
    views: dict[str, list[Path]] = {}
    for path in sorted((folder / "images").iterdir()):
        views.setdefault(path.stem.rpartition("_")[0], []).append(path)
    for row in _rows(folder / "catalogue.csv"):
        sku = row["sku_colour"].rpartition("-")[0]
        main, category, split = folder / row["image"], coarse_id(row["category"]), split_of(f"luma/{sku}")
        for path in views.get(row["sku_colour"].lower(), []):
            thing = f"luma/{row['sku_colour']}"
            yield View(path, "luma-catalogue", thing, "product", category, split, main=path == main)


def rendered(folder: Path) -> Iterator[View]:
    """Yield the products of a folder of renders and the boxes of its rooms.

    `products.csv` (file, product_id, category) lists several pictures of a product, of which the first is its
    main one; `rooms.json` holds `scenes` with `objects` (box in fractions, category, product_id, visible
    share). The split follows the product's id without its colour, so that a 3D model in two colours is on one
    side; a room may show products that have no picture yet.
    """
    shown: set[str] = set()
    coarse_id = _coarse_id_of_path()
    for row in _rows(folder / "products.csv"):
        product, path = row["product_id"], folder / row["file"]
        if not path.exists():
            continue
        main, split, thing = product not in shown, split_of_model(product), f"renders/{product}"
        shown.add(product)
        yield View(path, "renders", thing, "product", coarse_id(row["category"]), split, main=main)
    yield from _room_boxes(folder, "renders", split_of_model)


COLOR = re.compile(
    r"-((light|dark|navy)-)?(white|black|red|orange|yellow|green|teal|blue|purple|pink|beige|grey|brown)$"
)


def split_of_model(product: str) -> Split:
    """Return the split of a rendered product, which all colours of its model share."""
    return split_of(model_group(product))


def model_group(product: str) -> str:
    """Return what all colours of a rendered product's model share: the text that their split follows from."""
    return f"renders/{COLOR.sub('', product)}"


def demo(folder: Path) -> Iterator[View]:
    """Yield the products of the demo shop and the boxes of its rooms, all of the split "test".

    `products.tsv` is a merchant's feed (id, image_link, google_product_category), `rooms.json` is as in
    `rendered`. No model of the demo is in a training set.
    """
    coarse_id = _coarse_id_of_path()
    for row in _rows(folder / "products.tsv"):
        category, path = coarse_id(row["google_product_category"]), folder / row["image_link"]
        if path.exists():
            yield View(path, "demo", f"demo/{row['id']}", "product", category, "test", main=True)
    yield from _room_boxes(folder, "demo", lambda _: "test")


def _coarse_id_of_path() -> Callable[[str], int]:
    taxonomy = Taxonomy.builtin()

    def coarse_id(path: str) -> int:
        try:
            coarse = taxonomy.coarse(taxonomy.get(path))
        except UnknownCategory:  # a branch that the built-in table leaves out holds no coarse category
            return -1
        return -1 if coarse is None else coarse.id

    return coarse_id


def _room_boxes(folder: Path, source: str, split: Callable[[str], Split]) -> Iterator[View]:
    """Yield a view of every box of rooms.json that shows enough of its product."""
    coarse_id = _coarse_id_of_path()
    scenes = _json(folder / "rooms.json")["scenes"] if (folder / "rooms.json").exists() else []
    for scene in scenes:
        path = folder / scene["scene"]
        for row in scene["objects"]:
            x1, y1, x2, y2 = (
                round(side * length, 1)
                for side, length in zip(row["box"], [scene["width"], scene["height"]] * 2, strict=True)
            )
            if min(x2 - x1, y2 - y1) < MIN_SIDE or row["visible"] < LEAST_VISIBLE:
                continue
            product, category = row["product_id"], coarse_id(row["category"])
            thing, box = f"{source}/{product}", (x1, y1, x2, y2)
            yield View(path, source, thing, "scene", category, split(product), box)


READERS: dict[str, Callable[[Path], Iterable[View]]] = {
    "fashion-scenes": fashion_scenes,
    "home-scenes": home_scenes,
    "garments": garments,
    "luma-catalogue": luma,
}


def _coco(folder: Path) -> Iterator[tuple[Path, str, tuple[float, float, float, float], int]]:
    """Yield (file, label, xyxy box in pixels, annotation number) of a COCO file's boxes."""
    coco = _json(folder / "boxes_coco.json")
    files = {image["id"]: folder / image["file_name"] for image in coco["images"]}
    names = {category["id"]: category["name"] for category in coco["categories"]}
    for row in coco["annotations"]:
        x, y, width, height = row["bbox"]
        if min(width, height) >= MIN_SIDE:
            box = (x, y, x + width, y + height)
            yield files[row["image_id"]], names[row["category_id"]], box, row["id"]


def _overlap(a: tuple[float, float, float, float], b: tuple[float, float, float, float]) -> float:
    width, height = min(a[2], b[2]) - max(a[0], b[0]), min(a[3], b[3]) - max(a[1], b[1])
    if width <= 0 or height <= 0:
        return 0.0
    both = width * height
    return both / ((a[2] - a[0]) * (a[3] - a[1]) + (b[2] - b[0]) * (b[3] - b[1]) - both)


def _json(path: Path) -> Any:
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise DataError(f"{path} can't be read: {error}. Unpack the data set again") from None


def _rows(path: Path) -> list[dict[str, str]]:
    try:
        with path.open(encoding="utf-8", newline="") as file:
            if path.suffix == ".tsv":
                return list(csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE))
            return list(csv.DictReader(file))
    except OSError as error:
        raise DataError(f"{path} can't be read: {error}. Unpack the data set again") from None
