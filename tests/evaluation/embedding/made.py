"""Small data sets of views, painted so that the tiny models know what they show."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from PIL import Image

from shopthelook.embedding.views import Row, ViewSet, open_views, write_views
from tests.fixtures.tiny_bundles import COLORS, scene

CHAIRS, SOFAS, TABLES = ("Furniture > Chairs", "Furniture > Sofas", "Furniture > Tables")
PATHS = (CHAIRS, SOFAS, TABLES)


def patch(kind: int, seed: int, size: int = 60) -> np.ndarray:
    """A thing: a square of its kind's colour with dark stripes that no other seed has."""
    rng = np.random.default_rng(seed)
    picture = np.full((size, size, 3), COLORS[kind], np.uint8)
    for start in rng.choice(size - 12, 3, replace=False) + 4:
        picture[start : start + 5, 6 : size - 6] = (picture[0, 0] * 0.55).astype(np.uint8)
    return picture


def rooms(folder: Path, things: int = 9) -> ViewSet:
    """A product picture of each thing, and a room that shows it; every third room has an empty box beside it.

    The tiny detector finds the thing, and nothing where the empty box is.
    """
    (folder / "images").mkdir(parents=True)
    rows = []
    for i in range(things):
        kind = i % 3
        thing = patch(kind, i)
        Image.fromarray(np.pad(thing, ((20, 20), (20, 20), (0, 0)), constant_values=255)).save(
            folder / "images" / f"product-{i}.png"
        )
        room = scene(320, 240)
        room[40:100, 50:110] = thing
        Image.fromarray(room).save(folder / "images" / f"room-{i}.png")
        labels = {"color": ("red", "green", "blue")[kind]}
        rows.append(
            Row(f"images/product-{i}.png", "product", f"thing-{i}", PATHS[kind], main=True, labels=labels)
        )
        rows.append(
            Row(f"images/room-{i}.png", "scene", f"thing-{i}", PATHS[kind], (50, 40, 110, 100), labels=labels)
        )
        if kind == 0:
            rows.append(Row(f"images/room-{i}.png", "scene", f"thing-{i}", PATHS[kind], (200, 140, 300, 230)))
    write_views(folder, rows, "painted", "CC0")
    return open_views(folder)


def others(folder: Path, n: int = 12) -> ViewSet:
    """Products of no known instance."""
    (folder / "images").mkdir(parents=True)
    rows = []
    for i in range(n):
        Image.fromarray(patch(i % 3, 1000 + i)).save(folder / "images" / f"{i}.png")
        rows.append(Row(f"images/{i}.png", "product", category=PATHS[i % 3], group=f"other-{i}"))
    write_views(folder, rows, "painted", "CC0")
    return open_views(folder)
