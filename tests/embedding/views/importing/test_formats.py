"""Each importer on a miniature of what its publisher gives."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from shopthelook.datasets.splits import split_of
from shopthelook.embedding.views import DataError, View, ViewSet, load, open_views
from shopthelook.embedding.views.importing import FORMATS, Imported, Order, import_views
from shopthelook.embedding.views.importing.coloring import main_color
from shopthelook.embedding.views.importing.rendered import model_group
from shopthelook.taxonomy import Taxonomy


def brought(form: str, source: Path) -> tuple[Imported, ViewSet]:
    out = source.parent / "out" / form
    done = import_views(Order(form, source), out)
    data = open_views(out)
    assert done.views == len(data.views)
    assert done.read == done.total
    for view in data.views:
        load(view)
    return done, data


def coarse(name: str) -> int:
    found = Taxonomy.builtin().coarse(Taxonomy.builtin().get(name))
    assert found is not None
    return found.id


def shown(
    views: tuple[View, ...],
) -> list[tuple[str, str, str | None, tuple[float, float, float, float] | None]]:
    return [(Path(view.picture).stem.lstrip("0"), view.role, view.instance, view.box) for view in views]


def test_shop_the_look(shop_the_look: Path) -> None:
    done, data = brought("shop-the-look", shop_the_look)
    one, two, three = (f"shop-the-look/{number:032x}" for number in (1, 2, 3))
    assert shown(data.views) == [
        ("1", "product", one, None),
        ("b", "scene", one, (20, 50, 60, 100)),
        ("2", "product", two, None),
        ("b", "scene", two, (40, 10, 72, 40)),
        ("c", "scene", one, (0, 0, 40, 50)),
        ("3", "product", three, None),
        ("d", "scene", three, (8, 10, 72, 90)),
    ]
    assert [view.category for view in data.views] == [
        coarse("Pants"),
        coarse("Pants"),
        coarse("Shoes"),
        coarse("Shoes"),
        coarse("Pants"),
        -1,
        -1,
    ]
    assert sum(view.main for view in data.views) == 3
    assert all(view.split == split_of(view.instance or "") for view in data.views)
    # The built-in taxonomy has no branch for hardware: the path is kept all the same.
    assert done.unmapped == ["Hardware > Plumbing > Plumbing Fixtures > Faucets"]
    assert "Hardware > Plumbing > Plumbing Fixtures > Faucets" in (data.folder / "views.csv").read_text()


def test_shop_the_look_without_some_pictures(shop_the_look: Path) -> None:
    (shop_the_look / "pictures" / f"{1:032x}.jpg").unlink()
    (shop_the_look / "pictures" / f"{13:032x}.jpg").unlink()
    with (shop_the_look / "fashion.json").open("a") as file:
        file.write('{"product": "x", "scene": 3}\n{\n')
    done, data = brought("shop-the-look", shop_the_look)
    assert [(view.role, (view.instance or "")[-1]) for view in data.views] == [
        ("scene", "1"),
        ("product", "2"),
        ("scene", "2"),
        ("scene", "1"),
        ("product", "3"),
    ]
    assert [problem.reason.rpartition(": ")[2] for problem in done.problems] == [
        "'scene' must be a text, not 3",
        "Expecting property name enclosed in double quotes: line 2 column 1 (char 2)".rpartition(": ")[2],
        "no picture has this name",
        "no picture has this name",
    ]


def test_street2shop(street2shop: Path) -> None:
    _, data = brought("street2shop", street2shop)
    dress, bag, box = "street2shop/dresses/7", "street2shop/bags/8", (10, 20, 50, 80)
    assert shown(data.views) == [
        ("5", "scene", bag, box),
        ("1", "scene", dress, box),
        ("2", "scene", dress, box),
        ("6", "product", bag, None),
        ("3", "product", dress, None),
        ("4", "product", dress, None),
    ]
    assert [view.main for view in data.views] == [False, False, False, True, True, False]
    assert {view.category for view in data.views} == {coarse("Dresses"), coarse("Handbags")}
    assert {view.group for view in data.views} == {"street2shop/7", "street2shop/8"}


def test_street2shop_tells_a_missing_photo_once(street2shop: Path) -> None:
    (street2shop / "photos" / "000000003.jpeg").unlink()
    listed = '[{"photo": 3, "product": 7}, {"photo": 3, "product": 9}, {"photo": 4}, 5]'
    (street2shop / "meta" / "json" / "retrieval_dresses.json").write_text(listed)
    done, _ = brought("street2shop", street2shop)
    assert [tuple(problem) for problem in done.problems] == [
        ("retrieval_dresses.json: photo 3", "no picture has this number"),
        ("retrieval_dresses.json", "[2]: 'product' is missing; an id (a whole number or a text) is needed"),
        ("retrieval_dresses.json", "[3]: an object is needed, not 5"),
    ]


def test_deepfashion2(deepfashion2: Path) -> None:
    _, data = brought("deepfashion2", deepfashion2)
    skirt, box = "deepfashion2/train/1/1", (10, 20, 60, 90)
    assert shown(data.views) == [
        ("1", "scene", skirt, box),
        ("1", "scene", None, box),
        ("2", "product", skirt, box),
        ("1", "product", "deepfashion2/validation/1/1", box),
    ]
    assert [view.group for view in data.views[:3]] == ["deepfashion2/train/1"] * 3
    assert data.licence == "non-commercial research and education only"


def test_deepfashion2_with_broken_annotations(deepfashion2: Path) -> None:
    annos = deepfashion2 / "train" / "annos"
    (annos / "000001.json").write_text('{"source": "user", "pair_id": 1, "item1": {"style": "x"}}')
    (annos / "000002.json").write_text('{"source": "else", "pair_id": 1}')
    done, _ = brought("deepfashion2", deepfashion2)
    assert [tuple(problem) for problem in done.problems] == [
        ("train/annos/000001.json: item1", "'style' must be a number, not 'x'"),
        ("train/annos/000002.json", "'source' must be 'shop' or 'user', not 'else'"),
    ]


def test_a_table(csv_file: Path) -> None:
    _, data = brought("csv", csv_file)
    assert shown(data.views) == [("street", "scene", "a", (10, 10, 70, 90)), ("shop", "product", "a", None)]
    assert {view.category for view in data.views} == {coarse("Sofas")}
    assert [view.labels for view in data.views] == [{"color": "Red"}] * 2
    assert data.views[1].main


@pytest.mark.parametrize("form", ["co_parsing", "co_parsing_of_matlab"])
def test_co_parsing(form: str, request: pytest.FixtureRequest) -> None:
    source: Path = request.getfixturevalue(form)
    done, data = brought("co-parsing", source)
    coat, box = "clothing-co-parsing/0001/coat", (10, 20, 50, 96)
    assert shown(data.views) == [("1", "scene", coat, box), ("1", "product", coat, box)]
    assert (done.not_for_sale, done.unmapped) == (2, ["hair"])  # seen twice, in its photo and cut out
    photo = next(source.glob("*/0001.jpg")).read_bytes()
    assert {view.split for view in data.views} == {split_of(photo)}
    whole, alone = (load(view) for view in data.views)
    assert alone.shape == whole.shape
    assert (alone[45:70] == 255).all()  # where the hair is
    assert np.array_equal(alone[:40], whole[:40])
    coats = whole[(alone < 255).any(2)]
    assert [view.labels for view in data.views] == [
        {"color": main_color(coats)} if main_color(coats) else {}
    ] * 2


def test_coco(coco: Path) -> None:
    done, data = brought("coco", coco)
    assert shown(data.views) == [("room", "scene", None, (5, 5, 65, 45))]
    assert data.views[0].category == coarse("Sofas")
    assert (done.too_small, done.not_for_sale, done.unmapped) == (1, 1, ["cat"])
    assert data.views[0].split == split_of((coco / "images" / "room.jpg").read_bytes())


def test_labelled_photos(labelled_photos: Path) -> None:
    done, data = brought("labelled-photos", labelled_photos)
    assert shown(data.views) == [(name, "product", None, None) for name in "abc"]
    assert [view.category for view in data.views] == [coarse("Shirts & Tops"), -1, coarse("Ottomans")]
    assert [view.labels for view in data.views] == [{"kids": "False"}, {"kids": "True"}, {}]
    assert done.unmapped == ["Not sure"]


def test_luma(luma: Path) -> None:
    _, data = brought("luma", luma)
    assert shown(data.views) == [
        ("mh01-black_back", "product", "luma/MH01-Black", None),
        ("mh01-black_main", "product", "luma/MH01-Black", None),
        ("mh01-gray_main", "product", "luma/MH01-Gray", None),
    ]
    assert [view.main for view in data.views] == [False, True, True]
    assert {view.group for view in data.views} == {"luma/MH01"}
    # What is of several materials, or has several patterns, is of none of them alone.
    assert data.views[0].labels == {"gender": "Men", "material": "Wool®"}
    assert data.views[1].labels == {"gender": "Men", "color": "Black", "material": "Wool®"}
    assert data.views[2].labels == {"gender": "Men", "color": "Gray", "pattern": "Solid"}


def test_rendered(rendered: Path) -> None:
    _, data = brought("rendered", rendered)
    chair = "renders/own-chair-red"
    assert shown(data.views) == [
        ("own-chair-red__0", "product", chair, None),
        ("own-chair-red__1", "product", chair, None),
        ("", "scene", chair, (20, 20, 100, 80)),
        ("", "scene", "renders/own-table", (100, 20, 180, 80)),
    ]
    assert [view.main for view in data.views] == [True, False, False, False]
    assert [view.group for view in data.views] == ["renders/own-chair"] * 3 + ["renders/own-table"]
    assert [view.labels.get("color") for view in data.views] == ["Red"] * 3 + [None]


@pytest.mark.parametrize("color", ["", "-red", "-light-blue", "-navy-blue"])
def test_all_colours_of_a_rendered_model_are_of_one_group(color: str) -> None:
    for model in ("scopia-chair3", "own-vase-09", "katorlegaz-futon"):
        assert model_group(model + color) == f"renders/{model}"


def test_rendered_with_a_feed(rendered: Path) -> None:
    (rendered / "products.csv").unlink()
    lines = ["id\ttitle\timage_link\tgoogle_product_category"]
    lines += [f'own-chair-red\tA "red\tproducts/own-chair-red__{i}.png\tFurniture > Chairs' for i in (1, 7)]
    (rendered / "products.tsv").write_text("\n".join(lines) + "\n")
    done, data = brought("rendered", rendered)
    assert [view.role for view in data.views] == ["product", "scene", "scene"]
    assert data.views[0].main
    assert data.views[0].category == data.views[1].category == coarse("Chairs")
    assert [problem.where for problem in done.problems] == ["products: line 3"]


@pytest.mark.parametrize("form", FORMATS)
def test_another_folder_is_refused_with_what_was_looked_for(form: str, tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    with pytest.raises(DataError, match=rf"{tmp_path}/empty: no .*here"):
        import_views(Order(form, tmp_path / "empty"), tmp_path / "out")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["empty"]
