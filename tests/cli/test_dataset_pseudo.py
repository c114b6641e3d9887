"""From photos with tags to boxes to learn from, on the command line."""

from __future__ import annotations

import json
from pathlib import Path

from PIL import Image

from shopthelook.detection.datasets import open_data
from tests.cli.conftest import Run, bare
from tests.fixtures.tiny_bundles import scene

__all__ = ["bare"]


def test_from_tags_to_boxes(bare: Run, tmp_path: Path, tiny_detector: Path) -> None:
    source = tmp_path / "photos"
    (source / "images").mkdir(parents=True)
    for i in range(12):
        Image.fromarray(scene(320, 240, (i % 2, 20 + i, 30, 120, 200))).save(source / f"images/{i}.png")
    tags = {f"images/{i}.png": ["seat"] if i % 2 == 0 else ["couch"] for i in range(12)}
    (source / "tags.json").write_text(json.dumps(tags))
    (tmp_path / "labels.tsv").write_text("seat\tFurniture > Chairs\ncouch\tFurniture > Sofas\n")
    answer = bare(
        "dataset", "import", "tagged", source, tmp_path / "set", "--labels", tmp_path / "labels.tsv", "--json"
    )
    assert (answer.status, answer.objects[0]["pictures"], answer.objects[0]["boxes"]) == (0, 12, 0)

    answer = bare("dataset", "pseudo-label", tiny_detector, tmp_path / "set", tmp_path / "out", "--json")
    train = [one for one in open_data(tmp_path / "set").pictures if one.split() == "train"]
    (told,) = answer.objects
    assert (answer.status, told["pictures"], told["looked_at"]) == (0, 12, len(train))
    assert (told["with_boxes"], sum(told["boxes"].values())) == (len(train), len(train))
    assert told["bundle"] == "tiny-detector@1"
    assert sum(len(one.boxes) for one in open_data(tmp_path / "out").pictures) == len(train)
    assert bare("dataset", "check", tmp_path / "out").status == 0

    answer = bare("dataset", "pseudo-label", tiny_detector, tmp_path / "set", tmp_path / "out")
    assert (answer.status, "exists already" in answer.errors) == (1, True)
    answer = bare(
        "dataset", "pseudo-label", tiny_detector, tmp_path / "set", tmp_path / "b", "--no-flip", "--all"
    )
    assert (answer.status, f"found {len(train)} boxes in {len(train)} of" in answer.out) == (0, True)
    answer = bare("dataset", "pseudo-label", tiny_detector, tmp_path / "set", tmp_path / "c", "--sure", "0.2")
    assert (answer.status, "below --least-score 0.35" in answer.errors) == (2, True)
