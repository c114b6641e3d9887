"""Queries and corpora of data sets."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from shopthelook.embedding.views import DataError, Row, ViewSet, open_views, write_views
from shopthelook.evaluation.embedding import Benchmark, ask
from shopthelook.evaluation.embedding.asking import NOTHING


def views(folder: Path, *rows: Row) -> ViewSet:
    folder.mkdir()
    for name in {row.picture for row in rows}:
        pixels = np.full((20, 20, 3), sum(name.encode()) % 200, np.uint8)
        Image.fromarray(pixels).save(folder / name)
    write_views(folder, rows)
    return open_views(folder)


def product(name: str, instance: str = "", **more: object) -> Row:
    return Row(f"{name}.png", "product", instance, "Furniture > Chairs", **more)  # type: ignore[arg-type]


def room(name: str, instance: str = "", **more: object) -> Row:
    return Row(f"{name}.png", "scene", instance, "Furniture > Chairs", (1, 1, 9, 9), **more)  # type: ignore[arg-type]


def names(benchmark: Benchmark) -> tuple[list[str], list[str]]:
    asked = sorted(view.picture.removesuffix(".png") for view in benchmark.queries)
    return asked, sorted(view.picture.removesuffix(".png") for view in benchmark.corpus)


def test_scenes_and_other_views_ask_for_main_pictures(tmp_path: Path) -> None:
    data = views(
        tmp_path / "shop",
        product("a-side", "a"), product("a-front", "a", main=True), room("a-room", "a"),
        product("b-first", "b"), product("b-second", "b"),
        room("c-room", "c"),
        product("nobody"), room("nobody-room"),
    )  # fmt: skip
    scenes, others = ask([data], "all")
    assert names(scenes) == (["a-room"], ["a-front", "b-first", "nobody"])
    assert (scenes.role, scenes.unanswerable, scenes.distractors) == ("scene", 1, 2)
    assert names(others) == (["a-side", "b-second"], ["a-front", "b-first", "nobody"])
    assert (others.role, others.unanswerable, others.distractors) == ("product", 0, 1)
    right = {view.picture: shown for view, shown in zip(others.corpus, others.shown, strict=True)}
    assert right["nobody.png"] == NOTHING
    assert right["a-front.png"] == others.wanted[[v.picture for v in others.queries].index("a-side.png")]


def test_products_may_lie_in_another_set(tmp_path: Path) -> None:
    things = views(tmp_path / "things", product("a", "a"), product("b", "b"))
    scenes = views(tmp_path / "scenes", room("a", "a"), room("b", "b"))
    [asked] = ask([scenes, things], "all")
    assert (asked.name, names(asked)) == ("scenes", (["a", "b"], ["a", "b"]))
    assert asked.distractors == 0


def test_only_a_split_asks_and_other_products_are_distractors(tmp_path: Path) -> None:
    rows = [row for i in range(40) for row in (product(f"p{i}", f"t{i}"), room(f"r{i}", f"t{i}"))]
    data = views(tmp_path / "shop", *rows)
    [asked] = ask([data], "test")
    test = {view.instance for view in data.of_split("test")}
    assert 0 < len(asked.queries) == len(test) < 40
    assert asked.distractors == 40 - len(test)
    [fewer] = ask([data], "test", number=5)
    [more] = ask([data], "test", number=9)
    assert (fewer.distractors, more.distractors) == (5, 9)
    assert {view.key for view in fewer.corpus} < {view.key for view in more.corpus}
    [none] = ask([data], "test", number=0)
    assert {view.instance for view in none.corpus} == test
    with pytest.raises(DataError, match=f"there are {40 - len(test)} distractors, and 41 are asked for"):
        ask([data], "test", number=41)


def test_what_may_show_the_asked_thing_is_no_distractor(tmp_path: Path) -> None:
    data = views(tmp_path / "shop", product("a", "a", group="model"), room("r", "a", group="model"))
    more = views(
        tmp_path / "more",
        product("same-thing", "a"), product("same-model", group="model"),
        product("other-color", "a2", group="model"), product("stranger", group="x"), room("crop", group="y"),
    )  # fmt: skip
    [asked] = ask([data], "all", [more])
    assert names(asked)[1] == ["a", "crop", "other-color", "stranger"]


def test_the_order_says_nothing_about_what_is_right(tmp_path: Path) -> None:
    rows = [row for i in range(60) for row in (product(f"p{i}", f"t{i}"), room(f"r{i}", f"t{i}"))]
    data = views(tmp_path / "shop", *rows)
    [asked] = ask([data], "test")
    places = np.flatnonzero(asked.shown != NOTHING)
    assert 0.2 < places.mean() / len(asked.corpus) < 0.8
    again = ask([ViewSet(data.folder, data.name, "", data.views[::-1])], "test")[0]
    assert [view.key for view in again.corpus] == [view.key for view in asked.corpus]


def test_by_labels_those_of_other_groups_answer(tmp_path: Path) -> None:
    def crop(name: str, group: str, color: str) -> Row:
        return room(name, group=group, labels={"color": color} if color else {})

    data = views(
        tmp_path / "street",
        crop("red1", "photo1", "Red"), crop("red1b", "photo1", "Red"), crop("red2", "photo2", "red"),
        crop("blue", "photo3", "Blue"), crop("unknown", "photo4", ""),
    )  # fmt: skip
    [asked] = ask([data], "all", same=("category", "color"))
    assert names(asked) == (["red1", "red1b", "red2"], ["blue", "red1", "red1b", "red2"])
    assert asked.unanswerable == 1
    group = dict(zip([v.group for v in asked.queries], asked.groups, strict=True))
    barred = dict(zip([v.group for v in asked.corpus], asked.barred, strict=True))
    assert barred == {**group, "photo3": -1}
    assert asked.title == "street: crops of the same category and color"


@pytest.mark.parametrize("same", [(), ("color",)])
def test_nothing_to_ask(tmp_path: Path, same: tuple[str, ...]) -> None:
    data = views(tmp_path / "shop", product("a", "a"), room("r", "b"))
    with pytest.raises(DataError, match="shop: nothing to ask: no view of the split 'all'"):
        ask([data], "all", same=same)


def test_names_tell_sets_apart(tmp_path: Path) -> None:
    data = views(tmp_path / "shop", product("a", "a"), room("r", "a"))
    (tmp_path / "else").mkdir()
    namesake = views(tmp_path / "else" / "shop", product("b", "b"))
    with pytest.raises(DataError, match="another of the data sets is called 'shop' too"):
        ask([data], "all", [namesake])
    # A set may be looked among that asks too.
    [asked] = ask([data], "all", [data])
    assert len(asked.corpus) == 1
