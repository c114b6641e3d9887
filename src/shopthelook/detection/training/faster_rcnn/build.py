"""Faster R-CNN of a recipe: Ren et al. (NeurIPS 2015) from torchvision's parts, as the paper uses it (section 5)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from torch import nn
from torchvision.models.detection import FasterRCNN
from torchvision.models.detection.faster_rcnn import TwoMLPHead
from torchvision.models.detection.rpn import AnchorGenerator
from torchvision.ops import MultiScaleRoIAlign

from shopthelook.detection.training.architectures import Built
from shopthelook.detection.training.bodies import Body
from shopthelook.detection.training.faster_rcnn.parts import (
    BlockHead,
    BoxPredictor,
    Deployed,
    LightHead,
    Pyramid,
    SingleMap,
    use_own_parts,
)
from shopthelook.detection.training.starting import first_body, go_on
from shopthelook.errors import ShopError

if TYPE_CHECKING:
    from shopthelook.detection.training.faster_rcnn.options import FasterRCNNOptions
    from shopthelook.detection.training.recipe import Recipe

LEAST_SCORE = 0.02  # of a box that comes out: figures need the doubtful ones too
SAME_BOX_IOU = 0.5


def build(recipe: Recipe, n_labels: int) -> Built:
    """Build the Faster R-CNN of a recipe, with its first weights.

    Raises:
        ShopError: the backbone or its weights cannot be had, or the options do not fit the backbone.
    """
    options: FasterRCNNOptions = recipe.options
    body = first_body(recipe)
    detector, trunk = assemble(body, options, n_labels)
    start = go_on(recipe, detector, body)
    neck = (
        "one map of stride 16"
        if options.neck == "single"
        else f"a {options.channels}-channel feature pyramid"
    )
    described = f"Faster R-CNN on {body.described} with {neck}"
    return Built(detector, trunk, Deployed(detector), body.mean, body.std, described, start)


def assemble(body: Body, options: FasterRCNNOptions, n_labels: int) -> tuple[FasterRCNN, nn.Module]:
    """The detector of ``n_labels`` kinds of object on a backbone, and the part of it that is the backbone."""
    body.freeze(options.trainable)
    levels = len(body.channels) + options.extra_level
    if options.neck == "pyramid" and len(options.anchors) != levels:
        raise ShopError(
            f"this backbone's pyramid has {levels} levels, but anchors has {len(options.anchors)} rows"
        )
    backbone: nn.Module
    if options.neck == "pyramid":
        backbone = Pyramid(body.net, body.channels, options.channels, options.extra_level)
        trunk, channels, pooled = body.net, options.channels, [str(i) for i in range(len(body.channels))]
        head, width = _region_head(options, channels, None, 0)
    else:
        cut = getattr(body.net, "cut", None)
        if cut is None:
            raise ShopError("neck 'single' cannot be built on this backbone; take another or neck 'pyramid'")
        stem, last, channels, deepest = cut()
        backbone = SingleMap(stem, channels)
        head, width = _region_head(options, channels, last, deepest)
        # The last block is the backbone's too, wherever it stands.
        trunk, pooled = nn.ModuleList([stem, last] if options.head == "block" else [stem]), ["0"]
    detector = FasterRCNN(
        backbone,
        image_mean=body.mean,
        image_std=body.std,
        rpn_anchor_generator=AnchorGenerator(options.anchors, (options.ratios,) * len(options.anchors)),
        rpn_pre_nms_top_n_train=options.candidates[0],
        rpn_post_nms_top_n_train=options.proposals[0],
        rpn_pre_nms_top_n_test=options.candidates[1],
        rpn_post_nms_top_n_test=options.proposals[1],
        rpn_batch_size_per_image=options.samples[0],
        box_roi_pool=MultiScaleRoIAlign(pooled, output_size=options.pool, sampling_ratio=2),
        box_head=head,
        box_predictor=BoxPredictor(width, n_labels + 1),
        box_batch_size_per_image=options.samples[1],
        box_score_thresh=LEAST_SCORE,
        box_nms_thresh=SAME_BOX_IOU,
        box_detections_per_img=options.max_objects,
    )
    use_own_parts(detector)
    return detector, trunk


def _region_head(
    options: FasterRCNNOptions, channels: int, last: nn.Module | None, deepest: int
) -> tuple[nn.Module, int]:
    if options.head == "block" and last is not None:
        return BlockHead(last), deepest
    if options.head == "light":
        return LightHead(channels, options.pool, options.width), options.width
    return TwoMLPHead(channels * options.pool**2, options.width), options.width
