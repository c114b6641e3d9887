"""What makes an ONNX file small and quick changes nothing that it computes."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import onnx
import onnxruntime
from onnx import TensorProto, helper, numpy_helper

from shopthelook.models import open_bundle
from shopthelook.models.export import bundle_name, drop_empty_inputs, store_weights_as_float16, write_bundle
from tests.fixtures.tiny_bundles import make_tiny_embedder


def graph() -> onnx.ModelProto:
    """A padding with an empty input at its end, a convolution, and a resize with an empty input in its middle."""
    rng = np.random.default_rng(0)
    constants = {
        "pads": np.array([0, 0, 0, 0, 0, 0, 1, 1], np.int64),
        "weight": rng.normal(size=(40, 3, 3, 3)).astype(np.float32),
        "other": rng.normal(size=(40, 40, 1, 1)).astype(np.float32),
        "scales": np.array([1, 1, 2, 2], np.float32),
    }
    nodes = [
        helper.make_node("Pad", ["image", "pads", ""], ["padded"]),
        helper.make_node("Conv", ["padded", "weight"], ["a"], strides=[2, 2]),
        helper.make_node("Conv", ["a", "other"], ["b"]),
        helper.make_node("Resize", ["b", "", "scales"], ["out"]),
    ]
    made = helper.make_graph(
        nodes,
        "small",
        [helper.make_tensor_value_info("image", TensorProto.FLOAT, [1, 3, "h", "w"])],
        [helper.make_tensor_value_info("out", TensorProto.FLOAT, [1, 40, "y", "x"])],
        initializer=[numpy_helper.from_array(array, name) for name, array in constants.items()],
    )
    return helper.make_model(made, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)


def run(model: onnx.ModelProto) -> np.ndarray:
    picture = np.random.default_rng(1).normal(size=(1, 3, 32, 48)).astype(np.float32)
    session = onnxruntime.InferenceSession(model.SerializeToString(), providers=["CPUExecutionProvider"])
    return session.run(None, {"image": picture})[0]


def test_only_empty_inputs_at_the_end_are_dropped() -> None:
    model = drop_empty_inputs(graph())
    inputs = {node.op_type: list(node.input) for node in model.graph.node}
    assert inputs["Pad"] == ["image", "pads"]
    assert inputs["Resize"] == ["b", "", "scales"]
    np.testing.assert_allclose(run(model), run(graph()), rtol=1e-5, atol=1e-5)


def test_weights_are_stored_as_float16_all_or_those_named() -> None:
    def halved(model: onnx.ModelProto) -> list[str]:
        return [node.output[0] for node in model.graph.node if node.op_type == "Cast"]

    assert halved(store_weights_as_float16(graph())) == ["weight", "other"]
    named = store_weights_as_float16(graph(), {"other"})
    assert halved(named) == ["other"]
    np.testing.assert_allclose(run(named), run(graph()), rtol=0.01, atol=0.05)


def test_a_bundle_is_written_with_its_own_hash(tmp_path: Path) -> None:
    tiny = open_bundle(make_tiny_embedder(tmp_path))
    model = onnx.load(tiny.model_path)
    model.doc_string = "another one"
    card = write_bundle(model, tiny.card, tmp_path / "new" / "bundle")
    assert card.sha256 != tiny.card.sha256
    written = open_bundle(tmp_path / "new" / "bundle")
    assert written.card == card
    assert onnx.load_from_string(written.read_model()).doc_string == "another one"


def test_a_bundle_is_called_after_its_folder(tmp_path: Path) -> None:
    assert bundle_name(tmp_path / "My Embedder (2)", "x") == "my-embedder-2-"
    assert bundle_name(tmp_path / "._", "embedder") == "embedder"
