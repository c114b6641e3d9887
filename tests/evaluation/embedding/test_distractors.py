"""Distractors: the same every time, growing, and never the asked thing."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from shopthelook.embedding.views import DataError, Row, ViewSet, load, open_views, write_views
from shopthelook.evaluation.embedding import ask, distractors
from shopthelook.evaluation.embedding.changing import change, move
from shopthelook.evaluation.embedding.distractors import make_distractors
from tests.evaluation.embedding import made


@pytest.fixture
def sets(room_views: ViewSet, other_views: ViewSet) -> list[ViewSet]:
    return [room_views, other_views]


def pixels(data: ViewSet) -> list[tuple[object, bytes]]:
    return [(view.box, load(view).tobytes()) for view in data.views]


def test_the_same_call_makes_the_same_set_and_more_go_on(tmp_path: Path, sets: list[ViewSet]) -> None:
    told: list[int] = []
    first = make_distractors(sets, tmp_path / "a", 60, progress=lambda _what, done, _total: told.append(done))
    assert (first.as_they_are, first.views, told[-1]) == (33, 60, 60)
    assert first.changed > 5
    assert first.parts > 2
    make_distractors(sets[::-1], tmp_path / "b", 60)
    make_distractors(sets, tmp_path / "c", 80)
    make_distractors(sets, tmp_path / "d", 60, seed=1)
    a, b, c, d = (pixels(open_views(tmp_path / name)) for name in "abcd")
    assert a == b == c[:60]
    assert a[:33] == d[:33]
    assert a != d
    assert (
        len({(view.key, box) for view, (box, _) in zip(open_views(tmp_path / "c").views, c, strict=True)})
        == 80
    )


def test_rows_keep_what_their_source_says(tmp_path: Path, sets: list[ViewSet]) -> None:
    make_distractors(sets, tmp_path / "a", 60)
    found = open_views(tmp_path / "a").views
    source = {view.group: view for one in sets for view in one.views}
    for view in found:
        assert view.group in source
        assert view.split == source[view.group].split
        assert view.category == source[view.group].category
    assert all(view.instance is None and "color" not in view.labels for view in found[33:])
    instances = {view.instance for one in sets for view in one.views}
    assert {view.instance for view in found[:33]} == instances


def test_what_is_asked_for_is_not_looked_among(tmp_path: Path, sets: list[ViewSet]) -> None:
    make_distractors(sets, tmp_path / "a", 60)
    [asked] = ask([sets[0]], "all", [open_views(tmp_path / "a")])
    things = {view.instance for view in sets[0].views}
    assert asked.distractors > 20
    for view, shown in zip(asked.corpus, asked.shown, strict=True):
        assert (view.instance in things) == (shown >= 0)
        assert shown >= 0 or view.group.startswith("other-")


def test_only_views_of_a_split(tmp_path: Path, sets: list[ViewSet]) -> None:
    make_distractors(sets, tmp_path / "a", 30, split="train")
    assert {view.split for view in open_views(tmp_path / "a").views} == {"train"}


def test_it_goes_on_after_a_stop(
    tmp_path: Path, sets: list[ViewSet], monkeypatch: pytest.MonkeyPatch
) -> None:
    drawn: list[int] = []

    def counting(rgb: np.ndarray, rng: np.random.Generator) -> np.ndarray:
        if len(drawn) == 4:
            raise KeyboardInterrupt
        drawn.append(1)
        return change(rgb, rng)

    monkeypatch.setattr(distractors, "change", counting)
    with pytest.raises(KeyboardInterrupt):
        make_distractors(sets, tmp_path / "a", 60)
    assert not (tmp_path / "a").exists()
    drawn[:] = [1] * 5
    again = make_distractors(sets, tmp_path / "a", 60)
    assert len(drawn) - 5 == again.changed - 4
    monkeypatch.undo()
    make_distractors(sets, tmp_path / "b", 60)
    assert pixels(open_views(tmp_path / "a")) == pixels(open_views(tmp_path / "b"))


def test_what_cannot_be_made(tmp_path: Path, sets: list[ViewSet]) -> None:
    (tmp_path / "there").mkdir()
    with pytest.raises(DataError, match="there exists already"):
        make_distractors(sets, tmp_path / "there", 5)
    whole = tmp_path / "whole"
    picture = made.patch(0, 1)
    whole.mkdir()
    Image.fromarray(picture).save(whole / "a.png")
    write_views(whole, [Row("a.png", "scene")])
    with pytest.raises(DataError, match="only 1 distractors can be made"):
        make_distractors([open_views(whole)], tmp_path / "out", 5)


def test_changed_pictures_have_other_colours_on_white_ground() -> None:
    picture = np.full((90, 60, 3), 255, np.uint8)
    picture[20:70, 15:45] = (200, 30, 30)
    for seed in range(20):
        rng = np.random.default_rng(seed)
        changed = change(picture, rng)
        assert changed[0, 0].tolist() == [255, 255, 255]
        middle = changed[changed.shape[0] // 2, changed.shape[1] // 2].astype(int)
        # Red is no longer the colour that stands out.
        assert middle[0] < max(middle[1], middle[2]) + 1


@given(st.floats(0, 200), st.floats(0, 150), st.floats(5, 120), st.floats(5, 90), st.integers(0, 2**32 - 1))
def test_moved_boxes_are_in_the_picture(x: float, y: float, w: float, h: float, seed: int) -> None:
    x1, y1, x2, y2 = move((x, y, x + w, y + h), 320, 240, np.random.default_rng(seed))
    assert 0 <= x1 < x2 <= 320 + 1e-6
    assert 0 <= y1 < y2 <= 240 + 1e-6
