"""Cleaning a data set on the command line: folds, suspects, answers, merged."""

from __future__ import annotations

import json
from pathlib import Path

from click.testing import CliRunner

from shopthelook.cli.main import main
from shopthelook.detection.datasets import open_data
from tests.detection import conftest as miniature

coco = miniature.coco


def run(*arguments: str | Path) -> tuple[int, str, str]:
    result = CliRunner().invoke(main, [str(one) for one in arguments])
    return result.exit_code, result.stdout, result.stderr


def test_from_suspects_to_a_cleaned_data_set(coco: Path, tmp_path: Path, tiny_detector: Path) -> None:
    file = coco / "boxes_coco.json"
    data = json.loads(file.read_text())
    data["info"] = {"label_map": "coco"}
    # The tiny detector calls blue a table.
    data["categories"][1]["name"] = "dining table"
    # Picture 1 has a red rectangle, which the tiny detector calls a chair; picture 2 loses its box.
    data["annotations"][1]["category_id"] = 2
    del data["annotations"][2]
    file.write_text(json.dumps(data))

    listed = tmp_path / "suspects.jsonl"
    command = ("dataset", "suspects", coco, "--out", listed, "--json")
    code, out, err = run(*command, "--bundle", tiny_detector, "--bundle", tiny_detector)
    assert code == 0, err
    assert json.loads(out)["suspects"] == {"label": 1, "missing": 1}
    lines = [json.loads(line) for line in listed.read_text().splitlines()]
    assert {(line["picture"], line["kind"], line["suggested"]) for line in lines} == {
        ("images/1.png", "label", "chair"),
        ("images/2.png", "missing", "chair"),
    }
    first = listed.read_bytes()
    code, _, err = run(*command, "--predictions", f"{listed}.predictions")
    assert (code, listed.read_bytes()) == (0, first), err

    answers = tmp_path / "answers.jsonl"
    told = [line | {"answer": {"labeler": "ann", "action": line["action"]}} for line in lines]
    answers.write_text("\n".join(map(json.dumps, told)))
    code, out, err = run("dataset", "merge", coco, answers, "--out", tmp_path / "clean", "--json")
    assert code == 0, err
    assert json.loads(out)["changes"] == {"relabel": 1, "add": 1}
    code, out, err = run(
        "dataset", "suspects", tmp_path / "clean", "--out", listed, "--bundle", tiny_detector
    )
    assert code == 0, err
    assert listed.read_text() == ""


def test_a_fold_is_left_out(coco: Path, tmp_path: Path) -> None:
    file = coco / "boxes_coco.json"
    file.write_text(json.dumps(json.loads(file.read_text()) | {"info": {"label_map": "coco"}}))
    code, out, err = run("dataset", "fold", coco, "--fold", "1/2", "--out", tmp_path / "part", "--json")
    assert code == 0, err
    assert json.loads(out)["pictures"] == len(open_data(tmp_path / "part").pictures) < 12
    for wrong in ("2/2", "0/1", "1", "a/b"):
        code, _, err = run("dataset", "fold", coco, "--fold", wrong, "--out", tmp_path / "no")
        assert code == 2
        assert "I/K with I from 0 to K - 1 is needed" in err
