"""First weights of a detector: its backbone's own, or those of an earlier run."""

from __future__ import annotations

from typing import TYPE_CHECKING

import torch

from shopthelook.detection.training.bodies import LATER, Body, open_body
from shopthelook.training.origin import data_of, joined
from shopthelook.training.weights import is_run, load_matching, read_state

if TYPE_CHECKING:
    from torch import nn

    from shopthelook.detection.training.recipe import Recipe
    from shopthelook.models.card import DataUse


def first_body(recipe: Recipe) -> Body:
    """The backbone of a recipe, as it is before `go_on`.

    Raises:
        ShopError: no such backbone, or its weights cannot be had.
    """
    model = recipe.model
    own = (model.body_weights or LATER) if is_run(model.weights) else model.weights
    return open_body(model.backbone, own)


def go_on(recipe: Recipe, detector: nn.Module, body: Body) -> tuple[DataUse, ...]:
    """Take over the weights of the earlier run that a recipe names, if any; return what all weights learnt from.

    Of the backbone's own first weights, where the recipe names them too, the share ``body_share`` comes back: what a
    backbone forgot while it learnt from few pictures (Wortsman et al., "Robust fine-tuning of zero-shot models",
    CVPR 2022).

    Raises:
        ShopError: the earlier run's weights cannot be read or do not fit.
    """
    model = recipe.model
    if not is_run(model.weights):
        return body.start
    first = {name: weight.clone() for name, weight in body.net.state_dict().items()}
    load_matching(detector, read_state(model.weights), model.weights)
    if model.body_weights:
        with torch.no_grad():
            for name, weight in body.net.state_dict().items():
                if weight.is_floating_point():
                    weight.lerp_(first[name], model.body_share)
    return joined(data_of(model.weights), body.start if model.body_weights else ())
