"""From the trained network to a bundle: one ONNX file and its card."""

from __future__ import annotations

import contextlib
import hashlib
import io
import logging
import warnings
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import onnx
import onnxruntime
import torch
from numpy.typing import NDArray
from torch import nn

from shopthelook.errors import ShopError
from shopthelook.models.export import store_weights_as_float16

OPSET = 18


class ExportError(ShopError):
    """An exported file that does not answer as the network that it was made from."""


def to_onnx(module: nn.Module, size: int, path: Path, outputs: Sequence[str]) -> None:
    """Write `module` as ONNX: input `image` (n, 3, size, size) float32 with n free, the named outputs."""
    batch = torch.export.Dim("n", min=1, max=1024)
    # The exporter tells its progress on stdout and by warnings about its own insides.
    with warnings.catch_warnings(), contextlib.redirect_stdout(io.StringIO()):
        warnings.simplefilter("ignore")
        logging.getLogger("torch.onnx").setLevel(logging.ERROR)
        torch.onnx.export(
            module,
            (torch.zeros(2, 3, size, size),),
            str(path),
            input_names=["image"],
            output_names=list(outputs),
            dynamic_shapes=({0: batch},),
            opset_version=OPSET,
            dynamo=True,
            external_data=False,
        )


def agreement(path: Path, module: nn.Module, images: NDArray[np.float32]) -> tuple[float, float]:
    """Compare an exported embedder with its network on images (n, 3, s, s).

    Returns:
        The share of bits that are the same, and the largest difference of a category's probability.
    """
    session = onnxruntime.InferenceSession(path)
    embedding, category = session.run(["embedding", "category"], {"image": images})
    with torch.no_grad():
        wanted = [x.numpy() for x in module(torch.from_numpy(images))]
    same = float(((np.asarray(embedding) > 0) == (wanted[0] > 0)).mean())
    return same, float(np.abs(np.asarray(category) - wanted[1]).max())


def export(
    module: nn.Module, size: int, path: Path, images: NDArray[np.float32], least: float = 0.999
) -> float:
    """Write the embedder as ONNX with halved weights, checked on `images`; return the share of same bits.

    Raises:
        ExportError: fewer than `least` of the bits are those of the network.
    """
    full = path.with_suffix(".full.onnx")
    to_onnx(module, size, full, outputs=("embedding", "category"))
    model = store_weights_as_float16(onnx.load(full))
    onnx.checker.check_model(model, full_check=True)
    onnx.save(model, path)
    same, off = agreement(path, module, images)
    full.unlink()
    if same < least or off > 0.02:
        path.unlink()
        raise ExportError(
            f"{path.name} agrees with the network on {same:.4%} of the bits and to {off:.4f} on categories, "
            f"which is less than {least:.2%} or 0.02: train longer with a smaller learning rate"
        )
    return same


def sha256(path: Path) -> str:
    """Return the hex digest of a file."""
    return hashlib.sha256(path.read_bytes()).hexdigest()
