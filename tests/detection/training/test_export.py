"""Bundles do what PyTorch does, on real pictures, and are served and calibrated."""

from pathlib import Path

import numpy as np
import onnx
import pytest
import torch
from tests.detection.training.recipes import TINY, tiny

from shopthelook import images
from shopthelook.detection import Detector
from shopthelook.detection.datasets import Label, LabelSpace, open_data, read_scenes
from shopthelook.detection.training.architectures import Built, build_model
from shopthelook.detection.training.calibrate import calibrate
from shopthelook.detection.training.export import differences, export_bundle
from shopthelook.detection.training.recipe import Recipe
from shopthelook.detection.training.run import run
from shopthelook.detection.training.validation import Predictor, validate
from shopthelook.geometry import iou
from shopthelook.models import open_bundle, verify
from shopthelook.models.card import DataUse
from shopthelook.taxonomy import Taxonomy

PHOTOS = sorted((Path(__file__).parents[3] / "demo/scenes").glob("*"))[:3]
SINGLE = (
    ('neck = "pyramid"', 'neck = "single"'),
    ('head = "light"', 'head = "block"'),
    ("anchors = [[16], [32], [64]]", "anchors = [[16, 32, 64]]"),
)


def untrained(recipe: Recipe, space: LabelSpace) -> Built:
    """A detector with scores that lie apart, as a trained one has: ties could go either way."""
    torch.manual_seed(0)
    built = build_model(recipe, len(space))
    with torch.no_grad():
        built.model.roi_heads.box_predictor.cls_score.weight.normal_(std=0.5)
        built.model.roi_heads.box_predictor.bbox_pred.weight.normal_(std=0.02)
        built.model.rpn.head.cls_logits.weight.normal_(std=0.5)
    built.model.eval()
    return built


@pytest.mark.parametrize("changes", [(), SINGLE], ids=["pyramid", "single"])
def test_the_exported_graph_computes_what_pytorch_does(
    tmp_path: Path, changes: tuple[tuple[str, str], ...]
) -> None:
    recipe, space = tiny(*changes), LabelSpace.coarse()
    built = untrained(recipe, space)
    card = export_bundle(built, recipe, space, [DataUse("none", "CC0", 0)], tmp_path / "My Detector", PHOTOS)
    assert card.name == "my-detector"
    bundle = open_bundle(tmp_path / "My Detector", "detector")
    assert verify(bundle) == []
    # As it is served, with weights rounded to float16, against the way in which the loop validates.
    predict = Predictor(built.model, recipe.picture, built.mean, torch.device("cpu"))
    served = Detector(bundle)
    alike = []
    for path in PHOTOS:
        rgb = images.read(path)
        ours, theirs = predict(rgb), served.detect(rgb, threshold=0.3)
        for box, label, score in zip(theirs.boxes, theirs.labels, theirs.scores, strict=True):
            same = (ours.labels == label) & (np.abs(ours.scores - score) < 0.05)
            alike.append(iou(box[None], ours.boxes[same]).max(initial=0) > 0.9)
    assert len(alike) > 10
    assert np.mean(alike) > 0.8


def test_a_bundle_that_does_something_else_is_noticed(tmp_path: Path) -> None:
    recipe, space = tiny(), LabelSpace.coarse()
    built = untrained(recipe, space)
    export_bundle(built, recipe, space, [], tmp_path / "bundle", PHOTOS)
    with torch.no_grad():
        built.model.roi_heads.box_predictor.cls_score.bias[5] += 3
    assert "boxes in 3 pictures have no counterpart" in differences(
        tmp_path / "bundle", built.deployed, PHOTOS
    )


def test_the_card_says_what_the_detector_is_made_of(tmp_path: Path) -> None:
    taxonomy = Taxonomy.builtin()
    space = LabelSpace((Label("jeans", taxonomy.get(204)), Label("sofa", taxonomy.get(460))))
    built = untrained(tiny(), space)
    card = export_bundle(built, tiny(), space, [DataUse("mine", "CC0", 7)], tmp_path / "bundle")
    assert [(one.name, one.category_id) for one in card.labels] == [("jeans", 204), ("sofa", 460)]
    assert card.data[0].name.startswith("ImageNet")
    assert card.data[1] == DataUse("mine", "CC0", 7)
    assert '"rate": 0.001' in card.provenance
    assert "EfficientNet-Lite0 with a 16-channel feature pyramid" in card.provenance
    assert len(onnx.load(tmp_path / "bundle/model.onnx").graph.input) == 1


def test_calibration_chooses_thresholds_on_what_it_is_given(tmp_path: Path, photos: Path) -> None:
    space = LabelSpace.coarse()
    export_bundle(untrained(tiny(), space), tiny(), space, [], tmp_path / "bundle")
    scenes = read_scenes(photos)
    assert calibrate(tmp_path / "bundle", {"photos": []}).metrics == ()
    card = calibrate(tmp_path / "bundle", {"photos": scenes, "none": []})
    assert open_bundle(tmp_path / "bundle").card == card
    assert all(0.2 <= label.threshold <= 0.7 for label in card.labels if label.threshold is not None)
    assert [(one.name, one.data, one.split, one.n) for one in card.metrics] == [
        ("AP50", "photos", "val", 12),
        ("AP", "photos", "val", 12),
    ]


def test_a_run_ends_in_a_bundle_in_the_labels_of_its_data(tmp_path: Path, photos: Path) -> None:
    recipe = tiny(
        ('sets = [{ name = "photos" }]', 'sets = [{ name = "photos", licence = "CC0" }]\nlabels = "fine"'),
        steps=3,
    )
    trained = run(recipe, {"photos": photos}, tmp_path / "run", tmp_path / "bundle", "cpu")
    assert trained.card is not None
    assert [label.name for label in trained.card.labels] == ["chair"]  # too few couches to count as labelled
    data = open_data(photos)
    learnt = sum(scene.split == "train" for scene in read_scenes(data))
    assert trained.card.data[-1] == DataUse("photos", "CC0", learnt)
    Detector(open_bundle(tmp_path / "bundle")).detect(np.zeros((90, 120, 3), np.uint8))


def test_a_one_stage_detector_goes_the_same_way(tmp_path: Path, photos: Path) -> None:
    options = TINY[TINY.index('neck = "pyramid"') : TINY.index("[picture]")]
    recipe = tiny(('"faster-rcnn"', '"one-stage"'), (options, "channels = 16\ndepth = 1\n"), steps=4)
    trained = run(recipe, {"photos": photos}, tmp_path / "run", tmp_path / "bundle", "cpu")
    assert trained.ap50 is not None
    assert verify(open_bundle(tmp_path / "bundle", "detector")) == []


def test_validation_counts_only_what_is_known_and_often_there(photos: Path) -> None:
    space = LabelSpace.coarse()
    built = untrained(tiny(), space)
    names = [label.name for label in space.labels]
    predict = Predictor(built.model, tiny().picture, built.mean, torch.device("cpu"))
    scenes = read_scenes(photos)
    figures, picture = validate(predict, scenes, names)
    assert set(figures) == {"AP50", "AP"}
    assert 0 <= figures["AP"] <= figures["AP50"] <= 1
    assert picture.shape[1:] == (960, 3)
    assert validate(predict, scenes[:2], names)[0] == {"AP50": 0.0, "AP": 0.0}
    assert validate(predict, [], names)[1].size == 0
