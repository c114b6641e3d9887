"""Which parts of a detector's graph can be computed in 8 bits, found from the graph itself."""

from __future__ import annotations

import itertools
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

import onnx
import onnxruntime
from onnxruntime.quantization.shape_inference import quant_pre_process

from shopthelook.models.export import drop_empty_inputs

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from onnx import GraphProto, ModelProto, NodeProto

CONVOLUTIONS = frozenset(("Conv", "ConvTranspose"))
BETWEEN = frozenset(
    (
        *("Add", "AveragePool", "Clip", "Concat", "GlobalAveragePool", "LeakyRelu"),
        *("MaxPool", "Mul", "Relu", "Resize", "Sigmoid"),
    )
)
"""What may lie between two convolutions for both to be one stretch of 8-bit work: ONNX Runtime has kernels that
take and give 8-bit values for each."""

_VALUES = {"Clip": 1, "Resize": 1}  # so many first inputs are values; the others are limits, scales and sizes


def prepare(model: ModelProto) -> ModelProto:
    """The graph as quantisation wants it.

    Constants are computed (weights stored as float16 become float32 again), batch norms and paddings are joined with
    their convolutions, shapes are written down, and every node has a name of its own.
    """
    with tempfile.TemporaryDirectory() as folder:
        options = onnxruntime.SessionOptions()
        options.graph_optimization_level = onnxruntime.GraphOptimizationLevel.ORT_ENABLE_BASIC
        options.optimized_model_filepath = str(Path(folder) / "simple.onnx")
        options.log_severity_level = 3
        onnxruntime.InferenceSession(
            drop_empty_inputs(model).SerializeToString(), options, providers=["CPUExecutionProvider"]
        )
        simple = onnx.load(options.optimized_model_filepath)
        _name_nodes(simple)
        _drop_unused_domains(simple)
        onnx.save(simple, Path(folder) / "named.onnx")
        shaped = Path(folder) / "shaped.onnx"
        quant_pre_process(
            str(Path(folder) / "named.onnx"), str(shaped), skip_optimization=True, skip_symbolic_shape=True
        )
        return onnx.load(shaped)


def body(model: ModelProto) -> list[NodeProto]:
    """The nodes that can be quantised: those that a convolution follows.

    Counted are convolutions with constant weights and the operators of `BETWEEN`, and one follows another when it
    takes its values, directly or through others of these. So the last convolutions, whose values are scores and sides
    of boxes, stay exact, and so does whatever comes after them: a rounding error there is one of the answer, and
    numbers of very different sizes (pixels beside scores) in one tensor have no common 8-bit scale.
    """
    constant = {one.name for one in model.graph.initializer}
    counted = [
        node
        for node in model.graph.node
        if node.op_type in BETWEEN or (node.op_type in CONVOLUTIONS and node.input[1] in constant)
    ]
    followed: set[str] = set()  # names of values that a convolution takes
    found = []
    for node in reversed(counted):  # a graph's nodes are sorted
        wanted = any(value in followed for value in node.output)
        if wanted:
            found.append(node)
        if wanted or node.op_type in CONVOLUTIONS:
            followed.update(_values(node))
    return found[::-1]


def float_weights(model: ModelProto) -> set[str]:
    """The names of float32 weights that convolutions and matrix products take as they are."""
    exact = {one.name for one in model.graph.initializer if one.data_type == onnx.TensorProto.FLOAT}
    takes = CONVOLUTIONS | {"Gemm", "MatMul"}
    return {
        name for node in model.graph.node if node.op_type in takes for name in node.input[:2] if name in exact
    }


def is_quantized(model: ModelProto) -> bool:
    """Whether a part of the graph is computed in 8 bits already."""
    return any("Quantize" in node.op_type or "QLinear" in node.op_type for node in model.graph.node)


def _name_nodes(model: ModelProto) -> None:
    """Give every node a name of its own: quantisation picks nodes by name."""
    names = {node.name for node in model.graph.node}
    seen = {""}
    for i, node in enumerate(model.graph.node):
        if node.name in seen:
            node.name = next(name for n in itertools.count(i) if (name := f"{node.op_type}.{n}") not in names)
            names.add(node.name)
        seen.add(node.name)


def _drop_unused_domains(model: ModelProto) -> None:
    """Take away the domains of operators that ONNX Runtime knows but the graph does not use.

    An older ONNX Runtime may refuse a file for a domain that is newer than itself.
    """
    used = {"", *_domains(model.graph)}
    kept = [one for one in model.opset_import if one.domain in used]
    del model.opset_import[:]
    model.opset_import.extend(kept)


def _domains(graph: GraphProto) -> Iterator[str]:
    for node in graph.node:
        yield node.domain
        for attribute in node.attribute:
            for inner in (attribute.g, *attribute.graphs):
                yield from _domains(inner)


def _values(node: NodeProto) -> Sequence[str]:
    most = 1 if node.op_type in CONVOLUTIONS else _VALUES.get(node.op_type, len(node.input))
    return [name for name in node.input[:most] if name]
