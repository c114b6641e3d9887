"""Photos with tags and no boxes, and COCO files that say what is absent."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.detection.datasets.spoiling import spoiled

from shopthelook.detection.datasets import (
    DataError,
    DataSet,
    LabelledPicture,
    LabelSpace,
    open_data,
    read_scenes,
)
from shopthelook.detection.datasets.importing import Imported, Order, import_data

Photo = Callable[..., Path]


@pytest.fixture
def tagged(tmp_path: Path, photo: Photo) -> Path:
    root = tmp_path / "tagged"
    tags = {"a": ["coat", "skirt"], "b": ["blazer", "hair"], "c": []}
    for name in tags:
        photo(root / f"images/{name}.jpg")
    (root / "tags.json").write_text(json.dumps({f"images/{name}.jpg": some for name, some in tags.items()}))
    return root


def brought(order: Order) -> tuple[Imported, DataSet]:
    out = (order.source if order.source.is_dir() else order.source.parent).parent / "out"
    return import_data(order, out), open_data(out)


def asked(data: DataSet, one: LabelledPicture) -> tuple[set[str], set[str]]:
    assert one.absent is not None
    return {data.names[i] for i in one.absent}, {data.names[i] for i in one.partial}


def test_what_a_photo_is_not_tagged_with_is_absent(tagged: Path) -> None:
    done, data = brought(Order("tagged", tagged))
    assert (done.pictures, done.boxes, done.problems) == (3, 0, [])
    assert data.names == ("blazer", "coat", "hair", "skirt")
    # Hair is nothing to find.
    assert [asked(data, one) for one in data.pictures] == [
        ({"blazer"}, {"coat", "skirt"}),
        ({"coat", "skirt"}, {"blazer"}),
        ({"blazer", "coat", "skirt"}, set()),
    ]
    names = [label.name for label in LabelSpace.coarse().labels]
    known = [{names[i] for i in np.flatnonzero(one.known)} for one in read_scenes(data)]
    assert known == [set(), {"Skirts"}, {"Skirts", "Outerwear"}]


def test_own_labels_go_before_the_map(tagged: Path, tmp_path: Path) -> None:
    (tmp_path / "own.tsv").write_text("hair\tWigs\ncoat\t\n")
    _, data = brought(Order("tagged", tagged / "tags.json", labels=tmp_path / "own.tsv"))
    assert asked(data, data.pictures[1]) == ({"skirt"}, {"blazer", "hair"})


def test_what_is_wrong_is_told_and_the_rest_goes_on(tagged: Path) -> None:
    file = tagged / "tags.json"
    file.write_text(
        json.dumps(json.loads(file.read_text()) | {"images/a.jpg": "coat", "d.jpg": ["coat"], "e.jpg": [1]})
    )
    done, data = brought(Order("tagged", tagged))
    assert len(data.pictures) == 2
    assert [(one.where, one.reason.split(" below")[0]) for one in done.problems] == [
        ("images/a.jpg", "its tags must be a list of texts"),
        ("d.jpg", "no picture 'd.jpg'"),
        ("e.jpg", "its tags must be a list of texts"),
    ]


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("[]", "an object of pictures and their tags is needed"),
        ("{", "cannot be read as JSON"),
        ('{"images/a.jpg": []}', "no picture has a tag"),
    ],
)
def test_a_file_that_is_none_is_named(tagged: Path, text: str, says: str) -> None:
    (tagged / "tags.json").write_text(text)
    with pytest.raises(DataError) as caught:
        brought(Order("tagged", tagged))
    assert str(caught.value).startswith(f"{tagged / 'tags.json'}: {says}")


def test_what_a_coco_file_says_comes_along(tmp_path: Path, photo: Photo) -> None:
    """As LVIS has it."""
    root = tmp_path / "lvis"
    images: list[dict[str, Any]] = []
    for i, more in enumerate(
        (
            {"neg_category_ids": [7], "not_exhaustive_category_ids": [9]},
            {"not_exhaustive_category_ids": [9]},
            {"neg_category_ids": []},
            {"neg_category_ids": [8]},
        )
    ):
        photo(root / f"{i}.jpg")
        images.append({"id": i, "file_name": f"{i}.jpg", "width": 60, "height": 80, **more})
    boxes = [{"image_id": i, "category_id": 9, "bbox": [10, 10, 20, 30]} for i in range(3)]
    categories = [{"id": 9, "name": "chair"}, {"id": 7, "name": "couch"}]
    (root / "instances.json").write_text(
        json.dumps({"images": images, "annotations": boxes, "categories": categories})
    )
    done, data = brought(Order("coco", root))
    assert [(one.where, one.reason) for one in done.problems] == [
        ("instances.json: images[3]", "'neg_category_ids': no category has the id 8")
    ]
    assert data.names == ("chair", "couch")
    said = [(one.absent, one.partial) for one in data.pictures]
    assert said == [({1}, {0}), (None, {0}), (set(), set())]


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_whatever_the_file_says(tagged: Path, data: st.DataObject) -> None:
    good = {f"images/{name}.jpg": ["coat", "hair"] if name == "a" else ["skirt"] for name in "abc"}
    (tagged / "tags.json").write_text(json.dumps(spoiled(good, data)))
    for left in ("out", "out.partial"):
        shutil.rmtree(tagged.parent / left, ignore_errors=True)
    try:
        done, made = brought(Order("tagged", tagged, in_place=True))
    except DataError:
        assert not (tagged.parent / "out").exists()
        return
    assert len(made.pictures) == done.pictures > 0
    for one in made.pictures:
        absent, partial = asked(made, one)
        sought = {name for name, category in zip(made.names, made.categories, strict=True) if category}
        assert absent | partial == sought
        assert not absent & partial
