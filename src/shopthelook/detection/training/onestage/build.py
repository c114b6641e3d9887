"""The one-stage detector of a recipe."""

from __future__ import annotations

from typing import TYPE_CHECKING

from shopthelook.detection.training.architectures import Built
from shopthelook.detection.training.bodies import LATER, open_body
from shopthelook.detection.training.onestage.detector import DeployedOneStage, OneStage
from shopthelook.errors import ShopError
from shopthelook.training.origin import data_of
from shopthelook.training.weights import is_run, load_matching, read_state

if TYPE_CHECKING:
    from shopthelook.detection.training.onestage.options import OneStageOptions
    from shopthelook.detection.training.recipe import Recipe


def build(recipe: Recipe, n_labels: int) -> Built:
    """Build the one-stage detector of a recipe, with its first weights.

    Raises:
        ShopError: the backbone or its weights cannot be had, or it has too few maps.
    """
    options: OneStageOptions = recipe.options
    weights = recipe.model.weights
    from_run = is_run(weights)
    body = open_body(recipe.model.backbone, LATER if from_run else weights)
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
    start = body.start
    if from_run:
        load_matching(detector, read_state(weights), weights)
        start = data_of(weights)
    described = f"One-stage detector on {body.described} with a {options.channels}-channel path pyramid"
    return Built(detector, detector.body, DeployedOneStage(detector), body.mean, body.std, described, start)
