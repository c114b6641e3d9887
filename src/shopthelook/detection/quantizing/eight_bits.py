"""A detector's graph in 8 bits, by ONNX Runtime's static quantisation."""

from __future__ import annotations

import contextlib
import fnmatch
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import onnx
from onnxruntime.quantization import CalibrationMethod, QuantFormat, QuantType, quantize_static

from shopthelook.detection.quantizing.graph import CONVOLUTIONS, body, float_weights, is_quantized, prepare
from shopthelook.errors import ShopError
from shopthelook.models.export import store_weights_as_float16

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from numpy.typing import NDArray
    from onnx import ModelProto, NodeProto


@dataclass(frozen=True, slots=True)
class Quantized:
    """A graph in 8 bits, with how many of its convolutions are, of how many."""

    model: ModelProto
    convolutions: int
    of: int


def quantize_graph(
    model: ModelProto,
    name: str,
    pictures: Iterator[NDArray[Any]],
    *,
    reduce_range: bool = False,
    keep: Sequence[str] = (),
) -> Quantized:
    """Make the body of a detector's graph compute in 8 bits.

    Weights are int8 with a scale for each output channel, values uint8 with a scale and zero for each tensor, from the
    least and the largest value that the tensor has on ``pictures``.

    Args:
        model: the graph, which stays as it is.
        name: of its one input.
        pictures: inputs ``(1, 3, h, w)`` float32 of any size that the graph takes.
        reduce_range: weights of 7 bits.
        keep: patterns (``*``, ``?``) of the names of nodes that stay exact.

    Raises:
        ShopError: there is nothing to quantise, a pattern names nothing, or the graph cannot be calibrated.
    """
    if is_quantized(model):
        raise ShopError("the model computes in 8 bits already: quantise the one that it was made from")
    packed = any(one.data_type == onnx.TensorProto.FLOAT16 for one in model.graph.initializer)
    copy = onnx.ModelProto()
    copy.CopyFrom(model)
    with _told("prepare"):
        prepared = prepare(copy)
    nodes = _chosen(body(prepared), keep)
    with tempfile.TemporaryDirectory() as folder:
        out = Path(folder) / "quantized.onnx"
        with _told("quantise"):
            quantize_static(
                prepared,
                str(out),
                _Reader(name, pictures),
                quant_format=QuantFormat.QDQ,
                op_types_to_quantize=sorted({node.op_type for node in nodes}),
                nodes_to_quantize=[node.name for node in nodes],
                per_channel=True,
                reduce_range=reduce_range,
                activation_type=QuantType.QUInt8,
                weight_type=QuantType.QInt8,
                calibrate_method=CalibrationMethod.MinMax,
            )
        made = onnx.load(out)
    if packed:  # what stays exact is stored as it was
        store_weights_as_float16(made, float_weights(made))
    every = sum(node.op_type in CONVOLUTIONS for node in prepared.graph.node)
    return Quantized(made, sum(node.op_type in CONVOLUTIONS for node in nodes), every)


def _chosen(nodes: Sequence[NodeProto], keep: Sequence[str]) -> list[NodeProto]:
    for pattern in keep:
        if not fnmatch.filter([node.name for node in nodes], pattern):
            shown = ", ".join(node.name for node in nodes if node.op_type in CONVOLUTIONS)
            raise ShopError(
                f"no node that would be quantised is called {pattern!r}; there are: {shown[:600] or 'none'}"
            )
    chosen = [node for node in nodes if not any(fnmatch.fnmatchcase(node.name, one) for one in keep)]
    if not any(node.op_type in CONVOLUTIONS for node in chosen):
        raise ShopError(
            "nothing to quantise: only convolutions that another one follows are computed in 8 bits, and "
            + ("all that the model has are kept" if nodes else "the model has none")
        )
    return chosen


@contextlib.contextmanager
def _told(what: str) -> Iterator[None]:
    """Tell in one line what ONNX Runtime cannot do; it lets through whatever went wrong inside it."""
    try:
        yield
    except ShopError:
        raise
    except Exception as error:
        first = (str(error).strip().splitlines() or [type(error).__name__])[0]
        raise ShopError(f"ONNX Runtime cannot {what} the model: {first[:300]}") from error


class _Reader:
    """Pictures as ONNX Runtime's calibration asks for them."""

    def __init__(self, name: str, pictures: Iterator[NDArray[Any]]) -> None:
        self._name, self._pictures = name, pictures

    def get_next(self) -> dict[str, NDArray[Any]] | None:
        picture = next(self._pictures, None)
        return None if picture is None else {self._name: picture}
