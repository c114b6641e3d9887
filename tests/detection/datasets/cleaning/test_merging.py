"""Answers merged back: round trips, votes, and what is left as it was."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from shopthelook.datasets.errors import DataError
from shopthelook.detection.datasets import DataSet, open_data
from shopthelook.detection.datasets.cleaning.answers import Answer, decide, read_answers
from shopthelook.detection.datasets.cleaning.folds import digest_of
from shopthelook.detection.datasets.cleaning.merging import Merged, merge
from shopthelook.detection.datasets.cleaning.suspect import Action, Corners, Suspect, corners


@pytest.fixture
def data(coco: Path) -> DataSet:
    file = coco / "boxes_coco.json"
    whole = json.loads(file.read_text())
    whole["info"] = {"label_map": "coco", "license": "CC0"}
    whole["images"][0]["photographer"] = "Ann"
    whole["annotations"][2] |= {"guessed": True, "segmentation": [[0, 0, 1, 1, 2, 0]], "attributes": ["red"]}
    whole["annotations"].append(
        {"id": 200, "image_id": 4, "category_id": 1, "bbox": [1, 1, 5, 5], "iscrowd": 1}
    )
    file.write_text(json.dumps(whole))
    return open_data(coco)


def suspect(data: DataSet, row: int = 1, **more: Any) -> Suspect:
    """A suspect around the first box of a picture."""
    picture = data.pictures[row]
    values: dict[str, Any] = {
        "kind": "unfound",
        "picture": picture.path.relative_to(data.folder).as_posix(),
        "sha256": digest_of(picture).hex(),
        "size": picture.size,
        "box": corners(picture.boxes[0].tolist()),
        "label": data.names[picture.labels[0]],
        "action": "remove",
        "suggested": None,
        "score": 0.9,
    }
    return Suspect(**values | more)


def missing(data: DataSet, row: int = 1, box: Corners = (1.0, 2.0, 9.0, 12.0)) -> Suspect:
    return suspect(data, row, kind="missing", box=box, label=None, action="add", suggested="couch")


def annotations(folder: Path) -> dict[int, dict[str, Any]]:
    name = "annotations.json" if (folder / "annotations.json").exists() else "boxes_coco.json"
    return {one["id"]: one for one in json.loads((folder / name).read_text())["annotations"]}


def changed(data: DataSet, out: Path, *answers: Answer) -> tuple[Merged, dict[int, Any]]:
    """Merge, and what differs: annotation id -> new one, None where it is gone."""
    merged = merge(data, answers, out)
    before, after = annotations(data.folder), annotations(out)
    return merged, {
        key: after.get(key) for key in before.keys() | after.keys() if before.get(key) != after.get(key)
    }


def test_without_answers_it_is_the_same_data_set(data: DataSet, tmp_path: Path) -> None:
    merged, changes = changed(data, tmp_path / "out")
    assert (changes, dict(merged.changes), merged.left_out) == ({}, {}, {})
    made = open_data(tmp_path / "out")
    assert (made.names, made.categories, made.licence) == (data.names, data.categories, "CC0")
    for old, new in zip(data.pictures, made.pictures, strict=True):
        assert new.path.read_bytes() == old.path.read_bytes()
        assert np.array_equal(old.boxes, new.boxes)
    whole = json.loads((tmp_path / "out/annotations.json").read_text())
    assert whole["images"][0]["photographer"] == "Ann"
    assert {path.name for path in (tmp_path / "out").iterdir()} == {
        *("annotations.json", "labels.tsv", "changes.jsonl", "images")
    }
    with pytest.raises(DataError, match="exists already"):
        merge(data, [], tmp_path / "out")


def test_each_action_does_what_it_says(data: DataSet, tmp_path: Path) -> None:
    one = suspect(data)
    _, changes = changed(data, tmp_path / "remove", Answer(one, "ann", "remove"))
    assert changes == {1: None}

    merged, changes = changed(data, tmp_path / "keep", Answer(one, "ann", "keep"))
    assert (changes, dict(merged.changes)) == ({}, {"keep": 1})

    _, changes = changed(data, tmp_path / "relabel", Answer(suspect(data, 2), "ann", "relabel", "couch"))
    old = annotations(data.folder)[2]
    assert changes == {2: old | {"category_id": 2}}  # attributes and outline stay

    box = (5.0, 6.0, 50.0, 60.5)
    _, changes = changed(data, tmp_path / "redraw", Answer(suspect(data, 2), "ann", "keep", box=box))
    assert changes[2]["bbox"] == [5, 6, 45, 54.5]
    assert "segmentation" not in changes[2]
    assert "guessed" not in changes[2]
    assert changes[2]["attributes"] == ["red"]

    _, changes = changed(data, tmp_path / "add", Answer(missing(data), "ann", "add", "couch"))
    assert changes == {
        201: {"id": 201, "image_id": 1, "category_id": 2, "bbox": [1, 2, 8, 10], "area": 80, "iscrowd": 0}
    }

    (note,) = [json.loads(line) for line in (tmp_path / "relabel/changes.jsonl").read_text().splitlines()]
    assert note["before"] == {"label": "chair", "bbox": old["bbox"]}
    assert note["after"] == {"label": "couch", "bbox": old["bbox"]}
    assert (note["picture"], note["labelers"], note["votes"]) == ("images/2.png", ["ann"], 1)
    info = json.loads((tmp_path / "relabel/annotations.json").read_text())["info"]
    assert info["cleaned"] == {"from": "photos", "answers": 1, "changes": {"relabel": 1}}
    assert info["license"] == "CC0"


def test_the_other_of_two_boxes_can_be_removed(data: DataSet, tmp_path: Path) -> None:
    first, second = suspect(data, 0), data.pictures[0]
    assert data.names[second.labels[1]] == "giraffe"
    both = suspect(
        data,
        0,
        kind="two-labels",
        other_box=corners(second.boxes[1].tolist()),
        other_label="giraffe",
    )
    _, changes = changed(data, tmp_path / "out", Answer(both, "ann", "remove-other"))
    assert changes == {99: None}
    _, changes = changed(data, tmp_path / "first", Answer(first, "ann", "remove"))
    assert changes == {0: None}


def test_most_answers_win_and_ties_are_left_out(data: DataSet, tmp_path: Path) -> None:
    one, other = suspect(data, 1), suspect(data, 2)
    merged, changes = changed(
        data,
        tmp_path / "out",
        Answer(one, "ann", "keep"),
        Answer(one, "ann", "relabel", "couch"),  # ann thought again
        Answer(one, "ben", "relabel", "couch"),
        Answer(one, "cem", "remove"),
        Answer(other, "ann", "remove"),
        Answer(other, "ben", "relabel", "couch"),
    )
    assert changes == {1: annotations(data.folder)[1] | {"category_id": 2}}
    assert merged.left_out == {other.id: "as many answers say one thing as another"}
    (note,) = [json.loads(line) for line in (tmp_path / "out/changes.jsonl").read_text().splitlines()]
    assert (note["votes"], note["labelers"]) == (2, ["ann", "ben", "cem"])


def test_drawn_boxes_meet_in_the_middle(data: DataSet) -> None:
    one = missing(data)
    drawn = [(0, 0, 10, 10), (2, 1, 12, 10), (90, 90, 99, 99)]
    (decision,), ties = decide(
        [Answer(one, f"labeler {i}", "add", "couch", corners(box)) for i, box in enumerate(drawn)]
    )
    assert (decision.box, ties) == ((2, 1, 12, 10), [])


def test_what_cannot_be_merged_is_told_and_the_rest_goes_on(data: DataSet, tmp_path: Path) -> None:
    gone = suspect(data, 1, box=(1.0, 1.0, 3.0, 3.0))
    nowhere = suspect(data, 1, sha256="0" * 64)
    odd = suspect(data, 2)
    torn = [suspect(data, 4), suspect(data, 4, kind="label")]
    merged, changes = changed(
        data,
        tmp_path / "out",
        Answer(gone, "ann", "remove"),
        Answer(nowhere, "ann", "remove"),
        Answer(odd, "ann", "relabel", "unicorn"),
        Answer(torn[0], "ann", "remove"),
        Answer(torn[1], "ann", "relabel", "couch"),
        Answer(suspect(data, 5), "ann", "remove"),
    )
    assert changes == {5: None}
    assert merged.left_out == {
        gone.id: "the data set has no such box",
        nowhere.id: "the data set has no such picture",
        odd.id: "the data set has no label 'unicorn'",
        torn[0].id: "answers about several suspects contradict each other about this box",
        torn[1].id: "answers about several suspects contradict each other about this box",
    }


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"answer": None}, "'answer' is missing"),
        ({"answer": {"action": "keep"}}, "'labeler' must be a text"),
        ({"answer": {"labeler": "ann", "action": "burn"}}, "'action' must be one of keep, relabel"),
        ({"answer": {"labeler": "ann", "action": "add", "label": "couch"}}, "does not go with"),
        ({"answer": {"labeler": "ann", "action": "relabel"}}, "'relabel' needs a label"),
        ({"answer": {"labeler": "ann", "action": "remove-other"}}, "has no other box"),
        ({"answer": {"labeler": "ann", "action": "keep", "box": [1, 2, 3]}}, "answer: "),
        ({"box": [1, 2, 3, 4]}, "the id .* is not that of what the line says"),
    ],
)
def test_a_wrong_answer_is_told_by_line(
    data: DataSet, tmp_path: Path, change: dict[str, Any], message: str
) -> None:
    line = suspect(data).as_dict()
    good = json.dumps(line | {"answer": {"labeler": "ann", "action": "keep"}})
    file = tmp_path / "answers.jsonl"
    file.write_text(good + "\n\n" + json.dumps(line | change) + "\n")
    with pytest.raises(DataError, match=f"answers.jsonl: line 3: .*{message}"):
        read_answers(file)
    file.write_text(good)
    (answer,) = read_answers(file)
    assert (answer.suspect, answer.labeler, answer.action) == (suspect(data), "ann", "keep")


ACTIONS: list[Action] = ["keep", "remove", "relabel", "add"]


@settings(deadline=None, max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(wanted=st.dictionaries(st.integers(0, 11), st.sampled_from(ACTIONS)), order=st.randoms())
def test_any_answers_change_their_own_boxes_only(
    data: DataSet, tmp_path_factory: pytest.TempPathFactory, wanted: dict[int, Action], order: Any
) -> None:
    answers = [
        Answer(
            missing(data, row) if action == "add" else suspect(data, row),
            "ann",
            action,
            "giraffe" if action == "relabel" else "couch" if action == "add" else None,
        )
        for row, action in wanted.items()
    ]
    order.shuffle(answers)
    out = tmp_path_factory.mktemp("merge") / "out"
    merged, changes = changed(data, out, *answers)
    assert merged.left_out == {}
    assert sum(merged.changes.values()) == len(answers)
    for row, action in wanted.items():
        if action == "remove":
            assert changes.pop(row) is None
        elif action == "relabel":
            assert changes.pop(row)["category_id"] == 3
    added = {one["image_id"] for one in changes.values()}
    assert added == {row for row, action in wanted.items() if action == "add"}
    assert all(key > 200 for key in changes)
