"""Whatever a file of a data set holds, an import ends with views or with an error that names the file."""

from __future__ import annotations

import contextlib
import json
import shutil
import tempfile
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from shopthelook.embedding.views import DataError, open_views
from shopthelook.embedding.views.importing import Order, import_views

FILES = [
    ("shop_the_look", "fashion.json"),
    ("shop_the_look", "fashion-cat.json"),
    ("street2shop", "meta/json/train_pairs_dresses.json"),
    ("street2shop", "meta/json/retrieval_dresses.json"),
    ("deepfashion2", "train/annos/000001.json"),
    ("csv", "mine.csv"),
    ("co_parsing", "mask_labels.json"),
    ("co_parsing", "masks/0001.png"),
    ("coco", "boxes_coco.json"),
    ("labelled_photos", "labels.csv"),
    ("luma", "catalogue.csv"),
    ("rendered", "products.csv"),
    ("rendered", "rooms.json"),
]
values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=8,
)


def places(value: object, path: tuple[str | int, ...] = ()) -> list[tuple[str | int, ...]]:
    """Where values stand in a JSON document."""
    inner: list[tuple[str | int, object]] = []
    if isinstance(value, dict):
        inner = list(value.items())
    elif isinstance(value, list):
        inner = list(enumerate(value))
    return [path, *(place for key, one in inner for place in places(one, (*path, key)))]


def spoiled(document: object, place: tuple[str | int, ...], value: object) -> object:
    if not place:
        return value
    copy = json.loads(json.dumps(document))
    holder = copy
    for key in place[:-1]:
        holder = holder[key]
    holder[place[-1]] = value
    return copy


def attempt(name: str, source: Path) -> None:
    with tempfile.TemporaryDirectory() as folder:
        out = Path(folder, "out")
        with contextlib.suppress(DataError):
            import_views(Order(name.replace("_", "-"), source), out)
            assert open_views(out).views


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@pytest.mark.parametrize(("name", "file"), FILES)
@given(data=st.data())
def test_a_spoiled_file(name: str, file: str, data: st.DataObject, request: pytest.FixtureRequest) -> None:
    whole: Path = request.getfixturevalue("csv_file" if name == "csv" else name)
    with tempfile.TemporaryDirectory() as folder:
        source = Path(folder, "source")
        shutil.copytree(whole, source)
        content = (source / file).read_bytes()
        if file.endswith(".json") and data.draw(st.booleans()):
            lines = content.splitlines() if file == "fashion.json" else [content]
            document = json.loads(data.draw(st.sampled_from(lines)))
            place = data.draw(st.sampled_from(places(document)))
            changed = json.dumps(spoiled(document, place, data.draw(values))).encode()
        else:
            start = data.draw(st.integers(0, len(content) - 1))
            length = data.draw(st.integers(0, 20))
            changed = content[:start] + data.draw(st.binary(max_size=20)) + content[start + length :]
        (source / file).write_bytes(changed)
        attempt(name, source)


@settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(cells=st.lists(st.text(max_size=6), min_size=1, max_size=6))
def test_any_cells_of_a_table(csv_file: Path, cells: list[str]) -> None:
    header, *rows = (csv_file / "mine.csv").read_text(encoding="utf-8").splitlines()[:2]
    with tempfile.TemporaryDirectory() as folder:
        source = Path(folder, "source")
        shutil.copytree(csv_file, source)
        line = "street.jpg," + ",".join(cell.replace('"', "") for cell in cells)
        text = "\n".join([header, *rows, line])
        (source / "mine.csv").write_text(text, encoding="utf-8", errors="surrogatepass")
        attempt("csv", source)
