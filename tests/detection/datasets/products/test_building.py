"""Single products out of a catalogue: which come in, with which box, and what stopping does."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageDraw

from shopthelook.detection.datasets import DataError, open_data
from shopthelook.detection.datasets.products import building, choosing
from shopthelook.detection.datasets.products.building import Rules, build
from shopthelook.detection.datasets.products.choosing import CatalogueProduct, SceneLabels, choose
from shopthelook.images import PictureError, Rgb
from shopthelook.taxonomy import Category, Taxonomy

CHAIRS = Taxonomy.builtin().get("Furniture > Chairs > Arm Chairs, Recliners & Sleeper Chairs")
SOFAS = Taxonomy.builtin().get("Furniture > Sofas")
BOX = (30, 20, 170, 190)
PLAIN = Rules()
INFO = {"description": "made", "license": "CC0"}


class World:
    """Pictures by hash, and products of them."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.reads = folder, 0
        self.products: list[CatalogueProduct] = []
        self._pictures: dict[str, bytes] = {}

    def add(
        self, name: str, category: Category | None = CHAIRS, box: tuple[int, ...] = BOX, ground: str = "white"
    ) -> str:
        picture = Image.new("RGB", (200, 200), ground)
        ImageDraw.Draw(picture).rectangle(box, fill=tuple(hashlib.sha256(name.encode()).digest()[:3]))
        ImageDraw.Draw(picture).rectangle((box[0], box[1], box[0] + 9, box[3]), fill="black")
        ImageDraw.Draw(picture).rectangle((box[2] - 9, box[1], box[2], box[3]), fill="black")
        path = self.folder / f"{name}.png"
        picture.save(path)
        return self.add_bytes(name, path.read_bytes(), category)

    def add_bytes(self, name: str, data: bytes, category: Category | None = CHAIRS) -> str:
        key = hashlib.sha256(data).hexdigest()
        self._pictures[key] = data
        self.products.append(CatalogueProduct(name, category, key))
        return key

    def read(self, key: str) -> bytes:
        self.reads += 1
        if key not in self._pictures:
            raise PictureError("not_found", "gone")
        return self._pictures[key]


@pytest.fixture
def world(tmp_path: Path) -> World:
    return World(tmp_path)


@pytest.fixture
def scenes(coco: Path) -> SceneLabels:
    """Eight boxes of chairs and four of couches."""
    return SceneLabels([open_data(coco, "coco")])


def exact(rgb: Rgb) -> np.ndarray:
    """A detector that finds the whole product, and a part of it."""
    return np.array([[30, 20, 171, 191], [40, 40, 90, 90]], np.float32)


def make(
    world: World,
    scenes: SceneLabels,
    rules: Rules = PLAIN,
    find: Callable[[Rgb], np.ndarray] = exact,
) -> building.Built:
    return build(world.products, world.read, scenes, world.folder / "out", rules, find, info=INFO)


def test_a_product_becomes_a_picture_with_one_box(world: World, scenes: SceneLabels) -> None:
    key = world.add("chair")
    world.add("sofa", SOFAS, box=(31, 20, 170, 190))
    built = make(world, scenes)
    assert (dict(built.kept), dict(built.left_out)) == ({"Chairs": 1, "Sofas": 1}, {})
    data = open_data(built.folder)
    assert (data.kind, data.licence) == ("products", "CC0")
    # The label is the one that scenes use, so that a detector of fine labels takes it for the same.
    names = {picture.path.name: data.names[picture.labels[0]] for picture in data.pictures}
    assert names[key] == "chair"
    assert sorted(names.values()) == ["chair", "couch"]
    assert data.categories[data.names.index("chair")] == Taxonomy.builtin().get("Furniture > Chairs")
    chair = next(picture for picture in data.pictures if picture.path.name == key)
    assert np.allclose(chair.boxes, [[30, 20, 171, 191]])
    assert chair.size == (200, 200)
    assert chair.path.read_bytes() == world.read(key)
    assert chair.digest == bytes.fromhex(key)
    assert sorted(path.name for path in built.folder.iterdir()) == [
        "annotations.json",
        "images",
        "labels.tsv",
    ]


def test_every_product_that_is_left_out_has_its_reason(world: World, scenes: SceneLabels) -> None:
    world.add("good")
    world.add("predicted", None)
    world.products.append(CatalogueProduct("no picture", CHAIRS, None))
    world.products.append(CatalogueProduct("gone", CHAIRS, "0" * 64))
    world.add("toy", Taxonomy.builtin().get("Toys & Games"))
    world.add("hat", Taxonomy.builtin().get("Apparel & Accessories > Clothing Accessories > Hats"))
    world.add("room", ground="#997755")
    world.add("small", box=(30, 20, 90, 190))
    same = world.add("twin")
    world.products.append(CatalogueProduct("twin too", CHAIRS, same))
    both = world.add("both")
    world.products.append(CatalogueProduct("both too", SOFAS, both))
    world.add_bytes("broken", b"no picture")

    def find(rgb: Rgb) -> np.ndarray:
        return exact(rgb) if rgb[100, 110].max() < 255 else np.zeros((0, 4), np.float32)

    built = make(world, scenes, find=find)
    assert dict(built.kept) == {"Chairs": 2}
    assert dict(built.left_out) == {
        choosing.NO_CATEGORY: 1,
        choosing.NO_PICTURE: 1,
        choosing.NO_COARSE: 1,
        choosing.NOT_IN_SCENES: 1,
        choosing.TWO_CATEGORIES: 2,
        choosing.SAME_PICTURE: 1,
        building.UNREADABLE: 2,
        building.NOT_WHITE: 1,
        building.NO_OBJECT: 1,
    }
    assert sum(built.kept.values()) + sum(built.left_out.values()) == len(world.products)


@pytest.mark.parametrize(
    ("rules", "box", "kept"),
    [
        (Rules(), (30, 20, 171, 191), True),
        (Rules(), (30, 20, 171, 130), False),
        (Rules(), (0, 0, 200, 200), False),  # looser than the product by more than a fifth
        (Rules(least_cover=0.5), (0, 0, 200, 200), True),
        (Rules(cover="picture"), (30, 20, 171, 191), False),  # 60% of the picture
        (Rules(cover="picture"), (5, 5, 195, 195), True),
        (Rules(box="background"), (0, 0, 1, 1), True),
    ],
)
def test_the_largest_box_must_cover_enough(
    world: World, scenes: SceneLabels, rules: Rules, box: tuple[int, ...], kept: bool
) -> None:
    world.add("chair")

    def find(_: Rgb) -> np.ndarray:
        return np.array([(100, 100, 101, 101), box], np.float32)

    if not kept:
        with pytest.raises(DataError, match=f"nothing was written.*{building.TOO_SMALL}: 1"):
            make(world, scenes, rules, find)
        assert not list(world.folder.glob("out*"))
        return
    picture = open_data(make(world, scenes, rules, find).folder).pictures[0]
    wanted = (30, 20, 171, 191) if rules.box == "background" else box
    assert np.allclose(picture.boxes, [wanted], atol=2)


def test_a_category_comes_in_as_often_as_in_the_scenes(world: World, scenes: SceneLabels) -> None:
    for n in range(20):
        world.add(f"chair {n}")
        world.add(f"sofa {n}", SOFAS)
    built = make(world, scenes)
    assert dict(built.kept) == {"Chairs": 8, "Sofas": 4}
    assert built.left_out[building.ENOUGH] == 28
    assert world.reads == 12  # what is over the number is not even looked at


def test_the_draw_follows_the_seed_and_not_the_order(world: World, scenes: SceneLabels) -> None:
    for n in range(20):
        world.add(f"chair {n}")

    def order(seed: int, products: list[CatalogueProduct]) -> list[str]:
        (some,) = choose(products, scenes, seed)[0].values()
        return [one.product for one in some]

    assert order(0, world.products) == order(0, world.products[::-1])
    assert order(0, world.products) != order(1, world.products)
    assert sorted(order(0, world.products)) == sorted(order(1, world.products))


def test_a_build_that_was_stopped_goes_on(world: World, scenes: SceneLabels) -> None:
    for n in range(6):
        world.add(f"chair {n}")

    def stop(built: building.Built) -> None:
        if built.done == 3:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        build(
            world.products, world.read, scenes, world.folder / "out", Rules(), exact, info=INFO, progress=stop
        )
    partial = world.folder / "out.partial"
    with (partial / "pictures.jsonl").open("a") as journal:
        journal.write('{"picture": "cut sho')  # what a kill leaves
    assert world.reads == 3
    with pytest.raises(DataError, match="other settings"):
        make(world, scenes, Rules(seed=1))
    built = make(world, scenes)
    assert world.reads == 6
    assert dict(built.kept) == {"Chairs": 6}
    whole = build(
        world.products, world.read, scenes, world.folder / "again", Rules(), exact, info=INFO
    ).folder
    read = [json.loads((folder / "annotations.json").read_text()) for folder in (built.folder, whole)]
    assert read[0] == read[1]
    with pytest.raises(DataError, match="exists already"):
        make(world, scenes)


def test_a_name_that_means_two_things_is_not_used(coco: Path, tmp_path: Path) -> None:
    other = tmp_path / "other"
    other.mkdir()
    data = json.loads((coco / "boxes_coco.json").read_text())
    (other / "annotations.json").write_text(json.dumps(data))
    (other / "labels.tsv").write_text("chair\tFurniture > Sofas\ncouch\tFurniture > Sofas\n")
    labels = SceneLabels([open_data(coco, "coco"), open_data(other)])
    assert labels.label_of(CHAIRS) == (CHAIRS.full, CHAIRS)
    assert labels.label_of(SOFAS) == ("couch", SOFAS)
