"""Which nodes of a graph are quantised."""

from __future__ import annotations

import numpy as np
import onnx
import onnxruntime
from onnx import TensorProto, helper, numpy_helper

from shopthelook.detection.quantizing.graph import (
    body,
    float_weights,
    is_quantized,
    prepare,
)
from shopthelook.models.export import store_weights_as_float16


def graph() -> onnx.ModelProto:
    """Padding, two branches of convolutions that meet, a last convolution, and boxes made of what it gives."""
    rng = np.random.default_rng(0)

    def conv(inp: str, out: str, name: str, channels: int, **more: object) -> onnx.NodeProto:
        weights[f"{out}.w"] = rng.normal(size=(12, channels, 3, 3)).astype(np.float32)
        more = {"kernel_shape": [3, 3], "pads": [1, 1, 1, 1], **more}
        return helper.make_node("Conv", [inp, f"{out}.w"], [out], name, **more)

    weights: dict[str, np.ndarray] = {
        "pads": np.array([0, 0, 0, 0, 0, 0, 1, 1], np.int64),
        "zero": np.array(0, np.float32),
        "six": np.array(6, np.float32),
        "scales": np.array([1, 1, 2, 2], np.float32),
        "flat": np.array([1, 12, -1], np.int64),
        "ten": np.array(10, np.float32),
    }
    nodes = [
        helper.make_node("Pad", ["image", "pads", ""], ["padded"], ""),
        conv("padded", "a", "", 3, strides=[2, 2], pads=[0, 0, 0, 0]),
        helper.make_node("Clip", ["a", "zero", "six"], ["a6"], "clip"),
        conv("a6", "b", "down", 12, strides=[2, 2]),
        helper.make_node("Resize", ["b", "", "scales"], ["b2"], "grow"),
        helper.make_node("Add", ["a6", "b2"], ["both"], "meet"),
        conv("both", "last", "last", 12),
        helper.make_node("Mul", ["last", "ten"], ["sides"], "sides"),
        helper.make_node("Reshape", ["sides", "flat"], ["out"], "flat"),
    ]
    made = helper.make_graph(
        nodes,
        "small",
        [helper.make_tensor_value_info("image", TensorProto.FLOAT, [1, 3, "h", "w"])],
        [helper.make_tensor_value_info("out", TensorProto.FLOAT, [1, 12, "n"])],
        initializer=[numpy_helper.from_array(array, name) for name, array in weights.items()],
    )
    model = helper.make_model(made, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)
    onnx.checker.check_model(model)
    return model


def run(model: onnx.ModelProto) -> np.ndarray:
    picture = np.random.default_rng(1).normal(size=(1, 3, 32, 48)).astype(np.float32)
    session = onnxruntime.InferenceSession(model.SerializeToString(), providers=["CPUExecutionProvider"])
    return session.run(None, {"image": picture})[0]


def test_what_a_convolution_follows_is_chosen_and_what_comes_after_the_last_is_not() -> None:
    chosen = body(prepare(graph()))
    assert [node.op_type for node in chosen] == ["Conv", "Clip", "Conv", "Resize", "Add"]
    assert not {"last", "sides", "flat"} & {node.name for node in chosen}


def test_a_convolution_with_computed_weights_stays_exact() -> None:
    model = graph()
    down = next(node for node in model.graph.node if node.name == "down")
    model.graph.node.insert(0, helper.make_node("ReduceMax", ["image"], ["most"], "most", keepdims=0))
    model.graph.node.insert(1, helper.make_node("Mul", [down.input[1], "most"], ["made"], "made"))
    next(node for node in model.graph.node if node.name == "down").input[1] = "made"
    names = {node.name for node in body(prepare(model))}
    assert "down" not in names
    assert {"clip", "meet"} <= names


def test_preparing_computes_constants_joins_paddings_and_names_nodes() -> None:
    packed = store_weights_as_float16(graph())
    assert [node.op_type for node in packed.graph.node].count("Cast") == 2
    prepared = prepare(packed)
    kinds = [node.op_type for node in prepared.graph.node]
    assert "Cast" not in kinds
    assert "Pad" not in kinds
    names = [node.name for node in prepared.graph.node]
    assert "" not in names
    assert len(set(names)) == len(names)
    assert {one.domain for one in prepared.opset_import} == {""}
    assert {"a.w", "b.w"} < float_weights(prepared)
    assert len(float_weights(prepared)) == 3  # the last with the factor after it
    assert not is_quantized(prepared)


def test_preparing_changes_no_answer() -> None:
    np.testing.assert_allclose(run(prepare(graph())), run(graph()), rtol=1e-4, atol=1e-4)
