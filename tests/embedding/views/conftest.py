from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from shopthelook.embedding.views import Row, write_views


def picture(
    path: Path, size: tuple[int, int] = (60, 40), colour: tuple[int, int, int] = (200, 30, 30)
) -> None:
    """A picture with a colour in its middle half, and white around it."""
    pixels = np.full((size[1], size[0], 3), 255, np.uint8)
    pixels[size[1] // 4 : size[1] * 3 // 4, size[0] // 4 : size[0] * 3 // 4] = colour
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.fromarray(pixels).save(path)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Two views of a shirt, one of a chair of nobody knows which kind, and a mask."""
    home = tmp_path / "small"
    picture(home / "images" / "street.png")
    picture(home / "images" / "shop.png", (50, 50))
    picture(home / "images" / "chair.png", (40, 40), (20, 20, 200))
    mask = np.zeros((40, 60), np.uint8)
    mask[12:22, 20:40] = 7
    Image.fromarray(mask).save(home / "mask.png")
    rows = [
        Row(
            "images/street.png", "scene", "shirt", "Shirts & Tops", (15, 10, 45, 30), labels={"color": "Red"}
        ),
        Row("images/street.png", "product", "shirt", "212", (15, 10, 45, 30), mask="mask.png#7"),
        Row(
            "images/shop.png",
            "product",
            "shirt",
            "212",
            main=True,
            labels={"color": "Red", "gender": "Women"},
        ),
        Row("images/chair.png", "product", category="Furniture > Chairs > Kitchen & Dining Room Chairs"),
    ]
    write_views(home, rows, "made for a test", "CC0")
    return home
