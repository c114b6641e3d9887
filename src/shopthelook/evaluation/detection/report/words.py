"""What a report says in words, the same on the page and in Markdown."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from shopthelook.evaluation.detection.evaluating import Evaluation, SetFigures

TITLE = "Detectors, measured"

HOW = (
    "AP50 is COCO's average precision at an IoU of 0.5, AP its mean over IoUs from 0.5 to 0.95; both are means over "
    "the classes. Figures are percentages.",
    "Precision, recall and F1 are those of what serving shows: the boxes that reach the threshold of their label in "
    "the bundle's card, all classes together, right with an IoU of at least 0.5. Dots on the curves mark them.",
    "Labels are rolled up to coarse categories, so detectors with different labels compare. A class that the data set "
    "does not label is left aside.",
    "Smaller figures are 95% intervals from {replicates:,} draws of the pictures with replacement. Gains are drawn on "
    "the same pictures for both detectors; one is coloured where its interval leaves out 0. A class in fewer than ten "
    "pictures has no interval.",
    "Sizes are COCO's, in pixels of the picture: small below 32 x 32, medium below 96 x 96.",
)
PRODUCTS = (
    "One right box: serving shows one box only, of the right class, that covers at least 80% of the product, with an "
    "IoU of at least 0.5. Best box right: the box with the best score is such a one. Both of the pictures with one "
    "true box; where that box is a guess, one box of the right class is enough, and all other figures leave the "
    "picture aside.",
)
LATENCY = (
    "One core, one thread, from the file on disk to the objects: read, decode, resize, detect; {n} pictures. "
    "Processor time is the median too; other work on the machine hardly changes it."
)


def heading(one: SetFigures) -> str:
    """What a data set's part is called."""
    kind = "scene pictures" if one.data.kind == "scenes" else "single-product pictures"
    return f"{one.data.name}: {kind}"


def size(one: SetFigures) -> str:
    """How much was measured."""
    boxes = sum(figures.boxes for figures in one.figures[0].classes)
    part = "" if one.data.split == "all" else f" of the split “{one.data.split}”"
    return (
        f"{len(one.data.pictures):,} pictures{part}, {boxes:,} boxes of "
        f"{len(one.data.classes)} {'class' if len(one.data.classes) == 1 else 'classes'}"
    )


def caution(evaluation: Evaluation) -> str:
    """What keeps the figures from being a promise, empty where nothing does."""
    if evaluation.split == "train":
        return "Detectors learn from the split “train”: these figures say nothing of other pictures."
    if evaluation.split == "val":
        return (
            "Thresholds and settings are chosen on the split “val”: expect a little less on other pictures. "
            "Publish figures of the split “test”."
        )
    if evaluation.split == "all":
        return "Measured on all pictures: right for detectors that learned from none of them."
    return ""


def how(evaluation: Evaluation) -> list[str]:
    """How it was measured, a sentence or two each."""
    said = [text.format(replicates=evaluation.replicates) for text in HOW]
    if any(one.data.kind == "products" for one in evaluation.sets):
        said += PRODUCTS
    return said
