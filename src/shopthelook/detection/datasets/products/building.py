"""Building the single-product data set of the paper (section 5.2, algorithm 1)."""

from __future__ import annotations

import contextlib
import hashlib
import json
import shutil
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import numpy as np

from shopthelook import geometry, images
from shopthelook.datasets.errors import DataError
from shopthelook.detection.datasets.products.background import look_at_background
from shopthelook.detection.datasets.products.choosing import (
    Candidate,
    CatalogueProduct,
    SceneLabels,
    choose,
)
from shopthelook.detection.datasets.writing import WrittenPicture, write_data
from shopthelook.images import PictureError
from shopthelook.taxonomy import Category

if TYPE_CHECKING:
    from shopthelook.geometry import Boxes
    from shopthelook.images import Rgb

UNREADABLE = "its picture cannot be read"
NOT_WHITE = "its picture is not of a product on white"
NO_OBJECT = "the detector finds nothing"
TOO_SMALL = "the largest box covers too little"
ENOUGH = "there are enough of its category"

_JOURNAL, _ORDER = "pictures.jsonl", "build.json"


@dataclass(frozen=True, slots=True)
class Rules:
    """How products become boxes.

    With ``box`` "detector" the box is the largest that the detector finds, as in the paper; with "background" it is
    the extent of what is not white, for catalogues that show products alone while the detector is weak on them.
    The box must cover ``least_cover`` of the "picture" (the paper's words), or agree to that IoU with the extent of
    the "product": a merchant's white margin says nothing about the box.
    """

    box: Literal["detector", "background"] = "detector"
    cover: Literal["product", "picture"] = "product"
    least_cover: float = 0.8
    seed: int = 0


@dataclass(slots=True)
class Built:
    """What a build did: products looked at, kept, and left out by reason; ``total`` is known before the first."""

    folder: Path
    total: int = 0
    done: int = 0
    kept: Counter[str] = field(default_factory=Counter)
    left_out: Counter[str] = field(default_factory=Counter)


def build(
    products: Iterable[CatalogueProduct],
    read: Callable[[str], bytes],
    scenes: SceneLabels,
    out: Path,
    rules: Rules,
    find: Callable[[Rgb], Boxes],
    *,
    info: Mapping[str, Any],
    key: str = "",
    progress: Callable[[Built], None] = lambda _: None,
) -> Built:
    """Write the data set ``out`` of single products, each coarse category at most as often as in the scenes.

    ``read`` gives a picture's bytes by its hash, ``find`` the boxes (n, 4) xyxy that the detector finds; ``key`` names
    the detector. All is written to ``out.partial`` first and renamed when whole; after an interruption the same call
    goes on. Raises `DataError` when ``out`` exists, or a partial one is left of another call, or nothing is kept.
    """
    if out.exists():
        raise DataError(f"{out} exists already; name another folder, or delete it first")
    partial = out.with_name(out.name + ".partial")
    _begin(partial, {"rules": asdict(rules), "detector": key, "boxes": dict(sorted(scenes.boxes.items()))})
    candidates, left_out = choose(products, scenes, rules.seed)
    built = Built(out, total=sum(map(len, candidates.values())), left_out=left_out)
    journal = _Journal(partial / _JOURNAL)
    kept: list[tuple[Candidate, dict[str, Any]]] = []
    for coarse, some in candidates.items():
        room = scenes.boxes[coarse]
        for one in some:
            built.done += 1
            if room == 0:
                built.left_out[ENOUGH] += 1
                progress(built)
                continue
            entry = journal.known.get(one.picture)
            if entry is None or not _is_there(partial, entry):
                entry = _look(one.picture, read, partial, rules, find)
                journal.add(entry)
            if "reason" in entry:
                built.left_out[entry["reason"]] += 1
            else:
                room -= 1
                kept.append((one, entry))
                built.kept[one.coarse.name] += 1
            progress(built)
    if not kept:
        shutil.rmtree(partial)
        reasons = ", ".join(f"{reason}: {n}" for reason, n in built.left_out.most_common())
        raise DataError(f"no product can be used, and nothing was written ({reasons or 'there are none'})")
    _write(partial, kept, info)
    partial.rename(out)
    return built


def _look(
    picture: str, read: Callable[[str], bytes], folder: Path, rules: Rules, find: Callable[[Rgb], Boxes]
) -> dict[str, Any]:
    """What the journal says of a picture: why it is left out, or its file and box."""

    def without(reason: str) -> dict[str, Any]:
        return {"picture": picture, "reason": reason}

    try:
        data = read(picture)
        rgb = images.read(data)
    except PictureError:
        return without(UNREADABLE)
    background = look_at_background(rgb)
    if not background.is_white:
        return without(NOT_WHITE)
    height, width = rgb.shape[:2]
    boxes = background.box if rules.box == "background" else geometry.clip(find(rgb), width, height)
    if not len(boxes):
        return without(NO_OBJECT)
    box = boxes[[int(geometry.area(boxes).argmax())]]
    whole = background.box if rules.cover == "product" else np.array([[0, 0, width, height]], np.float32)
    # Within the picture, the intersection over union with the whole of it is the share that is covered.
    if float(geometry.iou(box, whole)[0, 0]) < rules.least_cover:
        return without(TOO_SMALL)
    name = f"images/{picture}"
    (folder / "images").mkdir(exist_ok=True)
    (folder / name).write_bytes(data)
    return {
        "picture": picture,
        "file_name": name,
        "size": [width, height],
        "box": [round(value, 2) for value in box[0].tolist()],
        "sha256": hashlib.sha256(data).hexdigest(),
    }


def _write(folder: Path, kept: list[tuple[Candidate, dict[str, Any]]], info: Mapping[str, Any]) -> None:
    labels: dict[str, Category | None] = {one.label: one.category for one, _ in kept}
    places = {name: i for i, name in enumerate(labels)}
    pictures = []
    for one, entry in sorted(kept, key=lambda pair: pair[0].picture):
        more = {"sha256": entry["sha256"], "product": one.product}
        if one.group:
            more["group"] = one.group
        pictures.append(
            WrittenPicture(
                entry["file_name"],
                (entry["size"][0], entry["size"][1]),
                geometry.as_boxes([entry["box"]]),
                [places[one.label]],
                more,
            )
        )
    write_data(folder, {**info, "kind": "products"}, labels, pictures)
    for name in (_JOURNAL, _ORDER):
        (folder / name).unlink()


def _begin(partial: Path, order: Mapping[str, Any]) -> None:
    text = json.dumps(order)
    note = partial / _ORDER
    if partial.exists() and (not note.exists() or note.read_text(encoding="utf-8") != text):
        raise DataError(f"{partial} is left of a build with other settings; delete it first")
    partial.mkdir(parents=True, exist_ok=True)
    note.write_text(text, encoding="utf-8")


def _is_there(folder: Path, entry: Mapping[str, Any]) -> bool:
    return "reason" in entry or (folder / entry["file_name"]).is_file()


class _Journal:
    """What a build has found out, a line a picture, so that another goes on after it."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self.known: dict[str, dict[str, Any]] = {}
        lines = path.read_text(encoding="utf-8").splitlines() if path.exists() else []
        for line in lines:
            with contextlib.suppress(ValueError, KeyError):  # the last line of a killed build may be cut
                entry = json.loads(line)
                self.known[entry["picture"]] = entry
        path.write_text("".join(map(_line, self.known.values())), encoding="utf-8")

    def add(self, entry: dict[str, Any]) -> None:
        """Keep what was found out of one picture."""
        self.known[entry["picture"]] = entry
        with self._path.open("a", encoding="utf-8") as file:
            file.write(_line(entry))


def _line(entry: Mapping[str, Any]) -> str:
    return json.dumps(entry) + "\n"
