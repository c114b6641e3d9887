"""From a trained detector to a bundle."""

from __future__ import annotations

import hashlib
import tempfile
import warnings
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

import onnx
import torch

from shopthelook.detection.training.model import Deployed
from shopthelook.models.card import Card, DataUse, Input, Label, Resize
from shopthelook.models.export import store_weights_as_float16
from shopthelook.taxonomy import Taxonomy

if TYPE_CHECKING:
    from collections.abc import Sequence

    from torchvision.models.detection import FasterRCNN

    from shopthelook.detection.training.train import Recipe

OPSET = 17
BODIES = {
    "efficientnet-lite0": "EfficientNet-Lite0 (ImageNet weights, Apache-2.0)",
    "coco-mobilenet-v2": (
        "MobileNetV2 (weights of the COCO detector SSDLite, Apache-2.0; COCO photos that are used to measure this "
        "bundle may have been among its training pictures)"
    ),
}
STARTS = {
    "efficientnet-lite0": DataUse("ImageNet, through the backbone's first weights", "weights Apache-2.0"),
    "coco-mobilenet-v2": DataUse(
        "COCO, through the backbone's first weights", "weights Apache-2.0; annotations CC BY 4.0"
    ),
}


def export_bundle(
    detector: FasterRCNN, folder: Path, recipe: Recipe, data: Sequence[DataUse], name: str = "detector-lite"
) -> Card:
    """Write ``model.onnx`` and ``card.json`` to ``folder`` and return the card.

    The card's thresholds are a first guess and it holds no figures: ``shopthelook.detection.training.calibrate``
    sets both from pictures that were not trained on.
    """
    folder.mkdir(parents=True, exist_ok=True)
    model = to_onnx(detector, (recipe.shorter, recipe.longer))
    onnx.save(model, folder / "model.onnx")
    card = Card(
        name=name,
        version="1",
        kind="detector",
        model="model.onnx",
        sha256=hashlib.sha256((folder / "model.onnx").read_bytes()).hexdigest(),
        input=Input(
            name="image",
            mean=tuple(detector.transform.image_mean),
            std=tuple(detector.transform.image_std),
            resize=Resize("fit", shorter=recipe.shorter, longer=recipe.longer, multiple=32),
        ),
        labels=tuple(Label(c.name, c.id, c.full) for c in Taxonomy.builtin().coarse_categories),
        outputs={"boxes": "boxes", "scores": "scores", "labels": "labels"},
        threshold=0.4,
        max_objects=40,
        data=(STARTS[recipe.backbone], *data),
        licence="Apache-2.0",
        provenance=(
            f"Faster R-CNN on {BODIES[recipe.backbone]} with a 96-channel feature pyramid, "
            f"trained by shopthelook.detection.training with {asdict(recipe)}"
        ),
    )
    card.write(folder / "card.json")
    return card


def to_onnx(detector: FasterRCNN, size: tuple[int, int]) -> onnx.ModelProto:
    """The detector as an ONNX graph with free height and width (multiples of 32), weights as float16."""
    with tempfile.TemporaryDirectory() as folder, warnings.catch_warnings():
        # The exporter warns of each shape that it traces; the export is compared with PyTorch in the tests.
        warnings.simplefilter("ignore")
        path = Path(folder) / "model.onnx"
        torch.onnx.export(
            Deployed(detector).eval(),
            (torch.zeros(1, 3, *(side // 32 * 32 for side in size)),),
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
        return store_weights_as_float16(onnx.load(path))
