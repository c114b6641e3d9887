"""The one-stage detector of a recipe."""

from __future__ import annotations

from typing import TYPE_CHECKING

from shopthelook.detection.training.architectures import Built
from shopthelook.detection.training.onestage.detector import DeployedOneStage, OneStage
from shopthelook.detection.training.starting import first_body, go_on
from shopthelook.errors import ShopError

if TYPE_CHECKING:
    from shopthelook.detection.training.onestage.options import OneStageOptions
    from shopthelook.detection.training.recipe import Recipe


def build(recipe: Recipe, n_labels: int) -> Built:
    """Build the one-stage detector of a recipe, with its first weights.

    Raises:
        ShopError: the backbone or its weights cannot be had, or it has too few maps.
    """
    options: OneStageOptions = recipe.options
    body = first_body(recipe)
    if len(body.channels) < 3:
        raise ShopError(f"the backbone {recipe.model.backbone} has no maps of strides 8, 16 and 32")
    body.freeze(options.trainable)
    detector = OneStage(
        n_labels,
        body.net,
        body.channels[-3:],
        body.mean,
        body.std,
        channels=options.channels,
        depth=options.depth,
        same_iou=options.same_iou,
        most=options.max_objects,
    )
    start = go_on(recipe, detector, body)
    described = f"One-stage detector on {body.described} with a {options.channels}-channel path pyramid"
    return Built(detector, detector.body, DeployedOneStage(detector), body.mean, body.std, described, start)
