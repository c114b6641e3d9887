"""Data sets of painted rectangles that the tiny detector finds, with truth that agrees with the paint or does not."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

from PIL import Image

from shopthelook.datasets.splits import Split, split_of
from tests.fixtures.tiny_bundles import scene

NAMES = ("chair", "sofa", "table")
PATHS = ("Furniture > Chairs", "Furniture > Sofas", "Furniture > Tables")
Rectangle = tuple[int, int, int, int, int]


@dataclass(frozen=True)
class Painted:
    """A picture: what is painted on it and what the data set says, each as (label, x1, y1, x2, y2)."""

    paint: tuple[Rectangle, ...]
    truth: tuple[Rectangle, ...]
    guessed: bool = False


def write(
    folder: Path,
    pictures: list[Painted],
    split: Split = "val",
    kind: str = "scenes",
    size: tuple[int, int] = (320, 240),
) -> Path:
    """Write a data set whose pictures are all of one split: a corner is tinted until the hash says so."""
    (folder / "images").mkdir(parents=True)
    images, annotations = [], []
    for i, one in enumerate(pictures):
        path = folder / "images" / f"{i:03}.png"
        pixels = scene(*size, *one.paint)
        for tint in range(1000):
            pixels[-1, -1] = (235, 230 + i % 20, 200 + tint % 50)
            pixels[-1, -2] = (235, 235, 200 + tint // 50)
            Image.fromarray(pixels).save(path)
            if split_of(path.read_bytes()) == split:
                break
        images.append({"id": i, "file_name": f"images/{i:03}.png", "width": size[0], "height": size[1]})
        for label, x1, y1, x2, y2 in one.truth:
            annotations.append(
                {
                    "id": len(annotations),
                    "image_id": i,
                    "category_id": label,
                    "bbox": [x1, y1, x2 - x1, y2 - y1],
                    "guessed": one.guessed,
                }
            )
    data = {
        "info": {"kind": kind, "license": "made"},
        "images": images,
        "annotations": annotations,
        "categories": [{"id": i, "name": name} for i, name in enumerate(NAMES)],
    }
    (folder / "annotations.json").write_text(json.dumps(data))
    lines = (f"{name}\t{path}\n" for name, path in zip(NAMES, PATHS, strict=True))
    (folder / "labels.tsv").write_text("".join(lines))
    return folder


CHAIR: Rectangle = (0, 20, 20, 110, 120)
ELSEWHERE: Rectangle = (0, 20, 140, 110, 230)
AS_SOFA: Rectangle = (1, 20, 20, 110, 120)
TABLE: Rectangle = (2, 160, 60, 290, 220)
PAINTED_TABLE: tuple[Rectangle, Rectangle] = ((2, 160, 60, 290, 140), (2, 160, 60, 240, 220))
"""Fills 81% of its box, which is what the tiny detector gives as the score."""


def rooms(folder: Path, n: int = 8, split: Split = "val") -> Path:
    """n pictures of each of four sorts: right; the chair elsewhere than said; a sofa for a chair; the table unsaid."""
    sorts = [
        Painted((CHAIR, *PAINTED_TABLE), (CHAIR, TABLE)),
        Painted((CHAIR,), (ELSEWHERE,)),
        Painted((AS_SOFA,), (CHAIR,)),
        Painted((CHAIR, *PAINTED_TABLE), (CHAIR,)),
    ]
    return write(folder, [sorts[i % 4] for i in range(4 * n)], split)
