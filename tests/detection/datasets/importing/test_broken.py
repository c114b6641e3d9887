"""Whatever a source holds, an import ends with a data set that can be read, or with an error in words."""

import json
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.detection.datasets.spoiling import spoiled

from shopthelook.detection.datasets import DataError, open_data
from shopthelook.detection.datasets.importing import Order, import_data

LENIENT = settings(
    max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)


def attempt(name: str, source: Path) -> None:
    out = source.parent / "out"
    for left in (out, out.with_name("out.partial")):
        shutil.rmtree(left, ignore_errors=True)
    try:
        done = import_data(Order(name, source, in_place=True), out)
    except DataError:
        assert not out.exists()
        return
    data = open_data(out)
    assert len(data.pictures) == done.pictures > 0
    for picture in data.pictures:
        width, height = picture.size
        assert (picture.boxes[:, 2:] > picture.boxes[:, :2]).all()
        assert (picture.boxes >= 0).all()
        assert (picture.boxes <= [width, height, width, height]).all()


@LENIENT
@given(data=st.data())
@pytest.mark.parametrize(
    ("name", "file"),
    [
        ("fashionpedia", "instances_attributes_train2020.json"),
        ("deepfashion2", "train/annos/000001.json"),
        ("modanet", "annotations/modanet2018_instances_train.json"),
    ],
)
def test_json(
    name: str, file: str, data: st.DataObject, whole: Callable[[str, str], tuple[Path, bytes]]
) -> None:
    source, good = whole(name, file)
    broken = json.loads(good)
    for _ in range(data.draw(st.integers(1, 3))):
        broken = spoiled(broken, data)
    (source / file).write_text(json.dumps(broken))
    attempt(name, source)


@LENIENT
@given(data=st.data())
@pytest.mark.parametrize(
    ("name", "file"),
    [
        ("open_images", "validation-annotations-bbox.csv"),
        ("open_images", "class-descriptions-boxable.csv"),
        ("co_parsing", "label_list.mat"),
        ("co_parsing", "annotations/pixel-level/0001.mat"),
        ("deepfashion2", "train/annos/000001.json"),
        ("deepfashion2", "train/image/000001.jpg"),
        ("labelled_photos", "labels.csv"),
        ("labelled_photos", "images/front.png"),
    ],
)
def test_bytes(
    name: str, file: str, data: st.DataObject, whole: Callable[[str, str], tuple[Path, bytes]]
) -> None:
    source, good = whole(name, file)
    start = data.draw(st.integers(0, len(good)))
    end = data.draw(st.integers(start, min(len(good), start + 40)))
    (source / file).write_bytes(good[:start] + data.draw(st.binary(max_size=40)) + good[end:])
    attempt({"co_parsing": "clothing-co-parsing"}.get(name, name.replace("_", "-")), source)


@pytest.fixture
def whole(request: pytest.FixtureRequest) -> Callable[[str, str], tuple[Path, bytes]]:
    """The folder of a miniature, and what a file of it held at first."""
    kept: dict[str, bytes] = {}

    def find(name: str, file: str) -> tuple[Path, bytes]:
        source: Path = request.getfixturevalue(name)
        if file not in kept:
            kept[file] = (source / file).read_bytes()
        return source, kept[file]

    return find
