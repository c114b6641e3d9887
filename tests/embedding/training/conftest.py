"""A little world to train on."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageDraw

from shopthelook.embedding.views import Row, write_views

pytest.importorskip("torch", reason="training needs the extra [train]")


@pytest.fixture(autouse=True, scope="session")
def one_thread() -> None:
    """Pictures this small gain nothing from threads, and threads that wait for each other cost much."""
    import torch

    torch.set_num_threads(1)


COLOURS = {"Red": (220, 30, 30), "Green": (30, 180, 40), "Blue": (40, 60, 220)}
THINGS = 60


@pytest.fixture(scope="session")
def things(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data set of views: coloured chairs (with a hole) and sofas, each alone on white and twice in a scene.

    Red things are of men's fashion, blue ones of women's, and nobody knows of green ones. The last thing is mauve.
    """
    folder = tmp_path_factory.mktemp("data") / "things"
    (folder / "pictures").mkdir(parents=True)
    rng = np.random.default_rng(5)
    rows = []
    for number in range(THINGS):
        name, colour = [*COLOURS.items()][number % 3] if number + 1 < THINGS else ("Mauve", (200, 150, 220))
        labels = {"color": name} | (
            {"gender": "male" if name == "Red" else "female"} if name != "Green" else {}
        )
        category = ("443", "460")[number % 2]
        shape = rng.integers(12, 34, 2)
        for look in range(3):
            ground = (255, 255, 255) if look == 0 else tuple(int(one) for one in rng.integers(90, 200, 3))
            canvas = Image.new("RGB", (60, 50), ground)
            pen = ImageDraw.Draw(canvas)
            box = (8, 6, 8 + int(shape[0]), 6 + int(shape[1]))
            pen.rectangle(box, fill=colour)
            if number % 2 == 0:
                pen.ellipse((box[0] + 3, box[1] + 3, box[2] - 3, box[3] - 3), fill=ground)
            canvas.save(folder / f"pictures/{number}-{look}.png")
            rows.append(
                Row(
                    f"pictures/{number}-{look}.png",
                    "scene" if look else "product",
                    f"thing-{number}",
                    category,
                    tuple(map(float, box)) if look else None,  # type: ignore[arg-type]
                    look == 0,
                    labels=labels,
                )
            )
    write_views(folder, rows, licence="CC0")
    return folder
