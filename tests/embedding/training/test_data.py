from __future__ import annotations

from collections import Counter
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from shopthelook.datasets.splits import split_of
from shopthelook.embedding.training.data import (
    DataError,
    cut,
    load,
    model_group,
    read_views,
    rendered,
    split_of_model,
)
from shopthelook.embedding.training.data import demo as read_demo

SHIRTS, SHOES, SOFAS, CHAIRS = 212, 187, 460, 443


def test_every_data_set_gives_its_views(data: Path, renders: Path) -> None:
    views = read_views(data, renders)
    assert Counter((view.source, view.kind) for view in views) == {
        ("fashion-scenes", "scene"): 12,
        ("fashion-scenes", "product"): 12,
        ("home-scenes", "scene"): 4,
        ("garments", "product"): 8,
        ("luma-catalogue", "product"): 8,
        ("renders", "product"): 16,
        ("renders", "scene"): 16,
    }
    assert len({view.key for view in views}) == len(views)
    categories = {
        source: {v.category for v in views if v.source == source} for source in {v.source for v in views}
    }
    assert categories["fashion-scenes"] == {SHIRTS, SHOES}
    assert categories["home-scenes"] == {SOFAS}
    assert categories["renders"] == {CHAIRS}


def test_all_views_of_a_thing_are_on_one_side(data: Path, renders: Path) -> None:
    splits: dict[str, set[str]] = {}
    for view in read_views(data, renders):
        splits.setdefault(view.thing, set()).add(view.split)
    assert all(len(sides) == 1 for sides in splits.values())


def test_a_scene_is_split_by_the_bytes_of_its_file(data: Path) -> None:
    for view in read_views(data):
        if view.source in ("fashion-scenes", "home-scenes", "garments"):
            assert view.split == split_of(view.path.read_bytes())


def test_a_cut_out_is_white_but_for_its_mask(data: Path) -> None:
    views = [v for v in read_views(data) if v.source == "fashion-scenes" and v.category == SHIRTS]
    crop = load(next(v for v in views if v.kind == "scene" and v.path.name == "0.png"))
    alone = load(next(v for v in views if v.kind == "product" and v.path.name == "0.png"))
    assert crop.shape == (40, 50, 3)
    assert np.array_equal(crop, alone)  # here the mask fills the box
    outside = np.asarray(Image.open(data / "fashion-scenes" / "images" / "0.png"))
    assert outside.shape == (120, 100, 3)


def test_a_product_picture_loses_its_border(data: Path) -> None:
    views = [v for v in read_views(data) if v.source == "luma-catalogue"]
    assert {load(view).shape for view in views} == {(60, 40, 3)}
    assert sorted(v.path.stem for v in views if v.main) == [f"mh0{n}-red_main" for n in range(4)]


def test_the_first_picture_of_a_rendered_product_is_its_main_one(renders: Path) -> None:
    mains = [view.path.name for view in rendered(renders) if view.main]
    assert mains == [f"chair-{n}__0.webp" for n in range(8)]


def test_the_demo_is_all_held_out(renders: Path) -> None:
    lines = ["id\timage_link\tgoogle_product_category"]
    lines += [f"chair-{n}\tproducts/chair-{n}__0.webp\tFurniture > Chairs" for n in range(8)]
    (renders / "products.tsv").write_text("\n".join(lines) + "\n")
    views = list(read_demo(renders))
    assert Counter((v.kind, v.split) for v in views) == {("product", "test"): 8, ("scene", "test"): 16}


def test_a_model_in_two_colours_is_on_one_side() -> None:
    for model in ("scopia-chair3", "own-vase-09", "katorlegaz-futon"):
        assert (
            len({split_of_model(model + color) for color in ("", "-red", "-light-blue", "-navy-blue")}) == 1
        )
    # A data set of pictures for a detector says the same group, and so has the same split.
    assert model_group("scopia-chair3-red") == "renders/scopia-chair3"
    assert split_of_model("scopia-chair3-red") == split_of("renders/scopia-chair3")


def test_renders_that_are_not_there_yet_are_left_out(renders: Path) -> None:
    (renders / "products" / "chair-3__0.webp").unlink()
    (renders / "rooms.json").unlink()
    assert len(list(rendered(renders))) == 15


@pytest.mark.parametrize(
    ("box", "shape"),
    [((-5, -5, 3, 4), (4, 3)), ((8, 8, 99, 99), (2, 2)), ((20, 20, 30, 30), (1, 1)), ((4, 4, 4, 4), (1, 1))],
)
def test_a_cut_is_never_empty(box: tuple[float, float, float, float], shape: tuple[int, int]) -> None:
    assert cut(np.zeros((10, 10, 3), np.uint8), box).shape[:2] == shape


def test_a_folder_without_data_sets_is_refused(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="no data set lies in"):
        read_views(tmp_path)


def test_a_broken_data_set_is_named(data: Path) -> None:
    (data / "home-scenes" / "boxes_coco.json").write_text("{")
    with pytest.raises(DataError, match=r"boxes_coco\.json can't be read"):
        read_views(data)
