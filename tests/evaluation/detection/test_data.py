"""Which pictures and which classes are measured."""

import json
from pathlib import Path

import numpy as np
import pytest

from shopthelook.detection.datasets import DataError, LabelSpace
from shopthelook.evaluation.detection import LabelledBoxes, UnknownClass, find_classes, open_measured
from shopthelook.evaluation.detection.data import coarse_names
from tests.evaluation.detection.painted import CHAIR, TABLE, Painted, write

CHAIRS, SOFAS, TABLES, BAGS = (
    coarse_names().index(name) for name in ("Chairs", "Sofas", "Tables", "Handbags, Wallets & Cases")
)


@pytest.mark.parametrize(
    ("texts", "expected"),
    [
        (["Chairs"], (CHAIRS,)),
        (["chairs,sofas"], (CHAIRS, SOFAS)),
        (["Sofas , Chairs", "Tables"], (SOFAS, CHAIRS, TABLES)),
        (["Handbags, Wallets & Cases"], (BAGS,)),
        (["Chairs,Handbags,  Wallets & Cases,Sofas"], (CHAIRS, BAGS, SOFAS)),
        (["Chairs", "Chairs, Chairs"], (CHAIRS,)),
    ],
)
def test_classes_by_their_names(texts: list[str], expected: tuple[int, ...]) -> None:
    assert find_classes(texts) == expected


@pytest.mark.parametrize(
    ("texts", "message"),
    [
        (["Chiars"], "no class is called 'Chiars'; did you mean 'Chairs'"),
        (["Chairs, Handbags"], "no class is called 'Handbags'; did you mean 'Handbags, Wallets & Cases'"),
        (["Chairs,"], "no class is called ''; there are: Dresses; "),
        (["Airship"], "there are: .*Chairs; "),
    ],
)
def test_classes_that_there_are_not(texts: list[str], message: str) -> None:
    with pytest.raises(UnknownClass, match=message):
        find_classes(texts)


def test_all_that_is_labelled_is_measured(rooms: Path) -> None:
    data = open_measured(rooms, "val")
    assert (data.name, data.kind, data.split, len(data.pictures)) == ("rooms", "scenes", "val", 32)
    # 32 chairs and 8 tables are said; of sofas there is no true box.
    assert data.classes == (CHAIRS, TABLES)
    assert [label for label, known in enumerate(data.known) if known] == sorted((CHAIRS, TABLES))
    assert sum(len(one) for one in data.truth) == 40


def test_classes_can_be_fewer(rooms: Path) -> None:
    assert open_measured(rooms, "val", classes=[TABLES, SOFAS]).classes == (TABLES,)
    assert open_measured(rooms, "val", most_frequent=1).classes == (CHAIRS,)
    assert open_measured(rooms, "val", classes=[TABLES], most_frequent=1).classes == (TABLES,)
    data = open_measured(rooms, "val", classes=[TABLES])
    assert [len(one) for one in data.counting(data.truth)[:4]] == [1, 0, 0, 0]


def test_the_most_frequent_are_those_of_all_splits(tmp_path: Path) -> None:
    folder = write(tmp_path / "a", [Painted((), (CHAIR,))] * 6 + [Painted((), (TABLE, TABLE))] * 5, "train")
    rows = write(tmp_path / "b", [Painted((), (CHAIR, CHAIR, CHAIR, TABLE))] * 2, "val")
    # One data set with the pictures of both.
    one, two = (json.loads((f / "annotations.json").read_text()) for f in (folder, rows))
    for picture in two["images"]:
        picture["file_name"] = str(rows / picture["file_name"])
        picture["id"] += 100
    for box in two["annotations"]:
        box["image_id"] += 100
    one["images"] += two["images"]
    one["annotations"] += two["annotations"]
    (folder / "annotations.json").write_text(json.dumps(one))
    # 12 chairs and 12 tables in all; the first of equals is the first category. Here the chairs lead by far.
    assert open_measured(folder, "val").classes == (CHAIRS, TABLES)
    assert open_measured(folder, "train").classes == (TABLES, CHAIRS)
    assert open_measured(folder, "train", most_frequent=1).classes == (CHAIRS,)


def test_all_pictures_whatever_their_split(tmp_path: Path) -> None:
    folder = write(tmp_path / "both", [Painted((), (CHAIR,))] * 5, "train")
    assert len(open_measured(folder, "all").pictures) == len(open_measured(folder, "train").pictures) == 5


def test_what_cannot_be_measured(rooms: Path, tmp_path: Path) -> None:
    with pytest.raises(DataError, match="none of its 32 pictures is of the split 'test'"):
        open_measured(rooms, "test")
    with pytest.raises(DataError, match="the split 'val' has no box of Sofas"):
        open_measured(rooms, "val", classes=[SOFAS])
    with pytest.raises(DataError, match="no data set here"):
        open_measured(tmp_path, "val")


def test_coarse_names_follow_the_label_space() -> None:
    assert coarse_names() == [label.name for label in LabelSpace.coarse().labels]


def test_what_is_not_known_in_a_picture_is_left_aside(tmp_path: Path) -> None:
    folder = write(tmp_path / "a", [Painted((), (CHAIR, TABLE))] * 6, "val")
    file = folder / "annotations.json"
    whole = json.loads(file.read_text())
    for i, image in enumerate(whole["images"]):
        # Tables are known in half of the pictures, sofas in none; chairs have all their boxes.
        image |= {"neg_category_ids": [], "not_exhaustive_category_ids": [2] if i % 2 else []}
    file.write_text(json.dumps(whole))
    data = open_measured(folder, "val")
    assert data.classes == (CHAIRS, TABLES)
    assert [sorted(one.labels) for one in data.truth] == [sorted((CHAIRS, TABLES)), [CHAIRS]] * 3
    said = [
        LabelledBoxes(
            np.tile(np.float32([1, 2, 30, 40]), (3, 1)),
            np.array([CHAIRS, SOFAS, TABLES]),
            np.ones(3, np.float32),
        )
    ] * 6
    assert [one.labels.tolist() for one in data.counting(said)] == [[CHAIRS, TABLES], [CHAIRS]] * 3
