"""Each kind of wrong view is found where it was put, and nothing else."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from shopthelook.datasets.errors import DataError
from shopthelook.embedding.binary import hamming
from shopthelook.embedding.views import Row, open_views, write_views
from shopthelook.embedding.views.cleaning import (
    Judge,
    Seen,
    ViewSuspect,
    find_suspects,
    fold_of_view,
    look_at,
    write_without,
)
from shopthelook.embedding.views.cleaning.ranks import nearer
from shopthelook.embedding.views.cleaning.suspect import parse_suspect
from tests.fixtures.matches import BOX, CHAIRS, SOFAS, TABLES, alone, in_scene

Photo = Callable[[int], Image.Image]


def suspects(folder: Path, rows: list[Row], *judges: Judge) -> list[ViewSuspect]:
    """What is found in a set of these rows; each line says again what it says."""
    write_views(folder, rows)
    data = open_views(folder)
    found = find_suspects(data, look_at(data.views, judges))
    for one in found:
        assert parse_suspect(json.loads(json.dumps(one.as_dict())), "here") == one
    return found


def test_nothing_is_found_where_nothing_is_wrong(folder: Path, rows: list[Row], judge: Judge) -> None:
    assert suspects(folder, rows, judge) == []
    assert suspects(folder, rows) == []


def test_a_scene_of_another_product(folder: Path, rows: list[Row], judge: Judge) -> None:
    rows[2], rows[5] = replace(rows[2], instance="chair 5"), replace(rows[5], instance="chair 2")
    found = suspects(folder, rows, judge)
    assert {(one.view.picture, one.view.instance) for one in found} == {
        ("images/room2.png", "chair 5"),
        ("images/room5.png", "chair 2"),
    }
    for one in found:
        assert (one.kind, one.action, one.view.box, one.view.size) == ("unlike", "apart", BOX, (240, 180))
        assert one.other is not None
        assert (one.other.role, one.other.instance) == ("product", one.view.instance)
    assert suspects(folder, rows) == []  # without an embedder nobody can tell


def test_one_of_several_pictures_of_the_product_is_enough(
    folder: Path, rows: list[Row], judge: Judge
) -> None:
    rows[2] = replace(rows[2], picture="images/room5.png")
    assert [one.kind for one in suspects(folder, rows, judge)] == ["two-instances", "unlike"]
    rows.append(Row("images/shop5.png", "product", "chair 2", CHAIRS))
    assert [one.kind for one in suspects(folder, rows, judge)] == ["two-instances"]


def test_few_others_say_nothing(folder: Path, rows: list[Row], judge: Judge) -> None:
    rows = [row for row in rows if row.instance in {f"chair {i}" for i in range(10)}]
    rows[2], rows[5] = replace(rows[2], instance="chair 5"), replace(rows[5], instance="chair 2")
    assert suspects(folder, rows, judge) == []


def test_ranks_are_those_of_a_plain_count(folder: Path, rows: list[Row], judge: Judge) -> None:
    rows[0] = replace(rows[0], instance="chair 7")
    rows.append(replace(rows[20], instance="chair 8"))
    write_views(folder, rows)
    views = open_views(folder).views
    seen = look_at(views, [judge])
    codes = np.stack([one.code for one in seen if one is not None and one.code is not None])
    apart = hamming(codes, codes)
    products = [j for j, view in enumerate(views) if view.role == "product"]
    names = sorted({str(views[j].instance) for j in products})
    checked = 0
    for i, own, share in nearer(views, seen):
        least = {name: min(apart[i, j] for j in products if views[j].instance == name) for name in names}
        mine = least.pop(str(views[i].instance))
        assert apart[i, own] == mine
        assert share == sum((one < mine) + 0.5 * (one == mine) for one in least.values()) / len(least)
        checked += 1
    assert checked == 14


def test_an_instance_of_another_category(folder: Path, rows: list[Row], judge: Judge, photo: Photo) -> None:
    blue = Image.blend(photo(3), Image.new("RGB", (240, 160), (0, 0, 255)), 0.7)
    in_scene(blue, folder / "images" / "room3.png")
    alone(blue, folder / "images" / "shop3.png")
    (one,) = suspects(folder, rows, judge)
    assert (one.kind, one.action, one.suggested) == ("category", "relabel", TABLES)
    assert (one.view.instance, one.view.category, one.other) == ("chair 3", CHAIRS, None)
    assert one.score > 0.8


def test_a_view_of_another_category_than_the_rest(
    folder: Path, rows: list[Row], judge: Judge, photo: Photo
) -> None:
    blue = Image.blend(photo(3), Image.new("RGB", (240, 160), (0, 0, 255)), 0.7)
    in_scene(blue, folder / "images" / "room3.png")
    # Alone in its category: there is nothing to compare it with but the embedder's word.
    rows = [replace(row, category=SOFAS) if row.instance == "chair 3" else row for row in rows]
    (one,) = suspects(folder, rows, judge)
    assert (one.kind, one.action, one.view.picture) == ("category", "apart", "images/room3.png")
    assert one.other is not None
    assert one.other.picture == "images/shop3.png"


def test_two_categories(folder: Path, rows: list[Row]) -> None:
    rows[4] = replace(rows[4], category=SOFAS)
    (one,) = suspects(folder, rows)
    assert (one.kind, one.action, one.suggested) == ("two-categories", "relabel", CHAIRS)
    assert one.other is not None
    assert (one.view.picture, one.other.picture) == ("images/room4.png", "images/shop4.png")


def test_two_instances_of_one_look(folder: Path, rows: list[Row]) -> None:
    with Image.open(folder / "images" / "shop1.png") as picture:
        picture.convert("RGB").save(folder / "images" / "again.jpg", quality=80)
    rows.append(Row("images/again.jpg", "product", "seat", CHAIRS))
    rows.append(replace(rows[6], instance="stool", box=(41, 50, 160, 130)))
    found = suspects(folder, rows)
    assert {(one.kind, one.action, one.view.instance, one.other and one.other.instance) for one in found} == {
        ("two-instances", "join", "seat", "chair 1"),
        ("two-instances", "join", "stool", "chair 6"),
    }
    assert all(one.score > 0.7 for one in found)


def test_what_cannot_be_read_is_left_alone(folder: Path, rows: list[Row], judge: Judge) -> None:
    (folder / "images" / "room1.png").write_bytes(b"no picture")
    (folder / "images" / "shop8.png").unlink()
    write_views(folder, rows)
    data = open_views(folder)
    seen = look_at(data.views, [judge])
    assert [i for i, one in enumerate(seen) if one is None] == [1, 22]
    assert find_suspects(data, seen) == []


def test_each_fold_has_its_judge(folder: Path, rows: list[Row], judge: Judge, tmp_path: Path) -> None:
    data = open_views(folder)
    asked: list[list[str | None]] = [[], []]

    def judge_of(fold: int) -> Judge:
        def make(views):  # type: ignore[no-untyped-def]
            asked[fold] += [view.instance for view in views]
            return judge.make(views)

        return Judge(make, judge.categories)

    seen: list[Seen | None] = look_at(data.views, [judge_of(0), judge_of(1)])
    assert all(
        one is not None and one.fold == fold_of_view(view, 2)
        for one, view in zip(seen, data.views, strict=True)
    )
    for fold in range(2):
        n = write_without(data, fold, 2, tmp_path / f"{fold}")
        rest = open_views(tmp_path / f"{fold}")
        assert len(rest.views) == n == 28 - len(asked[fold]) < 28
        assert {view.instance for view in rest.views}.isdisjoint(asked[fold])
        assert all(view.path.exists() for view in rest.views)
        assert rest.licence == "CC0"
    with pytest.raises(DataError, match="exists already"):
        write_without(data, 0, 2, tmp_path / "0")
