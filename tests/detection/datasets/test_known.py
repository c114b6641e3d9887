"""Pictures of which only some labels are known: what they say, and what that means in a label space."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from shopthelook.detection.datasets import (
    DataError,
    DataSet,
    LabelledPicture,
    LabelSpace,
    open_data,
    read_scenes,
)
from shopthelook.detection.datasets.known import Known
from shopthelook.taxonomy import Taxonomy

# Two names of one coarse category, one of another, and one that is nothing to find.
CATEGORIES = [
    {"id": 10, "name": "armchair"},
    {"id": "s", "name": "stool"},
    {"id": 30, "name": "sofa"},
    {"id": 40, "name": "giraffe"},
]
LABELS = "armchair\tFurniture > Chairs\nstool\tFurniture > Chairs\nsofa\tFurniture > Sofas\ngiraffe\t\n"


def written(folder: Path, images: list[dict[str, Any]], boxes: Sequence[tuple[int, int | str]] = ()) -> Path:
    """A data set of these images, with a box of a category in an image each."""
    folder.mkdir(exist_ok=True)
    for i, image in enumerate(images):
        image |= {"id": i, "file_name": f"{i}.png", "width": 40, "height": 30}
        (folder / f"{i}.png").write_bytes(b"reading does not open it")
    annotations = [{"image_id": i, "category_id": key, "bbox": [1, 2, 10, 20]} for i, key in boxes]
    data = {"images": images, "annotations": annotations, "categories": CATEGORIES}
    (folder / "annotations.json").write_text(json.dumps(data))
    (folder / "labels.tsv").write_text(LABELS)
    return folder


def known(folder: Path, space: LabelSpace | None = None) -> list[set[str]]:
    space = space or LabelSpace.coarse()
    return [
        {space.labels[i].name for i in np.flatnonzero(scene.known)} for scene in read_scenes(folder, space)
    ]


def test_a_label_is_known_where_all_names_of_it_are_settled(tmp_path: Path) -> None:
    images: list[dict[str, Any]] = [
        {"neg_category_ids": [10, "s"]},
        {"neg_category_ids": [10]},
        {"neg_category_ids": [10]},
        {"neg_category_ids": [10], "not_exhaustive_category_ids": ["s"]},
        {"neg_category_ids": [40]},
        {"neg_category_ids": []},
    ]
    folder = written(tmp_path / "set", images, [(2, "s"), (3, "s"), (3, 30), (4, 40)])
    assert known(folder) == [{"Chairs"}, set(), {"Chairs"}, {"Sofas"}, set(), set()]
    # The stool that is one of several teaches what a stool is; a giraffe is nothing to find.
    names = [LabelSpace.coarse().labels[i].name for i in range(len(LabelSpace.coarse()))]
    assert [[names[i] for i in scene.labels] for scene in read_scenes(folder)] == [
        [], [], ["Chairs"], ["Chairs", "Sofas"], [], [],
    ]  # fmt: skip


def test_in_a_space_of_names_each_name_is_on_its_own(tmp_path: Path) -> None:
    ordinary = written(
        tmp_path / "a", [{} for _ in range(5)], [(i, key) for i in range(5) for key in (10, "s")]
    )
    space = LabelSpace.fine([ordinary])
    folder = written(tmp_path / "b", [{"neg_category_ids": [10, 30]}])
    assert known(folder, space) == [{"armchair"}]


def test_only_not_exhaustive_takes_from_what_the_data_set_knows(tmp_path: Path) -> None:
    images: list[dict[str, Any]] = [{} for _ in range(6)]
    images[1] = {"not_exhaustive_category_ids": ["s", 40]}
    folder = written(tmp_path / "set", images, [(i, key) for i in range(6) for key in ("s", 30)])
    assert known(folder) == [{"Chairs", "Sofas"}, {"Sofas"}, *[{"Chairs", "Sofas"}] * 4]
    assert [len(scene.boxes) for scene in read_scenes(folder)] == [2] * 6


def test_boxes_of_federated_pictures_say_nothing_of_others(tmp_path: Path) -> None:
    images: list[dict[str, Any]] = [{"neg_category_ids": []} for _ in range(6)] + [{}]
    folder = written(tmp_path / "set", images, [(i, 30) for i in range(7)])
    assert known(folder) == [{"Sofas"}] * 6 + [set()]
    assert [len(scene.boxes) for scene in read_scenes(folder)] == [1] * 6 + [0]


@pytest.mark.parametrize("key", ["neg_category_ids", "not_exhaustive_category_ids"])
@pytest.mark.parametrize(
    ("value", "says"),
    [
        ([10, 11], "no category has the id 11"),
        (["10"], "no category has the id '10'"),
        (10, "must be a list of ids, not 10"),
        ([True], "must be a list of ids, not [True]"),
        ([None], "must be a list of ids, not [None]"),
    ],
)
def test_wrong_ids_are_named(tmp_path: Path, key: str, value: object, says: str) -> None:
    folder = written(tmp_path / "set", [{}, {key: value}])
    with pytest.raises(DataError) as caught:
        open_data(folder)
    assert str(caught.value).startswith(f"{folder / 'annotations.json'}: images[1]: {key!r}")
    assert says in str(caught.value)


SOFAS, CHAIRS, TABLES = (Taxonomy.builtin().get(name) for name in ("Sofas", "Chairs", "Tables"))
SOME = st.sets(st.integers(0, 4))


@given(st.lists(st.sampled_from([SOFAS, CHAIRS, TABLES, None]), min_size=5, max_size=5), SOME, SOME, SOME)
def test_known_is_what_every_name_of_it_settles(
    categories: list[Any], absent: set[int], partial: set[int], boxed: set[int]
) -> None:
    boxes = np.tile(np.float32([1, 2, 11, 22]), (len(boxed), 1))
    picture = LabelledPicture(
        Path("a.png"), (40, 30), boxes, np.array(sorted(boxed), np.int64), bytes(32), None, False,
        frozenset(absent), frozenset(partial),
    )  # fmt: skip
    data = DataSet(Path(), "scenes", "", tuple("abcde"), tuple(categories), (picture,))
    found = Known(data, LabelSpace.coarse()).of(picture)
    for label, here in zip(LabelSpace.coarse().labels, found, strict=True):
        meaning = [i for i, one in enumerate(categories) if one is label.category]
        settled = [i not in partial and (i in absent or i in boxed) for i in meaning]
        assert here == (bool(meaning) and all(settled))
