"""Figures that can be worked out by hand, and those of the shipped detector against the obvious way to them."""

from __future__ import annotations

import shutil
from pathlib import Path

import numpy as np
import pytest

from shopthelook import images
from shopthelook.datasets.splits import split_of
from shopthelook.detection import Detector
from shopthelook.detection.datasets import DataError
from shopthelook.evaluation.detection import (
    Evaluation,
    LabelledBoxes,
    average_precision,
    difference,
    evaluate,
    open_measured,
)
from shopthelook.evaluation.detection.data import coarse_names
from shopthelook.evaluation.detection.measuring import covered
from shopthelook.evaluation.detection.mistakes import find_mistakes
from shopthelook.models import open_bundle
from shopthelook.taxonomy import Taxonomy
from tests.evaluation.detection.painted import AS_SOFA, CHAIR, ELSEWHERE, PAINTED_TABLE, TABLE, Painted, write
from tests.fixtures.tiny_bundles import LABELS, make_tiny_detector

DEMO = Path(__file__).parents[3] / "demo"


def one_set(bundle: Path | str, folder: Path, **options: int) -> Evaluation:
    data = open_measured(folder, "val")
    return evaluate([open_bundle(bundle)], [data], latency_pictures=0, replicates=200, **options)


def test_figures_by_hand(tiny_detector: Path, rooms: Path) -> None:
    """8 pictures of each sort: right; the chair elsewhere; a sofa for a chair; the table unsaid."""
    [figures] = one_set(tiny_detector, rooms).sets[0].figures
    chairs, tables = figures.classes
    # Chairs: 32 true; 24 shown, 16 of them right. Tables: 8 true; 16 shown, 8 right. Sofas are not labelled.
    assert (chairs.name, chairs.boxes, chairs.shown) == ("Chairs", 32, 24)
    assert (tables.name, tables.boxes, tables.shown) == ("Tables", 8, 16)
    values = {name: figures.interval(name).value for name in figures.drawn}
    assert values["precision"] == pytest.approx(24 / 40)
    assert values["recall"] == pytest.approx(24 / 40)
    assert values["f1"] == pytest.approx(24 / 40)
    assert values["with_object"] == 1.0
    assert chairs.interval("precision").value == pytest.approx(16 / 24)
    assert chairs.interval("recall").value == pytest.approx(16 / 32)
    assert values["ap50"] == pytest.approx(
        (chairs.interval("ap50").value + tables.interval("ap50").value) / 2
    )
    # All boxes are between 32 x 32 and 96 x 96 or larger: 90 x 100 is medium, 130 x 160 large.
    assert {name: one.n for name, one in figures.sizes.items()} == {"medium": 32, "large": 8}
    for name in figures.drawn:
        interval = figures.interval(name)
        assert interval.low <= interval.value <= interval.high
    assert figures.interval("recall").low < 0.6 < figures.interval("recall").high


def test_a_class_in_few_pictures_has_no_interval(tiny_detector: Path, rooms: Path) -> None:
    [figures] = one_set(tiny_detector, rooms).sets[0].figures
    chairs, tables = (one.interval("recall") for one in figures.classes)
    assert chairs.low < chairs.value < chairs.high
    # Tables are in 8 pictures; all of them were found, which says little of others.
    assert tables.value == 1.0
    assert np.isnan([tables.low, tables.high]).all()
    assert not difference(figures.classes[1].drawn, figures.classes[0].drawn, "recall").is_clear
    assert figures.as_dict()["classes"][1]["recall"] == {"value": 1.0, "low": None, "high": None}


def test_shown_is_by_the_thresholds_of_the_card(tmp_path: Path, rooms: Path) -> None:
    deaf = [{**label, "threshold": 0.9 if label["name"] == "Tables" else 0.4} for label in LABELS]
    bundle = make_tiny_detector(tmp_path, labels=deaf)
    [figures] = one_set(bundle, rooms).sets[0].figures
    chairs, tables = figures.classes
    assert (chairs.shown, tables.shown) == (24, 0)
    assert np.isnan(tables.interval("precision").value)
    assert tables.interval("recall").value == 0
    # Average precision does not depend on them.
    assert tables.interval("ap50").value > 0.3


def test_a_paired_difference_is_surer_than_two_intervals(
    tmp_path: Path, tiny_detector: Path, rooms: Path
) -> None:
    deaf = [{**label, "threshold": 0.9 if label["name"] == "Tables" else 0.4} for label in LABELS]
    worse = open_bundle(make_tiny_detector(tmp_path, name="worse", labels=deaf))
    data = open_measured(rooms, "val")
    both = evaluate([worse, open_bundle(tiny_detector)], [data], latency_pictures=0)
    old, new = both.sets[0].figures
    gain = difference(new.drawn, old.drawn, "recall")
    assert gain.value == pytest.approx(8 / 40)
    assert gain.is_clear
    assert old.interval("recall").high > new.interval("recall").low
    assert not difference(new.drawn, new.drawn, "recall").is_clear
    assert gain.high - gain.low < new.interval("recall").high - old.interval("recall").low
    said = both.as_dict()
    assert [one["name"] for one in said["detectors"]] == ["worse@1", "tiny-detector@1"]
    first, second = said["data"][0]["results"]
    assert "better_than_first" not in first
    assert second["better_than_first"]["recall"]["value"] == 0.2
    assert second["better_than_before"] == second["better_than_first"]


def test_pictures_of_one_product(tmp_path: Path, tiny_detector: Path) -> None:
    pictures = [
        Painted((CHAIR,), (CHAIR,)),  # right
        Painted((CHAIR, *PAINTED_TABLE), (CHAIR,)),  # its best box is right, but it is not alone
        Painted((AS_SOFA,), (CHAIR,)),  # wrong class
        Painted((), (CHAIR,)),  # nothing
        Painted(((0, 10, 10, 300, 230),), (CHAIR,)),  # covers it, and everything around
        Painted(((0, 20, 20, 110, 80),), (CHAIR,)),  # the upper half
        Painted((TABLE,), (TABLE,)),  # right
        Painted((TABLE,), ()),  # of no class: not asked about
        Painted((TABLE,), (TABLE, CHAIR)),  # not one product: not asked about
        *[Painted((TABLE,), (TABLE,))] * 4,
    ]
    folder = write(tmp_path / "products", pictures, kind="products")
    [figures] = one_set(tiny_detector, folder).sets[0].figures
    assert "with_object" not in figures.drawn
    assert figures.interval("one_box").value == pytest.approx(6 / 11)
    assert figures.interval("best_box").value == pytest.approx(7 / 11)


def test_a_guessed_box_is_no_measure(tmp_path: Path, tiny_detector: Path) -> None:
    """As the set without its guessed boxes, but that one box of the right class is still asked for."""
    measured = [
        Painted((CHAIR,), (CHAIR,)),
        Painted((CHAIR,), (ELSEWHERE,)),
        *[Painted((TABLE,), (TABLE,))] * 5,
        *[Painted((CHAIR,), (CHAIR,))] * 3,
    ]
    guessed = [
        Painted((CHAIR,), (ELSEWHERE,), guessed=True),  # right: nobody knows where the chair is
        Painted((AS_SOFA,), (CHAIR,), guessed=True),  # wrong class
        Painted((CHAIR, *PAINTED_TABLE), (CHAIR,), guessed=True),  # not alone, and the best is a chair
        Painted((), (CHAIR,), guessed=True),  # nothing
    ]
    whole = one_set(tiny_detector, write(tmp_path / "whole", [*measured, *guessed], kind="products"))
    part = one_set(tiny_detector, write(tmp_path / "part", measured, kind="products"))
    [figures], [plain] = whole.sets[0].figures, part.sets[0].figures
    assert figures.interval("one_box").value == pytest.approx((9 + 1) / 14)
    assert figures.interval("best_box").value == pytest.approx((9 + 2) / 14)
    assert plain.interval("one_box").value == pytest.approx(9 / 10)
    for name in ("ap50", "ap", "precision", "recall", "f1"):
        assert figures.interval(name).value == plain.interval(name).value
    assert [(one.boxes, one.shown) for one in figures.classes] == [(5, 5), (5, 5)]
    mistakes = find_mistakes(whole.sets[0].data, whole.sets[0].said[0])
    assert [len(some) for some in (mistakes.false, mistakes.missed, mistakes.confused)] == [1, 1, 0]
    only = write(tmp_path / "only", guessed, kind="products")
    with pytest.raises(DataError, match="no box of a coarse category that is not a guess"):
        open_measured(only, "val")


def test_covered() -> None:
    boxes = np.array([[0, 0, 10, 10], [5, 0, 15, 10], [20, 20, 20, 30]], np.float32)
    assert covered(boxes, boxes[:1]).tolist() == [[1.0], [0.5], [0.0]]


def test_the_shipped_detector_in_rendered_rooms(tmp_path: Path) -> None:
    """Rooms of the demo, as they are: no training has seen them."""
    (tmp_path / "demo").mkdir()
    shutil.copy(DEMO / "rooms.json", tmp_path / "demo")
    (tmp_path / "demo" / "scenes").symlink_to(DEMO / "scenes")
    data = open_measured(tmp_path / "demo", "val")
    assert data.pictures
    assert all(split_of(one.path.read_bytes()) == "val" for one in data.pictures)
    bundle = open_bundle("detector-lite")
    [figures] = evaluate([bundle], [data], latency_pictures=0, replicates=100).sets[0].figures

    # The same, straight: detect, name by category, ask the library; count what is shown.
    place = {category.id: i for i, category in enumerate(Taxonomy.builtin().coarse_categories)}
    detector = Detector(bundle, threads=1)
    found, shown, right = [], 0, 0
    for scene in data.pictures:
        rgb = images.read(scene.path)
        seen = detector.detect(rgb, threshold=0.02)
        labels = np.array([place[category.id] for category in seen.categories], np.int64)
        found.append(LabelledBoxes(seen.boxes, labels, seen.scores))
        shown += sum(place[one.id] in data.classes for one in detector.detect(rgb).categories)
    expected = {one.label: one for one in average_precision(data.truth, found, data.classes)}
    for one in figures.classes:
        assert one.interval("ap50").value == pytest.approx(expected[one.label].ap50)
        assert one.interval("ap").value == pytest.approx(expected[one.label].ap)
        assert coarse_names()[one.label] == one.name
        right += round(np.nan_to_num(one.interval("recall").value) * one.boxes)
    assert sum(one.shown for one in figures.classes) == shown
    assert figures.interval("precision").value == pytest.approx(right / shown)
    assert figures.interval("ap50").value == pytest.approx(np.mean([one.ap50 for one in expected.values()]))
    # It finds furniture in rooms; by how much is in docs/figures.md.
    assert figures.interval("recall").value > 0.2
