"""Cleaning pictures of which only some labels are known."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from shopthelook import geometry
from shopthelook.detection.datasets import DataSet, open_data
from shopthelook.detection.datasets.cleaning.answers import Answer
from shopthelook.detection.datasets.cleaning.finding import find_suspects
from shopthelook.detection.datasets.cleaning.folds import digest_of, write_without
from shopthelook.detection.datasets.cleaning.merging import merge
from shopthelook.detection.datasets.cleaning.predicting import Predicted
from shopthelook.detection.datasets.cleaning.suspect import Action, Suspect, corners
from shopthelook.taxonomy import Taxonomy

CHAIR, COUCH, GIRAFFE = 1, 2, 3
ELSEWHERE = (90.0, 90.0, 115.0, 118.0)  # where nothing has a box


def federated(coco: Path, **asked: list[int]) -> DataSet:
    """The miniature: chairs in 8 of 12 photos and couches in 4, and this said of each."""
    file = coco / "boxes_coco.json"
    whole = json.loads(file.read_text()) | {"info": {"label_map": "coco"}}
    for image in whole["images"]:
        image |= asked
    file.write_text(json.dumps(whole))
    return open_data(coco)


@pytest.mark.parametrize(
    ("asked", "missing"),
    [
        ({"neg_category_ids": []}, 8),  # those with a chair have all their chairs
        ({"neg_category_ids": [CHAIR]}, 12),
        ({"neg_category_ids": [], "not_exhaustive_category_ids": [CHAIR]}, 0),
        ({"not_exhaustive_category_ids": [CHAIR]}, 0),
        ({"not_exhaustive_category_ids": [COUCH]}, 12),
        ({}, 12),
    ],
)
def test_no_box_is_missing_of_what_is_not_known(coco: Path, asked: dict[str, Any], missing: int) -> None:
    data = federated(coco, **asked)
    chair = Predicted(
        geometry.as_boxes([ELSEWHERE]),
        np.float32([0.9]),
        ("Chairs",),
        (Taxonomy.builtin().get("Chairs").id,),
    )
    found = find_suspects(data, {digest_of(one): chair for one in data.pictures})
    assert sum(one.kind == "missing" for one in found) == missing


def answer(data: DataSet, row: int, action: Action, label: str | None = None) -> Answer:
    """An answer about the box of a photo, or about one that it lacks."""
    one, is_new = data.pictures[row], action == "add"
    suspect = Suspect(
        kind="missing" if is_new else "unfound",
        picture=f"images/{row}.png",
        sha256=digest_of(one).hex(),
        size=one.size,
        box=corners(ELSEWHERE if is_new else one.boxes[0].tolist()),
        label=None if is_new else data.names[one.labels[0]],
        action=action,
        suggested=label,
        score=0.9,
    )
    return Answer(suspect, "ann", action, label)


@pytest.mark.parametrize(
    ("before", "given", "after"),
    [
        # Row 1 has a chair, with a box for each.
        (([COUCH], []), ("keep", None), ([COUCH], [])),
        (([COUCH], []), ("remove", None), ([COUCH, CHAIR], [])),
        (([COUCH], [CHAIR]), ("remove", None), ([COUCH], [CHAIR])),
        (([COUCH], []), ("relabel", "couch"), ([CHAIR], [])),
        (([COUCH], []), ("add", "couch"), ([], [])),
        # Nobody had looked for other couches.
        (([], []), ("add", "couch"), ([], [COUCH])),
        (([GIRAFFE], []), ("add", "chair"), ([GIRAFFE], [])),
    ],
)
def test_merged_answers_change_what_is_known(
    coco: Path, tmp_path: Path, before: Any, given: tuple[Action, str | None], after: Any
) -> None:
    data = federated(coco, neg_category_ids=before[0], not_exhaustive_category_ids=before[1])
    merge(data, [answer(data, 1, *given)], tmp_path / "out")
    images = json.loads((tmp_path / "out/annotations.json").read_text())["images"]
    said = [(image["neg_category_ids"], image["not_exhaustive_category_ids"]) for image in images]
    assert said == [tuple(after) if row == 1 else before for row in range(12)]


def test_folds_and_merges_keep_what_is_said(coco: Path, tmp_path: Path) -> None:
    data = federated(coco, neg_category_ids=[GIRAFFE], not_exhaustive_category_ids=[COUCH])
    write_without(data, 0, 3, tmp_path / "fold")
    merge(data, [], tmp_path / "merged")
    for folder in (tmp_path / "fold", tmp_path / "merged"):
        assert {(one.absent, one.partial) for one in open_data(folder).pictures} == {
            (frozenset({2}), frozenset({1}))
        }
