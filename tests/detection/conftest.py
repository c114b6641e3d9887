"""A miniature data set in both of its forms: COCO boxes and rendered rooms."""

import json
from pathlib import Path

import pytest
from PIL import Image, ImageDraw


def draw(path: Path, box: tuple[int, int, int, int], size: tuple[int, int], colour: str) -> None:
    picture = Image.new("RGB", size, "white")
    ImageDraw.Draw(picture).rectangle(box, fill=colour)
    path.parent.mkdir(parents=True, exist_ok=True)
    picture.save(path)


@pytest.fixture
def coco(tmp_path: Path) -> Path:
    """Twelve photos; red boxes are chairs, blue ones couches; one label has no category."""
    folder = tmp_path / "photos"
    images, annotations = [], []
    for i in range(12):
        size = (160, 120) if i % 2 else (120, 160)
        box = (10 + i, 20 + i, 70 + i, 80 + 2 * i)
        draw(folder / f"images/{i}.png", box, size, "red" if i % 3 else "blue")
        images.append({"id": i, "file_name": f"images/{i}.png", "width": size[0], "height": size[1]})
        x, y, x2, y2 = box
        annotations.append(
            {"id": i, "image_id": i, "category_id": 1 if i % 3 else 2, "bbox": [x, y, x2 - x, y2 - y]}
        )
    annotations.append({"id": 99, "image_id": 0, "category_id": 3, "bbox": [0, 0, 9, 9]})
    categories = [{"id": 1, "name": "chair"}, {"id": 2, "name": "couch"}, {"id": 3, "name": "giraffe"}]
    data = {"images": images, "annotations": annotations, "categories": categories}
    (folder / "boxes_coco.json").write_text(json.dumps(data))
    return folder


@pytest.fixture
def rooms(tmp_path: Path) -> Path:
    folder = tmp_path / "rooms"
    scenes = []
    for i in range(6):
        draw(folder / f"{i}.png", (20, 30, 60 + i, 90), (200, 100), "green")
        thing = {"box": [0.1, 0.3, (60 + i) / 200, 0.9], "category": "Furniture > Sofas", "product_id": "s"}
        odd = {"box": [0, 0, 0.1, 0.1], "category": "Home & Garden > Pool & Spa", "product_id": "p"}
        scenes.append({"scene": f"{i}.png", "width": 200, "height": 100, "objects": [thing, odd]})
    (folder / "rooms.json").write_text(json.dumps({"scenes": scenes}))
    return folder
