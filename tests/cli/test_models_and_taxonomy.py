"""models and taxonomy."""

from __future__ import annotations

import shutil
from pathlib import Path

from shopthelook import Shop
from tests.cli.conftest import Run
from tests.pipeline.web import Web

OWN = "436 - Furniture\n443 - Furniture > Chairs\n460 - Furniture > Sofas\n6392 - Furniture > Tables\n"


def test_models_of_a_shop(run: Run, tiny_embedder: Path) -> None:
    used = [one["id"] for one in run("models", "list", "--json").objects if one["used"]]
    assert used == ["tiny-detector@1", "tiny-embedder@1"]
    assert "tiny-embedder@1" in run("models", "list").out
    (card,) = run("models", "show", tiny_embedder, "--json").objects
    assert card["bits"] == 64
    assert '"bits": 64' in run("models", "show", tiny_embedder).out
    assert run("models", "show", "nobody").status == 1


def test_verify(run: Run, tiny_embedder: Path, tmp_path: Path) -> None:
    assert run("models", "verify", tiny_embedder).out == "tiny-embedder@1: good\n"
    broken = tmp_path / "broken"
    shutil.copytree(tiny_embedder, broken)
    with (broken / "model.onnx").open("ab") as file:
        file.write(b"more")
    answer = run("models", "verify", broken, "--json")
    assert answer.status == 1
    assert answer.objects[0]["problems"]


def test_models_need_no_shop(bare: Run, tiny_embedder: Path) -> None:
    assert bare("models", "list").status == 0
    assert bare("models", "verify", tiny_embedder).status == 0


def test_find_and_show(bare: Run) -> None:
    assert bare("taxonomy", "find", "chairs", "--json").objects[0] == {
        "id": 443,
        "path": "Furniture > Chairs",
    }
    assert "Furniture > Chairs" in bare("taxonomy", "find", "chairs").out
    nothing = bare("taxonomy", "find", "xyzzy")
    assert (nothing.status, nothing.out) == (0, "")
    (shown,) = bare("taxonomy", "show", "443", "--json").objects
    assert shown["coarse"] == {"id": 443, "path": "Furniture > Chairs"}
    assert shown["ancestors"] == [{"id": 436, "path": "Furniture"}]
    assert len(shown["children"]) > 3
    assert bare("taxonomy", "show", "Chars").status == 1


def test_load(run: Run, shop: Shop, tmp_path: Path, web: Web) -> None:
    (tmp_path / "own.txt").write_text(OWN)
    assert run("taxonomy", "load", tmp_path / "own.txt", "--json").objects == [{"categories": 4}]
    assert run("taxonomy", "show", "Benches").status == 1
    web.files["/list.txt"] = (OWN + "441 - Furniture > Benches\n").encode()
    assert run("taxonomy", "load", f"{web.address}/list.txt").status == 1
    assert run("taxonomy", "load", f"{web.address}/list.txt", "--allow-private").status == 0
    assert run("taxonomy", "show", "Benches").status == 0
    assert run("taxonomy", "load", tmp_path / "nowhere.txt").status == 1
