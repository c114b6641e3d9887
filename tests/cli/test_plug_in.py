"""A detector of another library, from its folder to objects in a photo."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from shopthelook.cli.main import main
from tests.detection import conftest as miniature
from tests.detection.exporting.small import save_small
from tests.fixtures.tiny_bundles import make_tiny_embedder

coco = miniature.coco
ROOM = sorted((Path(__file__).parents[2] / "demo" / "scenes").glob("*.webp"))[0]


def run(*arguments: str | Path) -> tuple[int, str, str]:
    result = CliRunner().invoke(main, [str(one) for one in arguments])
    return result.exit_code, result.stdout, result.stderr


def test_a_model_of_transformers_decomposes_photos(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")
    source, bundle = save_small(tmp_path, "rt_detr"), tmp_path / "plugged"
    labels = tmp_path / "labels.tsv"
    labels.write_text("chair\tFurniture > Chairs\ncouch\t460\nperson\t\n")
    code, out, err = run(
        *("models", "from-transformers", source, bundle, "--labels", labels, "--json"),
        *("--licence", "Apache-2.0", "--data", "COCO 2017=CC BY 4.0", "--threshold", "0.2"),
    )
    assert code == 0, err
    assert json.loads(out)["labels"] == ["chair", "couch"]
    assert run("models", "verify", bundle)[:2] == (0, "rt_detr@1: good\n")

    shop = tmp_path / "shop"
    assert run("init", shop)[0] == 0
    embedder = make_tiny_embedder(tmp_path)
    settings = (shop / "shop.toml").read_text()
    for kind, folder in (("detector", bundle), ("embedder", embedder)):
        settings = settings.replace(f'{kind} = "{kind}-lite"', f'{kind} = "{folder}"')
    (shop / "shop.toml").write_text(settings)
    code, out, err = run("decompose", ROOM, "--shop", shop, "--json")
    assert code == 0, err
    found = json.loads(out)["objects"]
    assert found
    assert {one["category"] for one in found} <= {"Furniture > Chairs", "Furniture > Sofas"}


def test_a_model_of_transformers_is_measured_as_any_other(
    coco: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")
    file = coco / "boxes_coco.json"
    file.write_text(json.dumps(json.loads(file.read_text()) | {"info": {"label_map": "coco"}}))
    source, bundle = save_small(tmp_path, "rt_detr"), tmp_path / "plugged"
    make = ("models", "from-transformers", source, bundle, "--label-map", "coco", "--licence", "Apache-2.0")
    code, _, err = run(*make)
    assert code == 0, err
    code, out, err = run("eval", "detection", bundle, coco, "--split", "all", "--latency", "1", "--json")
    assert code == 0, err
    assert "rt_detr@1" in out


def test_misuse_is_told_before_anything_is_read(tmp_path: Path) -> None:
    start = ("models", "from-transformers", "nowhere", tmp_path / "out", "--licence", "x")
    code, _, err = run(*start)
    assert code == 2
    assert "--labels FILE or --label-map NAME" in err
    code, _, err = run(*start, "--label-map", "coco", "--data", "COCO")
    assert code == 2
    assert "NAME=LICENCE is needed, not 'COCO'" in err
