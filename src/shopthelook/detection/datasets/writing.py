"""Writing a data set in the one form that everything here reads."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from shopthelook.detection.datasets.dataset import COCO_FILES, LABELS_FILE

if TYPE_CHECKING:
    from shopthelook.geometry import Boxes
    from shopthelook.taxonomy import Category

_DIGITS = 2  # hundredths of a pixel


@dataclass(frozen=True, slots=True)
class WrittenPicture:
    """A picture as it is written.

    ``file_name`` is relative to the data set's folder, or absolute; ``boxes`` ``(n, 4)`` xyxy in pixels, which are
    rounded to hundredths; ``labels`` n places among the data set's names; ``more`` is kept with the picture.
    """

    file_name: str
    size: tuple[int, int]
    boxes: Boxes
    labels: Sequence[int]
    more: Mapping[str, Any] = field(default_factory=dict)


def write_data(
    folder: Path,
    info: Mapping[str, Any],
    labels: Mapping[str, Category | None],
    pictures: Sequence[WrittenPicture],
) -> None:
    """Write ``annotations.json`` and ``labels.tsv`` to ``folder``; the pictures are there already.

    ``info`` has description, license and kind; ``labels`` says the category of each name, in the order that the
    pictures' labels count.
    """
    images: list[dict[str, Any]] = []
    annotations: list[dict[str, Any]] = []
    for key, picture in enumerate(pictures, 1):
        width, height = picture.size
        images.append(
            {**picture.more, "id": key, "file_name": picture.file_name, "width": width, "height": height}
        )
        for box, label in zip(picture.boxes.tolist(), picture.labels, strict=True):
            x1, y1, x2, y2 = (round(value, _DIGITS) for value in box)
            sides = round(x2 - x1, _DIGITS), round(y2 - y1, _DIGITS)
            annotations.append(
                {
                    "id": len(annotations) + 1,
                    "image_id": key,
                    "category_id": label + 1,
                    "bbox": [x1, y1, *sides],
                    "area": round(sides[0] * sides[1], _DIGITS),
                    "iscrowd": 0,
                }
            )
    lines = [f"{name}\t{'' if category is None else category.full}\n" for name, category in labels.items()]
    (folder / LABELS_FILE).write_text("".join(lines), encoding="utf-8")
    data = {
        "info": dict(info),
        "images": images,
        "annotations": annotations,
        "categories": [{"id": i, "name": name} for i, name in enumerate(labels, 1)],
    }
    aside = folder / (COCO_FILES[0] + ".new")
    aside.write_text(json.dumps(data, ensure_ascii=False), encoding="utf-8")
    aside.replace(folder / COCO_FILES[0])
