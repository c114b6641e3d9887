"""Answers merged back: what each does, what is left as it was, and what is told."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from shopthelook.datasets.cleaning import Answer, Merged
from shopthelook.datasets.errors import DataError
from shopthelook.embedding.views import Row, View, ViewSet, load, open_views, write_views
from shopthelook.embedding.views.checking import check_views
from shopthelook.embedding.views.cleaning import ViewSuspect, find_suspects, look_at, merge, read_answers
from shopthelook.embedding.views.cleaning.finding import shown
from tests.fixtures.matches import CHAIRS, SOFAS, TABLES

NAMES = {443: CHAIRS, 460: SOFAS, 6392: TABLES}


@pytest.fixture
def data(folder: Path, rows: list[Row]) -> ViewSet:
    """The set with a mask on the first product."""
    mask = np.zeros((140, 180), np.uint8)
    mask[30:110, 30:150] = 3
    Image.fromarray(mask).save(folder / "mask.png")
    rows[14] = replace(rows[14], mask="mask.png#3")
    write_views(folder, rows, "made for a test", "CC0")
    return open_views(folder)


def suspect(data: ViewSet, i: int, kind: str = "unlike", other: int | None = None) -> ViewSuspect:
    """A suspect about view i; scenes are 0 to 13, the products of the same chairs 14 to 27."""
    against = None if kind == "category" else shown(data.views[i + 14 if other is None else other], NAMES)
    actions: dict[str, Any] = {"unlike": "apart", "two-instances": "join"}
    return ViewSuspect(
        kind,
        shown(data.views[i], NAMES),
        against,
        actions.get(kind, "relabel"),
        SOFAS,
        0.9,  # type: ignore[arg-type]
    )


def merged(data: ViewSet, out: Path, *answers: Answer[ViewSuspect]) -> tuple[Merged, ViewSet]:
    return (merge(data, answers, out), open_views(out))


def said(view: View) -> tuple[object, ...]:
    return (view.role, view.instance, view.category, view.split, view.box, view.main)


def test_without_answers_it_is_the_same(data: ViewSet, tmp_path: Path) -> None:
    told, made = merged(data, tmp_path / "out")
    assert (dict(told.changes), told.left_out) == ({}, {})
    assert (made.licence, made.description) == ("CC0", "made for a test")
    for old, new in zip(data.views, made.views, strict=True):
        assert said(old) == said(new)
        assert np.array_equal(load(old), load(new))
    assert (tmp_path / "out" / "changes.jsonl").read_text() == ""
    with pytest.raises(DataError, match="exists already"):
        merge(data, [], tmp_path / "out")


def test_each_action_does_what_it_says(data: ViewSet, tmp_path: Path) -> None:
    told, made = merged(
        data,
        tmp_path / "out",
        Answer(suspect(data, 0), "ann", "keep"),
        Answer(suspect(data, 1), "ann", "apart"),
        Answer(suspect(data, 2), "ann", "remove"),
        Answer(suspect(data, 3), "ann", "remove-other"),
        Answer(suspect(data, 4, "category"), "ann", "relabel", SOFAS),
        Answer(suspect(data, 5), "ann", "keep", box=(50.0, 60.0, 150.0, 120.0)),
        Answer(suspect(data, 6, "two-instances", other=7), "ann", "join"),
    )
    assert told.left_out == {}
    assert dict(told.changes) == {
        "keep": 2, "apart": 1, "remove": 1, "remove-other": 1, "relabel": 1, "join": 1
    }  # fmt: skip
    found = {view.picture: view for view in made.views}
    assert len(found) == 26
    assert "images/room2.png" not in found
    assert "images/shop3.png" not in found
    apart = found["images/room1.png"]
    assert (apart.instance, apart.group, apart.split) == (None, "chair 1", data.views[1].split)
    assert found["images/shop1.png"].instance == "chair 1"
    assert {found[f"images/{name}4.png"].category for name in ("room", "shop")} == {460}
    assert found["images/room5.png"].box == (50, 60, 150, 120)
    joined = [found[f"images/{name}{i}.png"] for name in ("room", "shop") for i in (6, 7)]
    assert {(view.instance, view.group, view.split) for view in joined} == {
        ("chair 7", "chair 7", data.views[7].split)
    }
    untouched = {8, 9, 10, 11, 12, 13}
    for old in data.views:
        if int(old.group.removeprefix("chair ")) in untouched:
            assert said(found[old.picture]) == said(old)
    notes = [json.loads(line) for line in (tmp_path / "out" / "changes.jsonl").read_text().splitlines()]
    assert len(notes) == 6  # what is kept as it was is no change
    note = next(note for note in notes if note["action"] == "apart")
    assert (note["before"]["instance"], note["after"]["instance"]) == ("chair 1", None)
    assert (note["picture"], note["labelers"], note["votes"]) == ("images/room1.png", ["ann"], 1)
    info = json.loads((tmp_path / "out" / "info.json").read_text())
    assert info["cleaned"] == {"from": "matches", "answers": 7, "changes": dict(told.changes)}
    problems = [one for one in check_views([tmp_path / "out"]) if not one.is_note]
    assert {one.kind for one in problems} == {"mains"}  # of the two that are one


def test_what_was_joined_is_in_one_split_with_all_its_group(
    data: ViewSet, rows: list[Row], tmp_path: Path
) -> None:
    groups = {"chair 0": "a", "chair 1": "a", "chair 2": "b", "chair 3": "b"}
    write_views(data.folder, [replace(row, group=groups.get(row.instance, "")) for row in rows])
    data = open_views(data.folder)
    _, made = merged(
        data,
        tmp_path / "out",
        Answer(suspect(data, 1, "two-instances", other=2), "ann", "join"),
        Answer(suspect(data, 2, "two-instances", other=5), "ann", "join"),
    )
    by_name: dict[str, set[str]] = {}
    for view in made.views:
        by_name.setdefault(str(view.instance), set()).add(view.group)
    assert by_name["chair 5"] == by_name["chair 0"] == by_name["chair 3"] == {"chair 5"}
    assert {"chair 1", "chair 2"}.isdisjoint(by_name)
    assert "split" not in {one.kind for one in check_views([tmp_path / "out"])}


def test_what_cannot_be_merged_is_told_and_the_rest_goes_on(data: ViewSet, tmp_path: Path) -> None:
    gone = suspect(data, 1)
    gone = replace(gone, view=replace(gone.view, instance="chair 99"))
    nowhere = suspect(data, 2)
    nowhere = replace(nowhere, view=replace(nowhere.view, sha256="0" * 64))
    torn = [suspect(data, 3), suspect(data, 3, "two-instances", other=4)]
    labels = [suspect(data, 6, "category"), suspect(data, 20, "category")]
    tied = suspect(data, 5)
    told, made = merged(
        data,
        tmp_path / "out",
        Answer(gone, "ann", "apart"),
        Answer(nowhere, "ann", "apart"),
        Answer(torn[0], "ann", "apart"),
        Answer(torn[1], "ann", "remove"),
        Answer(labels[0], "ann", "relabel", SOFAS),
        Answer(labels[1], "ann", "relabel", TABLES),
        Answer(tied, "ann", "apart"),
        Answer(tied, "ben", "keep"),
        Answer(suspect(data, 7), "ann", "keep"),
        Answer(suspect(data, 7), "ann", "apart"),  # ann thought again
        Answer(suspect(data, 7), "ben", "apart"),
        Answer(suspect(data, 7), "cem", "remove"),
    )
    contradicted = "answers about several suspects contradict each other about this view"
    assert told.left_out == {
        gone.id: "the data set has no such view",
        nowhere.id: "the data set has no such picture",
        tied.id: "as many answers say one thing as another",
        **dict.fromkeys([one.id for one in (*torn, *labels)], contradicted),
    }
    assert dict(told.changes) == {"apart": 1}
    assert [view.picture for view in made.views if view.instance is None] == ["images/room7.png"]


@pytest.mark.parametrize(
    ("kind", "change", "message"),
    [
        ("unlike", {"answer": None}, "'answer' is missing"),
        ("unlike", {"answer": {"action": "keep"}}, "'labeler' must be a text"),
        ("unlike", {"answer": {"labeler": "ann", "action": "burn"}}, "'action' must be one of keep, apart"),
        ("unlike", {"answer": {"labeler": "ann", "action": ["keep"]}}, "'action' must be one of"),
        ("unlike", {"answer": {"labeler": "ann", "action": "join"}}, "'join' does not go with"),
        ("two-instances", {"answer": {"labeler": "ann", "action": "apart"}}, "'apart' does not go with"),
        ("category", {"answer": {"labeler": "ann", "action": "relabel", "label": "Chars"}}, "label: .*Chars"),
        ("unlike", {"answer": {"labeler": "ann", "action": "keep", "box": [1, 2, 3]}}, "answer: "),
        ("unlike", {"answer": {"labeler": "ann", "action": "keep", "box": [0, 0, 300, 9]}}, "outside of"),
        ("unlike", {"answer": {"labeler": "ann", "action": "remove", "box": [0, 0, 9, 9]}}, "takes no box"),
        ("unlike", {"box": [1, 2, 3, 4]}, "the id .* is not that of what the line says"),
        ("unlike", {"role": "lamp"}, "role: scene or product is needed"),
        ("unlike", {"other_picture": None}, "no line of a list of suspect views"),
        ("unlike", {"kind": "missing"}, "no such kind or action"),
    ],
)
def test_a_wrong_answer_is_told_by_line(
    data: ViewSet, tmp_path: Path, kind: str, change: dict[str, Any], message: str
) -> None:
    line = suspect(data, 3, kind).as_dict()
    good = json.dumps(line | {"answer": {"labeler": "ann", "action": "keep"}})
    changed = line | change
    if change.get("other_picture", "") is None:
        del changed["other_role"]
    file = tmp_path / "answers.jsonl"
    file.write_text(good + "\n\n" + json.dumps(changed) + "\n")
    with pytest.raises(DataError, match=f"answers.jsonl: line 3: .*{message}"):
        read_answers(file)
    file.write_text(good)
    (answer,) = read_answers(file)
    assert (answer.suspect, answer.labeler, answer.action) == (suspect(data, 3, kind), "ann", "keep")


def test_a_label_may_be_a_name(data: ViewSet, tmp_path: Path) -> None:
    one = suspect(data, 3, "category")
    told = [
        {"labeler": "ann", "action": "relabel", "label": "Tables"},
        {"labeler": "ben", "action": "relabel"},
    ]
    file = tmp_path / "answers.jsonl"
    file.write_text("\n".join(json.dumps(one.as_dict() | {"answer": answer}) for answer in told))
    assert [answer.label for answer in read_answers(file)] == [TABLES, SOFAS]


def test_nothing_is_left_to_ask_of_what_was_joined(data: ViewSet, rows: list[Row], tmp_path: Path) -> None:
    write_views(data.folder, [*rows, replace(rows[20], instance="seat", main=False)])
    data = open_views(data.folder)
    (one,) = find_suspects(data, look_at(data.views))
    _, made = merged(data, tmp_path / "out", Answer(one, "ann", one.action))
    assert find_suspects(made, look_at(made.views)) == []
