"""Make ONNX files small and quick; needs the library onnx, as the extras ``[train]`` and ``[quantize]`` do."""

from __future__ import annotations

import dataclasses
import hashlib
import re
from typing import TYPE_CHECKING

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

from shopthelook.models.card import CARD_FILE, Card

if TYPE_CHECKING:
    from collections.abc import Collection
    from pathlib import Path

    from onnx import ModelProto

WORTH_PACKING = 1024  # values; small constants (shapes, anchors, thresholds) keep their precision


def store_weights_as_float16(model: ModelProto, names: Collection[str] | None = None) -> ModelProto:
    """Keep large float32 weights as float16 in the file, cast back to float32 when it is loaded.

    ONNX Runtime folds the casts when it opens the file, so it computes and is as fast as before; the file is half
    as large. ``names`` are the weights that may be rounded, all where it is left out. Changes ``model`` in place and
    returns it.
    """
    casts = []
    for weight in model.graph.initializer:
        if weight.data_type != TensorProto.FLOAT or np.prod(weight.dims) < WORTH_PACKING:
            continue
        if names is not None and weight.name not in names:
            continue
        name = weight.name
        half = numpy_helper.to_array(weight).astype(np.float16)
        weight.CopyFrom(numpy_helper.from_array(half, f"{name}.float16"))
        casts.append(helper.make_node("Cast", [weight.name], [name], f"{name}.cast", to=TensorProto.FLOAT))
    nodes = [*casts, *model.graph.node]
    del model.graph.node[:]
    model.graph.node.extend(nodes)
    return model


def drop_empty_inputs(model: ModelProto) -> ModelProto:
    """Take away optional inputs that are named but empty at the end of a node's inputs.

    They mean nothing, but only without them does ONNX Runtime join a padding with the convolution after it, and a
    detector on MobileNetV2 then takes two thirds of the time. Changes ``model`` in place and returns it.
    """
    for node in model.graph.node:
        while node.input and not node.input[-1]:
            del node.input[-1]
    return model


def bundle_name(folder: Path, otherwise: str) -> str:
    """The name of the bundle in a folder: the folder's, as far as a card may say it."""
    return re.sub(r"[^a-z0-9._-]+", "-", folder.resolve().name.lower()).lstrip("._-") or otherwise


def write_bundle(model: ModelProto, card: Card, folder: Path) -> Card:
    """Write a model and its card to ``folder``, which is made; return the card with the file's SHA-256."""
    folder.mkdir(parents=True, exist_ok=True)
    onnx.save(model, folder / card.model)
    card = dataclasses.replace(card, sha256=hashlib.sha256((folder / card.model).read_bytes()).hexdigest())
    card.write(folder / CARD_FILE)
    return card
