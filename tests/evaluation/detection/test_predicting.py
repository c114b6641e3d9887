"""Running detectors: what is kept, what is rolled up, what a picture that cannot be read does."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from shopthelook import images
from shopthelook.detection import Detector
from shopthelook.detection.datasets import DataError
from shopthelook.evaluation.detection import PredictionStore, open_measured
from shopthelook.evaluation.detection.data import coarse_names
from shopthelook.evaluation.detection.predicting import LEAST_SCORE, MeasuredDetector
from shopthelook.models import BundleError, open_bundle
from shopthelook.taxonomy import Taxonomy
from tests.fixtures.tiny_bundles import LABELS, make_tiny_detector

DEMO = Path(__file__).parents[3] / "demo"


def counted(detector: MeasuredDetector) -> list[Any]:
    """A list that grows with each run of the detector's model."""
    runs: list[Any] = []
    run = detector.detector.session.run

    def counting(inputs: Any) -> Any:
        runs.append(inputs)
        return run(inputs)

    detector.detector.session.run = counting  # type: ignore[method-assign]
    return runs


def test_what_is_said_is_what_detecting_gives() -> None:
    paths = sorted((DEMO / "scenes").glob("*.webp"))[:3]
    bundle = open_bundle("detector-lite")
    detector, plain = MeasuredDetector(bundle), Detector(bundle, threads=1)
    said = detector.say(paths)
    place = {category.id: i for i, category in enumerate(Taxonomy.builtin().coarse_categories)}
    for path, found, shown in zip(paths, said.found, said.shown, strict=True):
        for got, expected in (
            (found, plain.detect(images.read(path), LEAST_SCORE)),
            (shown, plain.detect(images.read(path))),
        ):
            assert len(got) == len(expected) > 0
            assert got.boxes == pytest.approx(expected.boxes)
            assert (got.scores == expected.scores).all()
            assert got.labels.tolist() == [place[category.id] for category in expected.categories]
        assert len(found) > len(shown)


def test_fine_labels_are_rolled_up_and_those_without_a_coarse_one_left_out(
    tmp_path: Path, rooms: Path
) -> None:
    fine = [
        {"name": "armchair", "category_id": 6499, "path": "Arm Chairs"},
        {"name": "dining chair", "category_id": 5886, "path": "Kitchen & Dining Room Chairs"},
        {"name": "printer", "category_id": 500106, "path": "Printers"},
    ]
    labels = [{**one, "threshold": 0.4} for one in fine]
    bundle = open_bundle(make_tiny_detector(tmp_path, labels=labels))
    detector = MeasuredDetector(bundle)
    chairs = coarse_names().index("Chairs")
    assert detector.coarse_of.tolist() == [chairs, chairs, -1]
    paths = [one.path for one in open_measured(rooms, "val").pictures[:4]]
    said = detector.say(paths)
    # Pictures: chair and table, chair, sofa, chair and table; the detector calls sofas dining chairs.
    assert [one.labels.tolist() for one in said.shown] == [[chairs]] * 4


def test_a_second_run_goes_on_where_the_first_was_stopped(
    tmp_path: Path, tiny_detector: Path, rooms: Path
) -> None:
    paths = [one.path for one in open_measured(rooms, "val").pictures[:6]]
    detector = MeasuredDetector(open_bundle(tiny_detector))
    runs, done = counted(detector), []

    def stop() -> None:
        done.append(1)
        if len(done) == 4:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt), PredictionStore(tmp_path / "kept") as store:
        detector.say(paths, store, stop)
    assert len(runs) == 4
    with PredictionStore(tmp_path / "kept") as store:
        again = detector.say(paths, store)
        assert len(runs) == 6
    fresh = MeasuredDetector(open_bundle(tiny_detector)).say(paths)
    for kept, made in zip(again.found + again.shown, fresh.found + fresh.shown, strict=True):
        assert (kept.boxes == made.boxes).all()
        assert (kept.labels == made.labels).all()
        assert (kept.scores == made.scores).all()


def test_other_thresholds_need_no_new_run(tmp_path: Path, rooms: Path) -> None:
    paths = [one.path for one in open_measured(rooms, "val").pictures[:2]]
    first = MeasuredDetector(open_bundle(make_tiny_detector(tmp_path / "a")))
    none = [{**label, "threshold": 1.0} for label in LABELS]
    second = MeasuredDetector(open_bundle(make_tiny_detector(tmp_path / "b", labels=none)))
    runs = counted(second)
    with PredictionStore(tmp_path / "kept") as store:
        shown = first.say(paths, store).shown
        assert [len(one) for one in shown] == [2, 1]
        said = second.say(paths, store)
    assert runs == []
    assert all((one.scores >= np.float32(1)).all() for one in said.shown)


def test_what_cannot_be_run(tmp_path: Path, tiny_detector: Path, tiny_embedder: Path) -> None:
    with pytest.raises(BundleError, match="a detector is needed"):
        MeasuredDetector(open_bundle(tiny_embedder))
    detector = MeasuredDetector(open_bundle(tiny_detector))
    (tmp_path / "cut.png").write_bytes(b"\x89PNG\r\n\x1a\n")
    with pytest.raises(DataError, match=r"cut\.png: .*dataset check"):
        detector.say([tmp_path / "cut.png"])
    with pytest.raises(DataError, match=r"gone\.png: this picture cannot be read: No such file"):
        detector.say([tmp_path / "gone.png"])
