"""A detector of the DETR family as one ONNX graph that gives boxes, scores and labels."""

from __future__ import annotations

import tempfile
import warnings
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import onnx
import onnxruntime
import torch
from torch import nn

from shopthelook.errors import ShopError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from torch import Tensor

OPSET = 18
INPUT = "image"
OUTPUTS = ("boxes", "scores", "labels")
_SAME_SCORES = 0.02
"""Scores of the graph and of PyTorch may differ so much, and by thrice of what rounding does to the model itself."""


class Decoded(nn.Module):
    """A detector with its answers decoded, as the bundle contract wants them.

    Each query's logits are independent (sigmoid); the best (query, label) pairs, as many as there are queries, are
    the objects, as in the models' own post-processing. There is no non-maximum suppression to do.
    """

    def __init__(self, model: nn.Module, columns: Sequence[int], size: int) -> None:
        """``columns`` are the logits that the card's labels stand for, ``size`` the side of the input in pixels."""
        super().__init__()
        self.model = model
        self.columns: Tensor
        self.register_buffer("columns", torch.tensor(list(columns), dtype=torch.int64))
        self.size = size
        self.eval()

    def forward(self, image: Tensor) -> tuple[Tensor, Tensor, Tensor]:  # (1, 3, S, S)
        """Boxes (n, 4) xyxy in pixels of the input, scores (n,), labels (n,) int64; best first."""
        out = self.model(pixel_values=image)
        every = out.logits[0].sigmoid().index_select(1, self.columns)  # (queries, labels)
        queries, labels = every.shape
        scores, place = every.flatten().topk(queries)
        x, y, width, height = out.pred_boxes[0].unbind(-1)  # fractions of the input
        corners = torch.stack([x - width / 2, y - height / 2, x + width / 2, y + height / 2], dim=-1)
        rows = torch.div(place, labels, rounding_mode="floor")
        return corners.index_select(0, rows) * self.size, scores, place % labels


def to_onnx(detector: Decoded, by_trace: bool) -> onnx.ModelProto:
    """The detector as an ONNX graph of one input size, held against PyTorch on a made picture.

    ``by_trace`` says which of PyTorch's two exporters to use. Raises `ShopError` for a graph that computes something
    else.
    """
    example = _made_picture(detector.size)
    with tempfile.TemporaryDirectory() as folder, warnings.catch_warnings():
        # The exporters warn of each shape that they trace; what they make is compared below.
        warnings.simplefilter("ignore")
        path = Path(folder) / "model.onnx"
        free = {name: {0: "objects"} for name in OUTPUTS}
        options: dict[str, Any] = {"dynamic_axes": free} if by_trace else {"external_data": False}
        torch.onnx.export(
            detector,
            (example,),
            str(path),
            input_names=[INPUT],
            output_names=list(OUTPUTS),
            opset_version=OPSET,
            dynamo=not by_trace,
            verbose=False,
            **options,
        )
        graph = onnx.load(path)
    check(graph, detector, example)
    return graph


@torch.no_grad()
def check(graph: onnx.ModelProto, detector: Decoded, picture: Tensor) -> None:
    """Raise `ShopError` unless ``graph`` scores what it finds in ``picture`` (1, 3, S, S) as the detector does.

    Which queries these models pick hangs on rounding where many are all but equal, most of all before training; how
    much it matters is seen by running the model with twice the digits.
    """
    session = onnxruntime.InferenceSession(graph.SerializeToString(), providers=["CPUExecutionProvider"])
    found = session.run(["scores"], {INPUT: picture.numpy()})[0]
    wanted = detector.eval()(picture)[1].numpy()
    apart = float(np.abs(found - wanted).max()) if found.shape == wanted.shape else np.inf
    rounding = float(np.abs(detector.double()(picture.double())[1].numpy() - wanted).max())
    detector.float()
    if not apart <= _SAME_SCORES + 3 * rounding:
        raise ShopError(
            f"the exported graph is not the model: scores of a made picture differ by {apart:.3g}; try another "
            "version of torch or transformers"
        )


def _made_picture(size: int) -> Tensor:
    """Soft blots of colour (1, 3, size, size), always the same."""
    cells = torch.randn(1, 3, 12, 12, generator=torch.Generator().manual_seed(12))
    return nn.functional.interpolate(cells, size=(size, size), mode="bicubic")
