"""Feeds in a folder: a CSV and pictures that the tiny models can tell apart."""

from __future__ import annotations

import csv
import io
from pathlib import Path

import numpy as np
from PIL import Image

from tests.fixtures.tiny_bundles import COLORS

RED, GREEN, BLUE = 0, 1, 2


def png(color: int = RED, seed: int = 0, size: int = 64) -> bytes:
    """A product on white: a coloured block with a pattern of its own."""
    rng = np.random.default_rng(seed)
    picture = np.full((size, size, 3), 255, np.uint8)
    inside = size - 16
    block = np.broadcast_to(np.array(COLORS[color], np.uint8), (8, 8, 3)).astype(np.int16)
    block = np.clip(block + rng.integers(-90, 90, (8, 8, 1)), 0, 235).astype(np.uint8)
    picture[8:-8, 8:-8] = np.asarray(
        Image.fromarray(block).resize((inside, inside), Image.Resampling.NEAREST)
    )
    file = io.BytesIO()
    Image.fromarray(picture).save(file, "PNG")
    return file.getvalue()


class Feed:
    """A folder with `products.csv` and pictures."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        folder.mkdir(parents=True, exist_ok=True)
        self.rows: list[dict[str, str]] = []

    @property
    def path(self) -> Path:
        return self.folder / "products.csv"

    def add(self, key: str, color: int = RED, seed: int | None = None, **fields: str) -> dict[str, str]:
        """Add a row with a picture of its own; `write` puts the CSV on disk."""
        row = {
            "id": key,
            "title": f"Product {key}",
            "image_link": f"{key}.png",
            "price": "10.00 EUR",
        } | fields
        if seed is None:
            seed = sum(map(ord, key)) + 1000 * len(self.rows)
        if "image_link" not in fields:
            (self.folder / f"{key}.png").write_bytes(png(color, seed))
        self.rows.append(row)
        return row

    def fill(self, n: int) -> Feed:
        for number in range(n):
            self.add(f"p{number:04}", color=number % 3, seed=number)
        return self.write()

    def write(self) -> Feed:
        names = list(dict.fromkeys(name for row in self.rows for name in row))
        with self.path.open("w", newline="", encoding="utf-8") as file:
            writer = csv.DictWriter(file, names, restval="")
            writer.writeheader()
            writer.writerows(self.rows)
        return self
