"""Verifying bundles: a good one, and each promise broken in turn."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import pytest
from onnx import numpy_helper

from shopthelook.models import list_bundles, open_bundle, verify
from tests.fixtures.tiny_bundles import COLOR_HEAD, LABELS, make_tiny_detector, make_tiny_embedder


def edit_model(folder: Path, edit: Callable[[onnx.ModelProto], None]) -> None:
    """Change the ONNX file of a bundle and put the new sha256 in its card."""
    model = onnx.load(folder / "model.onnx")
    edit(model)
    data = model.SerializeToString()
    (folder / "model.onnx").write_bytes(data)
    card = json.loads((folder / "card.json").read_text(encoding="utf-8"))
    card["sha256"] = hashlib.sha256(data).hexdigest()
    (folder / "card.json").write_text(json.dumps(card), encoding="utf-8")


def set_constant(name: str, values: Any) -> Callable[[onnx.ModelProto], None]:
    def edit(model: onnx.ModelProto) -> None:
        tensor = next(tensor for tensor in model.graph.initializer if tensor.name == name)
        old = numpy_helper.to_array(tensor)
        tensor.CopyFrom(numpy_helper.from_array(np.full_like(old, values), name))

    return edit


def test_good_bundles(tiny_detector: Path, tiny_embedder: Path, tmp_path: Path) -> None:
    assert verify(open_bundle(tiny_detector)) == []
    assert verify(open_bundle(tiny_embedder)) == []
    assert verify(open_bundle(make_tiny_embedder(tmp_path, bits=4096, mode="pad"))) == []


def test_shipped_bundles() -> None:
    assert {bundle.id: verify(bundle) for bundle in list_bundles()} == {
        bundle.id: [] for bundle in list_bundles()
    }


@pytest.mark.parametrize(
    ("label", "message"),
    [
        ({"category_id": 999_999_999}, "the taxonomy has no category 999999999"),
        ({"path": "Furniture > Chair"}, "category 443 is 'Furniture > Chairs', not 'Furniture > Chair'"),
    ],
)
def test_labels_that_the_taxonomy_lacks(label: dict[str, Any], message: str, tmp_path: Path) -> None:
    folder = make_tiny_detector(tmp_path, labels=[{**LABELS[0], **label}, *LABELS[1:]])
    problems = verify(open_bundle(folder))
    assert len(problems) == 1
    assert message in problems[0]


def test_a_wrong_file(tmp_path: Path) -> None:
    problems = verify(open_bundle(make_tiny_detector(tmp_path, sha256="0" * 64)))
    assert len(problems) == 1
    assert "is not the model of its card" in problems[0]


def test_other_bits_than_promised(tmp_path: Path) -> None:
    folder = make_tiny_embedder(tmp_path, bits=128)
    card = json.loads((folder / "card.json").read_text(encoding="utf-8")) | {"bits": 256}
    (folder / "card.json").write_text(json.dumps(card), encoding="utf-8")
    problems = verify(open_bundle(folder))
    assert any("output 'embedding' must have shape (free, 256)" in problem for problem in problems)
    assert any("gives embedding (1, 128): (1, 256) wanted" in problem for problem in problems)


def test_fewer_labels_than_the_model_speaks(tmp_path: Path) -> None:
    problems = verify(open_bundle(make_tiny_embedder(tmp_path, labels=[dict(LABELS[0])])))
    assert any("(1, 3): (1, 1) wanted" in problem for problem in problems)
    problems = verify(open_bundle(make_tiny_detector(tmp_path, labels=[dict(LABELS[0])])))
    assert any("labels that are none of the card's 1" in problem for problem in problems)


def test_heads(tmp_path: Path) -> None:
    assert verify(open_bundle(make_tiny_embedder(tmp_path, name="good", **COLOR_HEAD))) == []
    two = {**COLOR_HEAD, "heads": [{"name": "color", "labels": ["Red", "Blue"], "least": 0.4}]}
    problems = verify(open_bundle(make_tiny_embedder(tmp_path, name="two", **two)))
    assert any("output 'color' must have shape (free, 2)" in problem for problem in problems)
    assert any("gives color (1, 3): (1, 2) wanted" in problem for problem in problems)
    wrong = {**COLOR_HEAD, "outputs": {**COLOR_HEAD["outputs"], "color": "logits"}}
    problems = verify(open_bundle(make_tiny_embedder(tmp_path, name="wrong", **wrong)))
    assert any("has no output logits" in problem for problem in problems)


def test_scores_of_a_head_that_are_no_probabilities(tmp_path: Path) -> None:
    folder = make_tiny_embedder(tmp_path, **COLOR_HEAD)

    def rename(model: onnx.ModelProto) -> None:
        node = next(node for node in model.graph.node if node.output[0] == "color")
        node.op_type = "Relu"
        del node.attribute[:]

    edit_model(folder, rename)
    assert any("gives color scores that are no probabilities" in one for one in verify(open_bundle(folder)))


def test_the_middle_of_a_picture(tmp_path: Path) -> None:
    folder = make_tiny_embedder(tmp_path)
    card = json.loads((folder / "card.json").read_text(encoding="utf-8"))
    card["input"]["resize"] |= {"size": 40, "crop": 32}
    (folder / "card.json").write_text(json.dumps(card), encoding="utf-8")
    assert verify(open_bundle(folder)) == []


def test_another_input_size(tmp_path: Path) -> None:
    folder = make_tiny_embedder(tmp_path)
    card = json.loads((folder / "card.json").read_text(encoding="utf-8"))
    card["input"]["resize"]["size"] = 64
    (folder / "card.json").write_text(json.dumps(card), encoding="utf-8")
    problems = verify(open_bundle(folder))
    assert any("input 'image' must have shape (free, 3, 64, 64)" in problem for problem in problems)


def test_a_batch_that_is_not_free(tmp_path: Path) -> None:
    folder = make_tiny_embedder(tmp_path)

    def fix_batch(model: onnx.ModelProto) -> None:
        model.graph.input[0].type.tensor_type.shape.dim[0].dim_value = 1

    edit_model(folder, fix_batch)
    assert any("the batch must be free" in problem for problem in verify(open_bundle(folder)))


def test_a_detector_of_squeezed_pictures(tmp_path: Path) -> None:
    folder = make_tiny_detector(tmp_path)
    card = json.loads((folder / "card.json").read_text(encoding="utf-8"))
    card["input"]["resize"] = {"mode": "square", "size": 64}
    (folder / "card.json").write_text(json.dumps(card), encoding="utf-8")
    assert verify(open_bundle(folder)) == []

    def fix_sides(model: onnx.ModelProto) -> None:
        for dim in model.graph.input[0].type.tensor_type.shape.dim[2:]:
            dim.dim_value = 96

    edit_model(folder, fix_sides)
    problems = verify(open_bundle(folder))
    assert any("input 'image' must have shape (free, 3, 64, 64)" in problem for problem in problems)


def test_a_picture_size_that_is_not_free(tmp_path: Path) -> None:
    folder = make_tiny_detector(tmp_path)

    def fix_height(model: onnx.ModelProto) -> None:
        model.graph.input[0].type.tensor_type.shape.dim[2].dim_value = 320

    edit_model(folder, fix_height)
    assert any("height and width must be free" in problem for problem in verify(open_bundle(folder)))


def test_numbers_that_are_not_finite(tmp_path: Path) -> None:
    folder = make_tiny_embedder(tmp_path)
    edit_model(folder, set_constant("projection", np.nan))
    assert any("embedding that are not finite" in problem for problem in verify(open_bundle(folder)))
