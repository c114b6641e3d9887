"""From a trained detector to a bundle."""

from __future__ import annotations

import json
import tempfile
import warnings
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import onnx
import torch

from shopthelook import images
from shopthelook.errors import ShopError
from shopthelook.geometry import iou
from shopthelook.models import open_bundle
from shopthelook.models.card import Card, DataUse, Input, Label, Resize
from shopthelook.models.export import bundle_name, drop_empty_inputs, store_weights_as_float16, write_bundle
from shopthelook.models.preprocess import fit, normalise
from shopthelook.models.session import Session
from shopthelook.training.origin import joined

if TYPE_CHECKING:
    from collections.abc import Sequence

    from torch import nn

    from shopthelook.detection.datasets import LabelSpace
    from shopthelook.detection.training.architectures import Built
    from shopthelook.detection.training.recipe import Recipe

OPSET = 17
SURE = 0.1  # score from which a box must be in both when the export is checked
SAME_IOU, SAME_SCORE = 0.9, 0.02
ASTRAY = 0.02  # share of boxes that may differ: of two that nearly tie, suppression may keep either


def export_bundle(
    built: Built,
    recipe: Recipe,
    space: LabelSpace,
    data: Sequence[DataUse],
    folder: Path,
    pictures: Sequence[Path] = (),
) -> Card:
    """Write ``model.onnx`` and ``card.json`` to ``folder`` and return the card.

    The graph is run on ``pictures`` beside PyTorch before its weights are rounded to float16. The card's thresholds
    are a first guess and it holds no figures: `calibrate` sets both from pictures that were not trained on.

    Raises:
        ShopError: the folder cannot be written, or the bundle finds other objects than PyTorch does.
    """
    picture = recipe.picture
    card = Card(
        name=bundle_name(folder, "detector"),
        version="1",
        kind="detector",
        model="model.onnx",
        sha256="0" * 64,
        input=Input(
            "image", built.mean, built.std, Resize("fit", picture.shorter, picture.longer, picture.multiple)
        ),
        labels=tuple(Label(one.name, one.category.id, one.category.full) for one in space.labels),
        outputs={"boxes": "boxes", "scores": "scores", "labels": "labels"},
        threshold=0.4,
        max_objects=40,
        data=joined(built.start, data),
        licence=recipe.licence,
        provenance=(
            f"{built.described}, trained by 'shopthelook train detector {recipe.name}' with the recipe "
            f"{json.dumps(recipe.as_dict())}"
        ),
    )
    model = to_onnx(built.deployed, (picture.shorter, picture.longer), picture.multiple)
    with tempfile.TemporaryDirectory() as exact:
        write_bundle(model, card, Path(exact))
        if problem := differences(Path(exact), built.deployed, pictures):
            raise ShopError(
                f"{folder}: not written, for the exported model does not do what the trained one does: {problem}"
            )
    try:
        return write_bundle(store_weights_as_float16(model), card, folder)
    except OSError as error:
        raise ShopError(f"{folder}: the bundle cannot be written: {error.strerror}") from None


def to_onnx(deployed: nn.Module, size: tuple[int, int], multiple: int = 32) -> onnx.ModelProto:
    """The detector as an ONNX graph with free height and width (multiples of ``multiple``)."""
    deployed.eval()
    with tempfile.TemporaryDirectory() as folder, warnings.catch_warnings():
        # The exporter warns of each shape that it traces; the export is compared with PyTorch instead.
        warnings.simplefilter("ignore")
        path = Path(folder) / "model.onnx"
        torch.onnx.export(
            deployed,
            (torch.zeros(1, 3, *(-(-side // multiple) * multiple for side in size)),),
            str(path),
            input_names=["image"],
            output_names=["boxes", "scores", "labels"],
            dynamic_axes={
                "image": {2: "height", 3: "width"},
                **{name: {0: "objects"} for name in ("boxes", "scores", "labels")},
            },
            opset_version=OPSET,
            # torchvision's symbolic functions for NMS and RoIAlign belong to this exporter.
            dynamo=False,
        )
        return drop_empty_inputs(onnx.load(path))


@torch.no_grad()
def differences(folder: Path, deployed: nn.Module, pictures: Sequence[Path]) -> str:
    """What the bundle in ``folder`` finds otherwise than ``deployed`` in PyTorch, in words; empty if nothing.

    Every box that scores `SURE` in one must be in the other with the same label, an IoU of `SAME_IOU` and a score
    within `SAME_SCORE`, but for a share `ASTRAY` of them.
    """
    bundle = open_bundle(folder, "detector")
    session = Session(bundle)
    deployed.eval()
    source, size = bundle.card.input, bundle.card.input.resize
    missing, total = 0, 0
    for path in pictures:
        fitted, _ = fit(images.read(path), size.shorter, size.longer, size.multiple, source.mean)
        pixels = normalise(fitted[None], source.mean, source.std)
        ours = [value.numpy() for value in deployed(torch.from_numpy(pixels))]
        run = session.run({source.name: pixels})
        theirs = [run[name] for name in ("boxes", "scores", "labels")]
        for one, other in ((ours, theirs), (theirs, ours)):
            sure = one[1] >= SURE
            same = (iou(one[0], other[0]) >= SAME_IOU) & (one[2][:, None] == other[2])
            same &= np.abs(one[1][:, None] - other[1]) <= SAME_SCORE
            total += int(sure.sum())
            missing += int((sure & ~same.any(axis=1)).sum())
    if missing > max(1, ASTRAY * total):
        return f"{missing} of {total} boxes in {len(pictures)} pictures have no counterpart"
    return ""
