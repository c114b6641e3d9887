"""Bundles in 8 bits find what their originals find."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import numpy as np
import onnx
import pytest

from shopthelook import images
from shopthelook.detection import Detector
from shopthelook.detection.datasets import open_data
from shopthelook.detection.quantizing.graph import body, prepare
from shopthelook.detection.quantizing.quantize import Result, label_space, quantize_bundle
from shopthelook.errors import ShopError
from shopthelook.geometry import iou
from shopthelook.models import open_bundle, verify


@pytest.fixture(scope="module")
def made(
    small_one_stage: Path, rectangles: Path, tmp_path_factory: pytest.TempPathFactory
) -> tuple[Path, Result]:
    out = tmp_path_factory.mktemp("made") / "Eight Bits"
    told: list[tuple[str, int, int]] = []
    result = quantize_bundle(
        open_bundle(small_one_stage),
        out,
        {"rectangles": rectangles},
        pictures=12,
        progress=lambda *one: told.append(one),
    )
    assert ("calibrated on pictures", 12, 12) in told
    return out, result


def test_the_body_is_in_8_bits_and_the_last_convolutions_are_not(
    made: tuple[Path, Result], small_one_stage: Path
) -> None:
    whole = {node.name for node in body(prepare(onnx.load(small_one_stage / "model.onnx")))}
    model = onnx.load(made[0] / "model.onnx")
    maker = {value: node.op_type for node in model.graph.node for value in node.output}
    types = {one.name: one.data_type for one in model.graph.initializer}
    origin = {node.output[0]: node.input for node in model.graph.node if node.op_type == "DequantizeLinear"}
    exact = 0
    for node in (node for node in model.graph.node if node.op_type == "Conv"):
        if node.name in whole:
            assert [maker[value] for value in node.input[:2]] == ["DequantizeLinear"] * 2
            weight, scale, _ = origin[node.input[1]]
            assert types[weight] == onnx.TensorProto.INT8
            (scales,) = (one for one in model.graph.initializer if one.name == scale)
            (weights,) = (one for one in model.graph.initializer if one.name == weight)
            assert list(scales.dims) == [weights.dims[0]]  # one for each channel
        else:
            exact += 1
            assert maker.get(node.input[1]) != "DequantizeLinear"
    assert exact == made[1].of - made[1].convolutions == 8  # scores and sides of four maps
    assert sum(kind == "QuantizeLinear" for kind in maker.values()) >= made[1].convolutions


def test_it_finds_what_the_original_finds(
    made: tuple[Path, Result], small_one_stage: Path, rectangles: Path
) -> None:
    ours, theirs = (Detector(open_bundle(folder), 1) for folder in (made[0], small_one_stage))
    for path in sorted(rectangles.glob("*.png"))[:6]:
        rgb = images.read(path)
        # A box at the threshold may fall on either side of it.
        for sure, all_ in (
            (ours.detect(rgb, 0.4), theirs.detect(rgb, 0.2)),
            (theirs.detect(rgb, 0.4), ours.detect(rgb, 0.2)),
        ):
            assert {0, 1} <= set(sure.labels.tolist())
            alike = (iou(sure.boxes, all_.boxes) > 0.8) & (sure.labels[:, None] == all_.labels)
            assert alike.any(axis=1).all()
    compared = made[1].comparison
    assert compared.share_alike > 0.8
    assert [one.labels for one in compared.sets] == [2]
    assert compared.sets[0].ap50[0] > 0.9
    assert compared.sets[0].ap50[1] > 0.9
    assert compared.megabytes[1] < 0.7 * compared.megabytes[0]


def test_the_card_says_what_it_is(made: tuple[Path, Result], small_one_stage: Path) -> None:
    before, bundle = open_bundle(small_one_stage), open_bundle(made[0])
    card = bundle.card
    assert verify(bundle) == []
    assert card == made[1].card
    assert card.name == "eight-bits"
    assert before.key in card.provenance
    assert before.card.provenance in card.provenance
    assert "12 of rectangles" in card.provenance
    assert card.sha256 != before.card.sha256
    assert (card.data, card.licence) == (before.card.data, before.card.licence)
    assert {(one.name, one.data, one.split) for one in card.metrics} == {
        ("AP50", "rectangles", "val"),
        ("AP", "rectangles", "val"),
    }
    assert all("models quantize" in one.command for one in card.metrics)
    assert 0.2 <= card.threshold <= 0.7
    assert all(one.threshold is not None for one in card.labels)
    assert [one.name for one in made[0].parent.iterdir()] == ["Eight Bits"]


def test_7_bits_kept_nodes_and_other_data_are_said(
    small_one_stage: Path, rectangles: Path, tmp_path: Path
) -> None:
    result = quantize_bundle(
        open_bundle(small_one_stage),
        tmp_path / "seven",
        {"squares": rectangles},
        pictures=2,
        reduce_range=True,
        keep=["/head/*"],
    )
    assert result.convolutions < result.of - 8
    assert "--reduce-range --keep '/head/*'" in result.card.provenance
    assert result.card.data[-1].name == "squares"
    assert result.card.data[-1].n == 2
    model = onnx.load(tmp_path / "seven" / "model.onnx")
    weights = [
        onnx.numpy_helper.to_array(one)
        for one in model.graph.initializer
        if one.data_type == onnx.TensorProto.INT8 and len(one.dims) == 4
    ]
    assert len(weights) == result.convolutions
    assert max(int(np.abs(one.astype(np.int64)).max()) for one in weights) <= 64


def test_what_cannot_be_done_is_told_and_nothing_is_left(
    made: tuple[Path, Result],
    small_one_stage: Path,
    rectangles: Path,
    tmp_path: Path,
    tiny_detector: Path,
    tiny_embedder: Path,
) -> None:
    data, out = {"rectangles": rectangles}, tmp_path / "out"
    for folder, words in (
        (tiny_embedder, "only detectors can be quantised yet"),
        (tiny_detector, "nothing to quantise"),
        (made[0], "8 bits already"),
    ):
        with pytest.raises(ShopError, match=words):
            quantize_bundle(open_bundle(folder), out, data)
    bundle = open_bundle(small_one_stage)
    with pytest.raises(
        ShopError, match="no node that would be quantised is called 'nobody'; there are: /body"
    ):
        quantize_bundle(bundle, out, data, keep=["nobody"])
    with pytest.raises(ShopError, match="all that the model has are kept"):
        quantize_bundle(bundle, out, data, keep=["*"])
    with pytest.raises(ShopError, match="is there already"):
        quantize_bundle(bundle, small_one_stage, data)
    assert list(tmp_path.iterdir()) == []


def test_a_failure_late_leaves_nothing(small_one_stage: Path, rectangles: Path, tmp_path: Path) -> None:
    def stop(what: str, done: int, total: int) -> None:
        if what.startswith("compared"):
            raise KeyboardInterrupt

    (tmp_path / "out.partial").mkdir()
    (tmp_path / "out.partial" / "model.onnx").write_text("left by a run that was killed")
    with pytest.raises(KeyboardInterrupt):
        quantize_bundle(
            open_bundle(small_one_stage),
            tmp_path / "out",
            {"rectangles": rectangles},
            pictures=1,
            progress=stop,
        )
    assert list(tmp_path.iterdir()) == []


def test_pictures_of_both_splits_are_needed(small_one_stage: Path, rectangles: Path, tmp_path: Path) -> None:
    wanted = {
        split: [one.path for one in open_data(rectangles).pictures if one.split() == split]
        for split in ("train", "val")
    }
    for split, missing in (("train", "val"), ("val", "train")):
        folder = tmp_path / split
        shutil.copytree(rectangles, folder)
        file = folder / "boxes_coco.json"
        whole = json.loads(file.read_text())
        names = {path.name for path in wanted[split]}
        whole["images"] = [one for one in whole["images"] if one["file_name"] in names]
        ids = {one["id"] for one in whole["images"]}
        whole["annotations"] = [one for one in whole["annotations"] if one["image_id"] in ids]
        file.write_text(json.dumps(whole))
        with pytest.raises(ShopError, match=f"no picture of the split '{missing}'"):
            quantize_bundle(open_bundle(small_one_stage), tmp_path / "out", {"some": folder})


def test_labels_are_coarse_or_go_by_name(small_one_stage: Path) -> None:
    card = open_bundle(small_one_stage).card
    assert label_space(card).is_coarse
    assert label_space(open_bundle("detector-lite").card).is_coarse
    twice = card.from_dict(
        card.as_dict() | {"labels": [*card.as_dict()["labels"], card.as_dict()["labels"][0]]}
    )
    assert not label_space(twice).is_coarse
