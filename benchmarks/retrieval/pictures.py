"""Labelled pictures for the benchmark: crops of boxes and product photos, a seeded choice of them.

They are read out of the tar files where these lie. Where there are none, the demo catalogue's products and
rooms serve, which are fewer and rendered.
"""

from __future__ import annotations

import csv
import io
import json
import tarfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from shopthelook.errors import ShopError
from shopthelook.images import read, trim_background
from shopthelook.taxonomy import Taxonomy, label_map

Box = tuple[float, float, float, float]
Rgb = NDArray[np.uint8]

_LEAST_SIDE = 32  # pixels; what is smaller shows too little to be a product
_DEMO = Path(__file__).parents[2] / "demo"
_MOVED_SHARE = 0.12  # of a box's side, at most, between two looks at one thing


@dataclass(frozen=True, slots=True)
class Look:
    """One thing in one picture: source (the tar's stem or "demo"), name of the picture in it, box in pixels
    (x1, y1, x2, y2) or None for all of it, id of its coarse category."""

    source: str
    name: str
    box: Box | None
    category: int


def listed(folder: Path) -> list[Look]:
    """Every labelled thing under `folder`, or of the demo where no tar of a known name lies there."""
    looks: list[Look] = []
    for source, reader in _READERS.items():
        path = folder / f"{source}.tar"
        if path.is_file():
            with tarfile.open(path) as tar:
                looks += reader(source, _from_tar(tar))
    return looks or _of_demo()


def sampled(looks: Sequence[Look], most: int, seed: int) -> list[Look]:
    """`most` of them at random, so arranged that each picture is opened once."""
    rng = np.random.default_rng(seed)
    chosen = rng.permutation(len(looks))[:most]
    return sorted((looks[i] for i in chosen), key=lambda look: (look.source, look.name, str(look.box)))


def pixels(folder: Path, looks: Sequence[Look], moved: int | None = None) -> Iterator[Rgb]:
    """The crop (h, w, 3) of each; with a seed `moved` a second look: the box moved a little, half of them mirrored.

    A whole picture loses its plain border, as products do on import.
    """
    rng = np.random.default_rng(moved)
    opened: tuple[str, str] | None = None
    whole = np.empty((0, 0, 3), np.uint8)
    with closing(_Files(folder)) as files:
        for look in looks:
            if opened != (look.source, look.name):
                whole, opened = read(files.read(look.source, look.name)), (look.source, look.name)
            rgb = whole if look.box is not None else trim_background(whole)
            box = look.box or (0.0, 0.0, float(rgb.shape[1]), float(rgb.shape[0]))
            if moved is None:
                yield _cut(rgb, box)
            else:
                yield _mirrored(_cut(rgb, _shifted(box, rng)), rng)


def _cut(rgb: Rgb, box: Box) -> Rgb:
    height, width = rgb.shape[:2]
    x1, y1 = int(min(max(box[0], 0), width - 2)), int(min(max(box[1], 0), height - 2))
    x2, y2 = int(min(max(box[2], x1 + 2), width)), int(min(max(box[3], y1 + 2), height))
    return np.ascontiguousarray(rgb[y1:y2, x1:x2])


def _shifted(box: Box, rng: np.random.Generator) -> Box:
    x1, y1, x2, y2 = box
    by = rng.uniform(-_MOVED_SHARE, _MOVED_SHARE, 4)
    return (
        x1 + by[0] * (x2 - x1),
        y1 + by[1] * (y2 - y1),
        x2 + by[2] * (x2 - x1),
        y2 + by[3] * (y2 - y1),
    )


def _mirrored(rgb: Rgb, rng: np.random.Generator) -> Rgb:
    return np.ascontiguousarray(rgb[:, ::-1]) if rng.random() < 0.5 else rgb


class _Files:
    """Pictures by source and name; each tar is opened once."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._tars: dict[str, tarfile.TarFile] = {}

    def read(self, source: str, name: str) -> bytes:
        if source == "demo":
            return (_DEMO / name).read_bytes()
        if source not in self._tars:
            # Open until `close`: a tar is searched from its start each time it is opened.
            self._tars[source] = tarfile.open(self._folder / f"{source}.tar")  # noqa: SIM115
        return _member(self._tars[source], name)

    def close(self) -> None:
        for tar in self._tars.values():
            tar.close()


_Read = Callable[[str], bytes]


def _from_tar(tar: tarfile.TarFile) -> _Read:
    return lambda name: _member(tar, name)


def _member(tar: tarfile.TarFile, name: str) -> bytes:
    file = tar.extractfile(name)
    if file is None:
        raise ShopError(f"{name} in {tar.name!r} is no file")
    return file.read()


def _coarse(labels: str) -> dict[str, int]:
    taxonomy = Taxonomy.builtin()
    found = {label: taxonomy.coarse(category) for label, category in label_map(labels).items()}
    return {label: coarse.id for label, coarse in found.items() if coarse is not None}


def _of_boxes(source: str, read_file: _Read) -> list[Look]:
    table = json.loads(read_file("boxes_coco.json"))
    names = {image["id"]: image["file_name"] for image in table["images"]}
    labels = {category["id"]: category["name"] for category in table["categories"]}
    coarse = _coarse(source)
    looks = []
    for box in table["annotations"]:
        x, y, width, height = box["bbox"]
        category = coarse.get(labels[box["category_id"]])
        if category is not None and min(width, height) >= _LEAST_SIDE:
            looks.append(Look(source, names[box["image_id"]], (x, y, x + width, y + height), category))
    return looks


def _of_garments(source: str, read_file: _Read) -> list[Look]:
    coarse = _coarse(source)
    rows = csv.DictReader(io.StringIO(read_file("labels.csv").decode()))
    return [Look(source, row["image"], None, coarse[row["label"]]) for row in rows if row["label"] in coarse]


def _of_catalogue(source: str, read_file: _Read) -> list[Look]:
    coarse = _coarse("luma")
    rows = csv.DictReader(io.StringIO(read_file("catalogue.csv").decode()))
    found = {row["image"]: coarse[row["category"]] for row in rows if row["category"] in coarse}
    return [Look(source, name, None, category) for name, category in found.items()]


def _of_demo() -> list[Look]:
    taxonomy = Taxonomy.builtin()
    looks = []
    with (_DEMO / "products.tsv").open(newline="") as file:
        for row in csv.DictReader(file, delimiter="\t"):
            coarse = taxonomy.coarse(taxonomy.get(row["google_product_category"]))
            if coarse is not None:
                looks.append(Look("demo", row["image_link"], None, coarse.id))
    for scene in json.loads((_DEMO / "rooms.json").read_text())["scenes"]:
        width, height = scene["width"], scene["height"]
        for thing in scene["objects"]:
            coarse = taxonomy.coarse(taxonomy.get(thing["category"]))
            x1, y1, x2, y2 = (
                side * size for side, size in zip(thing["box"], (width, height) * 2, strict=True)
            )
            if coarse is not None and min(x2 - x1, y2 - y1) >= _LEAST_SIDE:
                looks.append(Look("demo", scene["scene"], (x1, y1, x2, y2), coarse.id))
    return looks


_READERS: dict[str, Callable[[str, _Read], list[Look]]] = {
    "fashion-scenes": _of_boxes,
    "home-scenes": _of_boxes,
    "garments": _of_garments,
    "luma-catalogue": _of_catalogue,
}
