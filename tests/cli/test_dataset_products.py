"""The single-product data set from a real shop, on the command line."""

from __future__ import annotations

import json
from pathlib import Path

from click.testing import CliRunner

from shopthelook import Shop
from shopthelook.cli.main import main
from shopthelook.detection.datasets import open_data
from tests.fixtures.tiny_shop import write_feed


def scenes(folder: Path, chairs: int, sofas: int) -> Path:
    """A data set of scenes with so many boxes; building products opens none of its pictures."""
    folder.mkdir()
    boxes = [{"id": i, "image_id": 1, "category_id": 1 if i < chairs else 2} for i in range(chairs + sofas)]
    data = {
        "images": [{"id": 1, "file_name": "room.jpg", "width": 100, "height": 100}],
        "annotations": [box | {"bbox": [0, 0, 10, 10]} for box in boxes],
        "categories": [{"id": 1, "name": "chair"}, {"id": 2, "name": "couch"}],
    }
    (folder / "annotations.json").write_text(json.dumps(data | {"info": {"label_map": "coco"}}))
    return folder


def test_a_shop_becomes_a_data_set(tmp_path: Path, tiny_detector: Path, tiny_embedder: Path) -> None:
    folder = tmp_path / "shop"
    with Shop.create(folder, detector=str(tiny_detector), embedder=str(tiny_embedder), threads=1) as shop:
        shop.import_products(write_feed(tmp_path / "feed"))
    data = scenes(tmp_path / "scenes", chairs=7, sofas=5)
    command = ["dataset", "single-product", "--shop", folder, "--scenes", data, "--out"]
    result = CliRunner().invoke(
        main, [str(one) for one in [*command, tmp_path / "out", "--complete", "--json"]]
    )
    assert result.exit_code == 0, result.stderr
    told = json.loads(result.stdout)
    assert told["kept"] == {"Chairs": 7, "Sofas": 5}
    assert told["left_out"] == {
        "there are enough of its category": 68,
        "a category that the scenes have no box of": 40,
    }
    made = open_data(tmp_path / "out")
    assert (made.kind, len(made.pictures), set(made.names)) == ("products", 12, {"chair", "couch"})
    assert made.complete
    again = CliRunner().invoke(main, [str(one) for one in [*command, tmp_path / "out"]])
    assert again.exit_code == 1
    assert "exists already" in again.stderr

    # A painted product fills 57% of its picture: too little for the paper's words.
    strict = CliRunner().invoke(
        main, [str(one) for one in [*command, tmp_path / "strict", "--cover", "picture"]]
    )
    assert strict.exit_code == 1
    assert "the largest box covers too little: 80" in strict.stderr
