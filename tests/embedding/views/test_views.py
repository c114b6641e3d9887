from __future__ import annotations

import contextlib
import hashlib
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from shopthelook.datasets.splits import split_of
from shopthelook.embedding.views import DataError, Row, View, cut, load, open_all, open_views, write_views
from shopthelook.embedding.views.rows import COLUMNS
from tests.embedding.views.conftest import picture

SHIRTS, CHAIRS = 212, 443


def test_what_was_written_is_read(folder: Path) -> None:
    data = open_views(folder)
    assert (data.name, data.licence, data.description) == ("small", "CC0", "made for a test")
    street, cutout, shop, chair = data.views
    assert street == View(
        folder / "images/street.png",
        "images/street.png",
        "small",
        "shirt",
        "scene",
        SHIRTS,
        split_of("shirt"),
        "shirt",
        (15, 10, 45, 30),
        labels={"color": "Red"},
    )
    assert cutout.mask == (folder / "mask.png", 7)
    assert shop.main
    assert shop.labels == {"color": "Red", "gender": "Women"}
    assert (chair.instance, chair.category, chair.labels) == (None, CHAIRS, {})
    assert len({view.key for view in data.views}) == 4
    assert sum(len(data.of_split(split)) for split in ("train", "val", "test")) == 4


def test_a_group_says_the_split(folder: Path) -> None:
    content = (folder / "images" / "chair.png").read_bytes()
    digest = "sha256:" + hashlib.sha256(content).hexdigest()
    rows = [
        Row("images/chair.png", "product"),
        Row("images/chair.png", "product", "one", group=digest),
        Row("images/chair.png", "product", "one", group="the model"),
        Row("images/chair.png", "product", "one"),
    ]
    write_views(folder, rows)
    splits = [view.split for view in open_views(folder).views]
    assert splits == [split_of(content), split_of(content), split_of("the model"), split_of("one")]


def test_a_view_is_a_box_a_cut_out_or_a_trimmed_picture(folder: Path) -> None:
    street, cutout, shop, chair = (load(view) for view in open_views(folder).views)
    assert street.shape == (20, 30, 3)
    assert (street == (200, 30, 30)).all()
    # What the mask leaves out turns white, and is trimmed away.
    assert cutout.shape == (10, 20, 3)
    assert shop.shape == (25, 25, 3)
    assert chair.shape == (20, 20, 3)


@pytest.mark.parametrize(
    ("box", "shape"),
    [((-5, -5, 3, 4), (4, 3)), ((8, 8, 99, 99), (2, 2)), ((20, 20, 30, 30), (1, 1)), ((4, 4, 4, 4), (1, 1))],
)
def test_a_cut_is_never_empty(box: tuple[float, float, float, float], shape: tuple[int, int]) -> None:
    assert cut(np.zeros((10, 10, 3), np.uint8), box).shape[:2] == shape


def test_an_unknown_category_is_none(folder: Path) -> None:
    rows = [
        Row("images/chair.png", "product", "a", name) for name in ("Flying carpets", "Animals", "", "443")
    ]
    write_views(folder, rows)
    assert [view.category for view in open_views(folder).views] == [-1, -1, -1, CHAIRS]


@pytest.mark.parametrize(
    ("table", "reason"),
    [
        ("", "no column picture, role; it has none"),
        ("picture,instance\n", "no column role"),
        ("picture,role\n", "it has no rows"),
        ("picture,role,role\n", "two columns 'role'"),
        ("picture,role,\na.png,scene,\n", "a column without a name"),
        ("picture,role\na.png,scene,1\n", "line 2: 3 values, and there are 2 columns"),
        ("picture,role\n,scene\n", "line 2: picture: a path is needed"),
        ("picture,role\na.png,scenery\n", "line 2: role: scene or product is needed, not 'scenery'"),
        ("picture,role,main\na.png,scene,yes\n", "line 2: main: 0 or 1 is needed, not 'yes'"),
        ("picture,role,x1\na.png,scene,3\n", "line 2: x1 y1 x2 y2: four numbers are needed, or none"),
        ("picture,role,x1,y1,x2,y2\na.png,scene,1,1,nan,2\n", "line 2: x1 y1 x2 y2: numbers of pixels"),
        ("picture,role,x1,y1,x2,y2\na.png,scene,5,1,5,2\n", "line 2: x1 y1 x2 y2: the box 5 1 5 2 is empty"),
        ("picture,role,mask\na.png,scene,m.png\n", "line 2: mask: FILE#VALUE with a value"),
        ("picture,role,mask\na.png,scene,m.png#256\n", "line 2: mask: FILE#VALUE with a value"),
        ("picture,role,group\na.png,scene,sha256:ab\n", "line 2: group: 64 hexadecimal digits"),
        ("picture,role\n\n\nmissing.png,scene\n", "line 4: .*missing.png: this picture cannot be read"),
    ],
)
def test_a_broken_row_is_named(folder: Path, table: str, reason: str) -> None:
    (folder / "views.csv").write_text(table)
    with pytest.raises(DataError, match=rf"views\.csv: {reason}"):
        open_views(folder)


def test_a_folder_without_views_is_refused(tmp_path: Path) -> None:
    with pytest.raises(DataError, match=r"no views here; a folder with views\.csv is needed"):
        open_views(tmp_path)


def test_broken_information_is_named(folder: Path) -> None:
    (folder / "info.json").write_text('{"license": 3}')
    with pytest.raises(DataError, match=r"info\.json: 'license' must be a text, not 3"):
        open_views(folder)


def test_two_data_sets_of_one_name_are_refused(folder: Path, tmp_path: Path) -> None:
    assert [data.name for data in open_all([folder])] == ["small"]
    other = tmp_path / "other" / "small"
    write_views(other, [Row("a.png", "scene", "a")])
    with pytest.raises(DataError, match="two of the data sets are called 'small'"):
        open_all([folder, other])


def test_what_cannot_be_loaded_is_named(folder: Path) -> None:
    picture(folder / "images" / "wide.png", (70, 40))
    (folder / "images" / "text.png").write_text("no picture")
    Image.new("RGB", (60, 40)).save(folder / "colours.png")
    rows = [
        Row("images/none.png", "scene", "a"),
        Row("images/text.png", "scene", "a"),
        Row("images/wide.png", "scene", "a", mask="mask.png#7"),
        Row("images/street.png", "scene", "a", mask="gone.png#7"),
        Row("images/street.png", "scene", "a", mask="colours.png#7"),
    ]
    write_views(folder, rows)
    reasons = [
        r"none\.png: there is no picture",
        r"text\.png: not a JPEG",
        r"mask\.png: the mask has 60 x 40 pixels, and .*wide\.png has 70 x 40",
        r"gone\.png: the mask cannot be read",
        r"colours\.png: a mask has one channel",
    ]
    for view, reason in zip(open_views(folder).views, reasons, strict=True):
        with pytest.raises(DataError, match=reason):
            load(view)


@pytest.mark.parametrize(
    "row",
    [
        Row("", "scene"),
        Row("a\n.png", "scene"),
        Row(" a.png", "scene"),
        Row("a.png", "scene", labels={"": "x"}),
        Row("a.png", "scene", labels={"color": "\ud800"}),
        Row("a.png", "scene", box=(1, 1, 1, 2)),
        Row("a.png", "scene", mask="a.png"),
    ],
)
def test_what_could_not_be_read_back_is_not_written(tmp_path: Path, row: Row) -> None:
    with pytest.raises(DataError, match="cannot be written"):
        write_views(tmp_path, [row])
    assert not (tmp_path / "views.csv").exists()


texts = st.text(
    st.characters(exclude_categories=("Cs", "Cc", "Cf", "Zl", "Zp", "Co", "Cn")), max_size=12
).map(lambda text: " ".join(text.split()))
sides = st.integers(-500, 100_000)


@st.composite
def any_row(draw: st.DrawFn) -> Row:
    x, y = draw(sides), draw(sides)
    box = draw(
        st.none()
        | st.tuples(st.just(x), st.just(y), st.integers(x + 1, x + 999), st.integers(y + 1, y + 999))
    )
    names = texts.filter(lambda name: name and name not in COLUMNS)
    return Row(
        draw(texts.filter(bool)),
        draw(st.sampled_from(["scene", "product"])),
        draw(texts.filter(bool)),
        draw(texts),
        box,
        draw(st.booleans()),
        draw(texts.filter(lambda text: not text.startswith("sha256:"))),
        draw(st.just("") | st.builds("{}#{}".format, texts.filter(bool), st.integers(0, 255))),
        draw(st.dictionaries(names, texts.filter(bool), max_size=3)),
    )


@settings(max_examples=60, deadline=None)
@given(rows=st.lists(any_row(), min_size=1, max_size=5))
def test_any_rows_come_back(tmp_path_factory: pytest.TempPathFactory, rows: list[Row]) -> None:
    folder = tmp_path_factory.mktemp("any")
    write_views(folder, rows)
    views = open_views(folder).views
    assert [(v.picture, v.role, v.instance, v.box, v.main, v.labels) for v in views] == [
        (r.picture, r.role, r.instance, r.box, r.main, r.labels) for r in rows
    ]
    assert [view.group for view in views] == [row.group or row.instance for row in rows]


cells = st.sampled_from(
    ["", "scene", "product", "a.png", "1", "0", "-3", "1e400", "nan", "x#7", "é", '"', "\0", "443"]
)
tables = st.one_of(
    st.binary(max_size=200),
    st.lists(st.lists(cells, max_size=12).map(",".join), max_size=5).map(
        lambda lines: "\n".join([",".join([*COLUMNS, "color"]), *lines]).encode()
    ),
)


@settings(max_examples=150, deadline=None)
@given(content=tables)
def test_whatever_a_table_holds_it_is_read_or_refused(
    tmp_path_factory: pytest.TempPathFactory, content: bytes
) -> None:
    folder = tmp_path_factory.mktemp("spoiled")
    (folder / "views.csv").write_bytes(content)
    views: tuple[View, ...] = ()
    with contextlib.suppress(DataError):
        views = open_views(folder).views
    assert all(view.role in ("scene", "product") for view in views)
