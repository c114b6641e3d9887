"""A detector's boxes in photos that have tags, and in those that have some boxes."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from tests.fixtures.tiny_bundles import scene

from shopthelook.datasets.splits import split_of
from shopthelook.detection import Detector
from shopthelook.detection.datasets import DataError, DataSet, LabelSpace, open_data, read_scenes
from shopthelook.detection.datasets.importing import Order, import_data
from shopthelook.detection.datasets.pseudo import PseudoLabelled, Rules, pseudo_label
from shopthelook.models import open_bundle

CHAIR, SOFA, TABLE = range(3)  # of the tiny detector: red, green, blue
LABELS = "armchair\tFurniture > Chairs\nchairs\tFurniture > Chairs\ncouch\tFurniture > Sofas\n"
LABELS += "desk\tFurniture > Tables\nrug\tRugs\nsun\t\n"
APART = (CHAIR, 20, 20, 60, 220), (CHAIR, 140, 20, 180, 220)  # half of the box around both is red


def paint(path: Path, split: str, *rectangles: tuple[int, int, int, int, int]) -> None:
    """A photo of a split: the shade of its first pixel decides."""
    path.parent.mkdir(parents=True, exist_ok=True)
    pixels = scene(320, 240, *rectangles)
    for shade in range(256):
        pixels[0, 0] = shade
        Image.fromarray(pixels).save(path)
        if split_of(path.read_bytes()) == split:
            return


@pytest.fixture
def detector(tiny_detector: Path) -> Detector:
    return Detector(open_bundle(tiny_detector, "detector"))


@pytest.fixture
def tagged(tmp_path: Path) -> DataSet:
    source = tmp_path / "source"
    tags = {}
    for name, split, names, rectangles in (
        ("sure", "train", ["armchair"], [(CHAIR, 20, 30, 120, 200)]),
        ("unsure", "train", ["chairs", "sun"], APART),
        ("ruled-out", "train", ["couch"], [(CHAIR, 20, 30, 120, 200), (SOFA, 160, 30, 300, 200)]),
        ("unfound", "train", ["armchair", "desk", "rug"], [(TABLE, 160, 30, 300, 200)]),
        ("test", "test", ["chairs"], [(CHAIR, 20, 30, 120, 200)]),
    ):
        paint(source / f"{name}.png", split, *rectangles)
        tags[f"{name}.png"] = names
    (source / "tags.json").write_text(json.dumps(tags))
    (tmp_path / "labels.tsv").write_text(LABELS)
    import_data(Order("tagged", source, labels=tmp_path / "labels.tsv"), tmp_path / "tagged")
    return open_data(tmp_path / "tagged")


Said = dict[str, tuple[list[str], set[str]]]


def said(folder: Path) -> Said:
    """Of each picture the coarse labels of its boxes, and what is known in it."""
    names = [label.name for label in LabelSpace.coarse().labels]
    return {
        one.path.stem: ([names[i] for i in one.labels], {names[i] for i in np.flatnonzero(one.known)})
        for one in read_scenes(folder)
    }


def test_photos_with_tags(tagged: DataSet, detector: Detector, tmp_path: Path) -> None:
    done = pseudo_label(tagged, detector, tmp_path / "out")
    assert (done.pictures, done.looked_at, done.with_boxes) == (5, 4, 4)
    assert dict(done.boxes) == {"Chairs": 2, "Sofas": 1, "Tables": 1}
    all_four = {"Chairs", "Sofas", "Tables", "Rugs"}
    assert said(tmp_path / "out") == {
        "sure": (["Chairs"], all_four),
        "unsure": (["Chairs"], all_four - {"Chairs"}),
        "ruled-out": (["Sofas"], all_four),
        "unfound": (["Tables"], all_four - {"Chairs", "Rugs"}),
        "test": ([], all_four - {"Chairs"}),
    }
    made = open_data(tmp_path / "out")
    # The tags that the detector has a name for gave way to it; "chairs" is its own.
    assert made.names == ("chairs", "rug", "sun", "Sofas", "Tables")
    assert [one and one.name for one in made.categories] == ["Chairs", "Rugs", None, "Sofas", "Tables"]
    sure = next(one for one in made.pictures if one.path.stem == "sure")
    np.testing.assert_allclose(sure.boxes, [[20, 30, 120, 200]], atol=1.5)
    whole = json.loads((tmp_path / "out/annotations.json").read_text())
    noted = whole["info"]["pseudo_labelled"]
    assert (noted["from"], noted["by"], noted["boxes"]) == ("tagged", detector.bundle.key, 4)
    assert all(0.35 <= one["score"] <= 1 and one["guessed"] for one in whole["annotations"])
    assert {path.name for path in (tmp_path / "out").iterdir()} == {
        "annotations.json",
        "labels.tsv",
        "images",
    }
    with pytest.raises(DataError, match="exists already"):
        pseudo_label(tagged, detector, tmp_path / "out")


@pytest.mark.parametrize(("rules", "boxes"), [(Rules(0.6, 0.7), 3), (Rules(0.35, 0.45), 4)])
def test_the_rules_decide(
    tagged: DataSet, detector: Detector, tmp_path: Path, rules: Rules, boxes: int
) -> None:
    """The unsure photo has a box of score 0.5."""
    done = pseudo_label(tagged, detector, tmp_path / "out", rules)
    assert done.boxes.total() == boxes
    assert ("Chairs" in said(tmp_path / "out")["unsure"][1]) == (rules.sure < 0.5)


def test_boxes_that_are_there_stay_and_known_labels_get_none(
    coco: Path, detector: Detector, tmp_path: Path
) -> None:
    """Eight chairs make chairs known; of four couches, which the tiny detector calls tables, nobody says all."""
    file = coco / "boxes_coco.json"
    file.write_text(
        json.dumps(json.loads(file.read_text()) | {"info": {"label_map": "coco", "license": "CC0"}})
    )
    data = open_data(coco)
    train = {one.path.stem for one in data.pictures if one.split() == "train"}
    blue = {one.path.stem for one in data.pictures if int(one.path.stem) % 3 == 0}
    assert all((blue & train, train - blue, blue - train))

    done = pseudo_label(data, detector, tmp_path / "none")
    assert (done.pictures, done.boxes.total()) == (12, 0)
    done = pseudo_label(data, detector, tmp_path / "all", Rules(present_only=False))
    assert (done.looked_at, dict(done.boxes)) == (len(train), {"Tables": len(blue & train)})
    for stem, (labels, known) in said(tmp_path / "all").items():
        own = ["Sofas"] if stem in blue else ["Chairs"]
        added = ["Tables"] if stem in blue & train else []
        assert (labels, known) == (own + added, {"Chairs", *added})
    made = open_data(tmp_path / "all")
    assert (made.names[:3], made.licence) == (data.names, "CC0")
    for old, new in zip(data.pictures, made.pictures, strict=True):
        np.testing.assert_array_equal(new.boxes[: len(old.boxes)], old.boxes)
        assert new.path.read_bytes() == old.path.read_bytes()


def test_a_box_around_what_has_one_is_not_added(coco: Path, detector: Detector, tmp_path: Path) -> None:
    """Chairs that are said not to be all: the detector finds the ones that are there, and no other."""
    file = coco / "boxes_coco.json"
    whole = json.loads(file.read_text()) | {"info": {"label_map": "coco"}}
    for image in whole["images"]:
        image |= {"neg_category_ids": [2], "not_exhaustive_category_ids": [1]}
    file.write_text(json.dumps(whole))
    done = pseudo_label(open_data(coco), detector, tmp_path / "out")
    assert done.looked_at > 0
    assert done.boxes.total() == 0
    assert not any("Chairs" in known for _, known in said(tmp_path / "out").values())


def test_a_stopped_run_goes_on(
    tagged: DataSet, detector: Detector, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pseudo_label(tagged, detector, tmp_path / "whole")

    def stop(what: str, done: int, _: int) -> None:
        if (what, done) == ("looked at", 3):
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        pseudo_label(tagged, detector, tmp_path / "out", progress=stop)
    assert not (tmp_path / "out").exists()
    looked: list[int] = []
    propose = detector.propose
    monkeypatch.setattr(detector, "propose", lambda rgb: looked.append(1) or propose(rgb))
    done: PseudoLabelled = pseudo_label(tagged, detector, tmp_path / "out")
    assert (done.looked_at, len(looked)) == (4, 2)  # the fourth, in two views
    one, two = (json.loads((tmp_path / name / "annotations.json").read_text()) for name in ("whole", "out"))
    assert one == two
    (tmp_path / "other.partial").mkdir()
    with pytest.raises(DataError, match=r"other\.partial is left of something else"):
        pseudo_label(tagged, detector, tmp_path / "other")


def test_what_cannot_be_labelled_is_refused(
    rooms: Path, tagged: DataSet, detector: Detector, tmp_path: Path
) -> None:
    with pytest.raises(DataError, match="every object of its pictures has a box"):
        pseudo_label(open_data(rooms), detector, tmp_path / "out")
    file = tagged.folder / "labels.tsv"
    whole = (tagged.folder / "annotations.json").read_text().replace('"rug"', '"tables"')
    (tagged.folder / "annotations.json").write_text(whole)
    file.write_text(file.read_text().replace("rug\t", "tables\t"))
    with pytest.raises(
        DataError, match=r"'tables' means .*Rugs there, and Furniture > Tables to the detector"
    ):
        pseudo_label(open_data(tagged.folder), detector, tmp_path / "out")
    assert not (tmp_path / "out").exists()
