"""Files that say what photos show."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from shopthelook.evaluation.labelled import LabelledObject, LabelsError, read_labels
from shopthelook.geometry import Box
from shopthelook.taxonomy import Taxonomy

TAXONOMY = Taxonomy.builtin()
CHAIRS, SOFAS = TAXONOMY.get("Furniture > Chairs"), TAXONOMY.get("Furniture > Sofas")
BOX = [0.1, 0.2, 0.5, 1.0]


def written(folder: Path, name: str, text: str) -> Path:
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return path


def expected(folder: Path) -> tuple[LabelledObject, ...]:
    return (
        LabelledObject(folder / "a.jpg", Box.of(BOX), CHAIRS, "chair-1"),
        LabelledObject(folder / "rooms" / "b.jpg", Box.of([0, 0, 1, 1]), SOFAS, None),
    )


def test_a_csv(tmp_path: Path) -> None:
    text = (
        "\ufeffphoto,x1,y1,x2,y2,category,product_id,note\n"
        "a.jpg,0.1,0.2,0.5,1,Furniture > Chairs,chair-1,mine\nrooms/b.jpg,0,0,1,1,460,,\n"
    )
    labels = read_labels(written(tmp_path, "labels.csv", text), TAXONOMY)
    assert labels.objects == expected(tmp_path)
    assert labels.problems == ()
    without = "photo,x1,y1,x2,y2,category\na.jpg,0.1,0.2,0.5,1,Chairs\n"
    (one,) = read_labels(written(tmp_path, "labels.csv", without), TAXONOMY).objects
    assert (one.category, one.product_id) == (CHAIRS, None)


def test_json_lines(tmp_path: Path) -> None:
    entries = [
        {"photo": "a.jpg", "box": BOX, "category": "Chairs", "product_id": "chair-1"},
        {"photo": "rooms/b.jpg", "box": [0, 0, 1, 1], "category": 460},
    ]
    text = "\n\n".join(json.dumps(entry) for entry in entries)
    assert read_labels(written(tmp_path, "labels.jsonl", text), TAXONOMY).objects == expected(tmp_path)


def test_rooms(tmp_path: Path) -> None:
    rooms = {
        "scenes": [
            {
                "scene": "a.jpg",
                "objects": [{"box": BOX, "category": "Furniture > Chairs", "product_id": "chair-1"}],
            },
            {"scene": "empty.jpg", "objects": []},
            {"scene": "rooms/b.jpg", "objects": [{"box": [0, 0, 1, 1], "category": "Sofas"}]},
        ]
    }
    labels = read_labels(written(tmp_path, "rooms.json", json.dumps(rooms)), TAXONOMY)
    assert labels.objects == expected(tmp_path)


BAD_LINES = (
    ('{"box": [0, 0, 1, 1], "category": "Sofas"}', "photo is missing"),
    ('{"photo": "a.jpg", "category": "Sofas"}', "box is missing"),
    ('{"photo": "a.jpg", "box": [0, 0, 1], "category": "Sofas"}', "four numbers"),
    ('{"photo": "a.jpg", "box": [10, 0, 200, 300], "category": "Sofas"}', "x1 of a box must be a fraction"),
    ('{"photo": "a.jpg", "box": [0, 0, 1, "x"], "category": "Sofas"}', "y2 of a box must be a number"),
    ('{"photo": "a.jpg", "box": [0, 0, 1, 1], "category": ""}', "category is missing"),
    ('{"photo": "a.jpg", "box": [0, 0, 1, 1], "category": true}', "category is missing"),
    ('{"photo": "a.jpg", "box": [0, 0, 1, 1], "category": "Sofaz"}', "near it: Furniture > Sofas"),
    ("[]", "an entry is an object"),
    ("{", "not JSON"),
)


@pytest.mark.parametrize(("line", "problem"), BAD_LINES)
def test_a_bad_entry_is_told_of_and_the_rest_is_read(tmp_path: Path, line: str, problem: str) -> None:
    good = json.dumps({"photo": "a.jpg", "box": BOX, "category": "Chairs"})
    labels = read_labels(written(tmp_path, "labels.jsonl", f"{good}\n{line}\n{good}\n"), TAXONOMY)
    assert len(labels.objects) == 2
    (told,) = labels.problems
    assert told.startswith("labels.jsonl, line 2: ")
    assert problem in told


def test_a_short_row_of_a_csv_is_a_problem_of_its_own(tmp_path: Path) -> None:
    text = "photo,x1,y1,x2,y2,category\na.jpg,0.1\na.jpg,0.1,0.2,0.5,1,Chairs\n"
    labels = read_labels(written(tmp_path, "labels.csv", text), TAXONOMY)
    assert len(labels.objects) == 1
    assert labels.problems == ("labels.csv, line 2: category is missing",)


BAD_FILES = (
    ("labels.txt", "", r"end in \.csv, \.jsonl, \.json"),
    ("labels.csv", "photo,x1,category\n", "lacks the columns y1, x2, y2"),
    ("labels.csv", "photo,x1,y1,x2,y2,category\n", "holds no object"),
    (
        "labels.csv",
        "photo,x1,y1,x2,y2,category\na.jpg,0,0,2,1,Sofas\n",
        "no object .*; labels.csv, line 2: x2",
    ),
    ("labels.jsonl", "", "holds no object"),
    ("labels.json", "{", "cannot read the labels"),
    ("labels.json", "[]", "is {"),
    ("labels.json", '{"scenes": [{"scene": "a.jpg"}]}', "scene 1 is not"),
    ("labels.json", '{"scenes": [{"scene": "a.jpg", "objects": [7]}]}', "scene 1, object 1: box is missing"),
)


@pytest.mark.parametrize(("name", "text", "problem"), BAD_FILES)
def test_a_file_without_an_object_is_refused(tmp_path: Path, name: str, text: str, problem: str) -> None:
    with pytest.raises(LabelsError, match=problem):
        read_labels(written(tmp_path, name, text), TAXONOMY)


def test_a_file_that_cannot_be_read(tmp_path: Path) -> None:
    with pytest.raises(LabelsError, match=r"cannot read the labels .*nowhere\.csv"):
        read_labels(tmp_path / "nowhere.csv", TAXONOMY)
    (tmp_path / "labels.csv").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(LabelsError, match="cannot read the labels"):
        read_labels(tmp_path / "labels.csv", TAXONOMY)
