"""Models of transformers as bundles: what serving finds is what their own code finds."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
import torch
import transformers
from PIL import Image

from shopthelook import geometry
from shopthelook.detection import Detector
from shopthelook.detection.exporting.from_transformers import BY_TRACE, export, read_source
from shopthelook.detection.exporting.graph import Decoded, check, to_onnx
from shopthelook.errors import ShopError
from shopthelook.models import DataUse, open_bundle, verify
from shopthelook.taxonomy import label_map
from tests.detection.exporting.small import NAMES, SIZES, save_small

ROOM = sorted((Path(__file__).parents[3] / "demo" / "scenes").glob("*.webp"))[0]


@pytest.mark.parametrize("kind", BY_TRACE)
def test_serving_finds_what_the_models_own_code_finds(kind: str, tmp_path: Path) -> None:
    folder = save_small(tmp_path, kind)
    card = export(read_source(str(folder)), tmp_path / "bundle", label_map("coco"), "Apache-2.0")
    assert [label.name for label in card.labels] == ["chair", "couch", "vase"]  # a person is nothing to buy
    bundle = open_bundle(tmp_path / "bundle", "detector")
    assert verify(bundle) == []

    size = SIZES[kind]
    rgb = np.asarray(Image.open(ROOM).convert("RGB").resize((2 * size, size)))
    processor = transformers.AutoImageProcessor.from_pretrained(folder)
    network = transformers.AutoModelForObjectDetection.from_pretrained(folder).eval()
    with torch.no_grad():
        out = network(pixel_values=processor(images=rgb, return_tensors="pt").pixel_values)
    ours = [i for i, name in NAMES.items() if name in label_map("coco")]
    out.logits = out.logits[..., ours]
    wanted = processor.post_process_object_detection(out, threshold=0.0, target_sizes=[rgb.shape[:2]])[0]

    found = Detector(bundle, threads=1).propose(rgb)
    boxes = geometry.clip(wanted["boxes"].numpy(), rgb.shape[1], rgb.shape[0])
    sides = (boxes[:, 2:] - boxes[:, :2]).min(axis=1)
    assert len(found) == int((sides >= 1).sum()) > 5
    # The picture is resized by another library: all but equal queries may change places.
    for box, score, label in zip(found.boxes, found.scores, found.labels, strict=True):
        near = np.abs(boxes - box).max(axis=1) < 0.02 * rgb.shape[1]
        same = near & (wanted["labels"].numpy() == label) & (np.abs(wanted["scores"].numpy() - score) < 0.01)
        assert same.any(), (kind, box, score, label)
    assert np.ptp(found.scores) > 0.03  # a model that says one thing of everything would pass, too


def test_the_card_says_what_was_said(tmp_path: Path) -> None:
    source = read_source(str(save_small(tmp_path, "rt_detr")))
    card = export(
        source,
        tmp_path / "bundle",
        label_map("coco"),
        "CC BY 4.0",
        name="mine",
        data=[DataUse("My photos", "own")],
        threshold=0.3,
        half=True,
    )
    assert (card.id, card.licence, card.threshold, card.max_objects) == ("mine@1", "CC BY 4.0", 0.3, 20)
    assert card.data == (DataUse("My photos", "own"),)
    assert (card.input.mean, card.input.std) == ((0, 0, 0), pytest.approx((255, 255, 255)))
    assert "rt_detr" in card.provenance
    whole = export(source, tmp_path / "whole", label_map("coco"), "CC BY 4.0")
    assert whole.name == "rt_detr"
    sizes = [(tmp_path / name / "model.onnx").stat().st_size for name in ("bundle", "whole")]
    assert sizes[0] < 0.75 * sizes[1]


def test_normalisation_of_the_processor_is_the_cards(tmp_path: Path) -> None:
    source = read_source(str(save_small(tmp_path, "rf_detr")), size=224)
    assert source.input.mean == pytest.approx((123.675, 116.28, 103.53))
    assert source.input.std == pytest.approx((58.395, 57.12, 57.375))
    assert source.input.resize.size == 224


def test_a_graph_that_is_not_the_model_is_told(tmp_path: Path) -> None:
    first = read_source(str(save_small(tmp_path, "rt_detr")))
    graph = to_onnx(Decoded(first.network, [0, 2], 96), by_trace=True)
    picture = torch.rand(1, 3, 96, 96)
    check(graph, Decoded(first.network, [0, 2], 96), picture)
    with pytest.raises(ShopError, match="is not the model"):
        check(graph, Decoded(first.network, [1, 3], 96), picture)


def test_what_cannot_be_plugged_in(tmp_path: Path) -> None:
    folder = save_small(tmp_path, "rt_detr")
    with pytest.raises(ShopError, match="none of the labels of rt_detr has a category"):
        export(read_source(str(folder)), tmp_path / "bundle", label_map("luma"), "Apache-2.0")
    config = json.loads((folder / "preprocessor_config.json").read_text())
    other = config | {"size": {"shortest_edge": 800, "longest_edge": 1333}}
    (folder / "preprocessor_config.json").write_text(json.dumps(other))
    with pytest.raises(ShopError, match="only squeezing to a square"):
        read_source(str(folder))
    assert read_source(str(folder), size=96).input.resize.size == 96
    (folder / "preprocessor_config.json").write_text(json.dumps(config | {"resample": 3}))
    with pytest.raises(ShopError, match="bilinearly"):
        read_source(str(folder))
    transformers.YolosConfig().save_pretrained(tmp_path / "yolos")
    with pytest.raises(ShopError, match="kind 'yolos' is not known to export; known are rt_detr"):
        read_source(str(tmp_path / "yolos"))
    weights = folder / "model.safetensors"
    weights.write_bytes(weights.read_bytes()[:1000])
    (folder / "preprocessor_config.json").write_text(json.dumps(config))
    with pytest.raises(ShopError, match="cannot be read as a model of transformers"):
        read_source(str(folder))
    (tmp_path / "empty").mkdir()
    with pytest.raises(ShopError, match="cannot be read as a model of transformers"):
        read_source(str(tmp_path / "empty"))
