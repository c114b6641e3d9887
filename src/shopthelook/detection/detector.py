"""Scene decomposition: the objects of a picture, with their boxes and categories."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from shopthelook import geometry
from shopthelook.detection.detections import Detections
from shopthelook.errors import ShopError
from shopthelook.models.bundle import Bundle, BundleError
from shopthelook.models.preprocess import check_rgb, for_detector
from shopthelook.models.session import ModelRunError, Session
from shopthelook.taxonomy import Taxonomy

SAME_OBJECT_IOU = 0.85
"""Boxes of different labels that overlap more than this are one object; the better score names it."""

# Less than a pixel shows nothing of an object.
_LEAST_SIDE = 1.0


class Detector:
    """A detector bundle, ready to run; threads may share it."""

    def __init__(self, bundle: Bundle, threads: int = 0, taxonomy: Taxonomy | None = None) -> None:
        """`threads` as in `Session`; labels are looked up in `taxonomy`, by default the built-in one.

        The model is loaded at the first `detect`. Raises `BundleError` for a bundle that is no detector and
        `UnknownCategory` for a label that the taxonomy lacks.
        """
        if bundle.kind != "detector":
            raise BundleError(f"bundle {bundle.id} is of kind {bundle.kind!r}, a detector is needed")
        taxonomy = taxonomy or Taxonomy.builtin()
        self.bundle = bundle
        self.session = Session(bundle, threads)
        self.categories = tuple(taxonomy.get(label.category_id) for label in bundle.card.labels)
        """The category of each label of the card."""
        self._thresholds = np.array(
            [bundle.card.threshold if at.threshold is None else at.threshold for at in bundle.card.labels],
            np.float32,
        )

    def detect(self, rgb: NDArray[np.uint8], threshold: float | None = None) -> Detections:
        """Find the objects of a picture, best score first.

        rgb: (height, width, 3) uint8. An object counts from the threshold of its label in the card, or
        from `threshold` (0..1) where that is given. Boxes are cut to the picture; those with less than a
        pixel left are dropped, as is the lower-scoring one of two labels for the same box (IoU over
        `SAME_OBJECT_IOU`), and no more than the card's `max_objects` come back. Raises `PixelsError` for an
        array that is no picture, `ModelRunError` and `BundleError` for a model that does not work.
        """
        if threshold is not None and not 0 <= threshold <= 1:
            raise ShopError(f"a threshold must be from 0 to 1, not {threshold}")
        return self.choose(self.propose(rgb), threshold)

    def propose(self, rgb: NDArray[np.uint8]) -> Detections:
        """All that the model gives for a picture, whatever its score, in the model's order; input for `choose`.

        Boxes are cut to the picture; those with less than a pixel left are dropped. Takes and raises what
        `detect` does.
        """
        check_rgb(rgb)
        boxes, scores, labels = self._run(rgb)
        height, width = rgb.shape[:2]
        boxes = geometry.clip(boxes, width, height)
        rows = np.flatnonzero((boxes[:, 2:] - boxes[:, :2] >= _LEAST_SIDE).all(axis=1))
        return Detections(
            boxes[rows], scores[rows], labels[rows], tuple(self.categories[label] for label in labels[rows])
        )

    def choose(self, proposed: Detections, threshold: float | None = None) -> Detections:
        """The objects among what `propose` gave, best score first; `threshold` as in `detect`."""
        scores, labels = proposed.scores, proposed.labels
        least = self._thresholds[labels] if threshold is None else np.float32(threshold)
        rows = np.flatnonzero(scores >= least)
        kept = rows[geometry.nms(proposed.boxes[rows], scores[rows], SAME_OBJECT_IOU)]
        return proposed.take(kept[: self.bundle.card.max_objects])

    def _run(
        self, rgb: NDArray[np.uint8]
    ) -> tuple[NDArray[np.float32], NDArray[np.float32], NDArray[np.int64]]:
        """Boxes in pixels of `rgb`, scores and labels, as the model gives them; checked."""
        source = self.bundle.card.input
        pixels, scales = for_detector(rgb, source)
        outputs = self.session.run({source.name: pixels})
        boxes = np.asarray(outputs["boxes"], np.float32)
        scores = np.asarray(outputs["scores"], np.float32)
        labels = np.asarray(outputs["labels"], np.int64)
        if boxes.shape != (len(scores), 4) or scores.ndim != 1 or labels.shape != scores.shape:
            raise ModelRunError(
                f"model {self.bundle.id} gave boxes {boxes.shape}, scores {scores.shape} and labels "
                f"{labels.shape}; (n, 4), (n,) and (n,) were promised: check it with models.verify()"
            )
        if not (np.isfinite(boxes).all() and np.isfinite(scores).all()) or (
            np.any((labels < 0) | (labels >= len(self.categories)))
        ):
            raise ModelRunError(
                f"model {self.bundle.id} gave boxes that are not finite or labels that its card lacks: "
                "check it with models.verify()"
            )
        return boxes / np.concatenate([scales, scales]), np.clip(scores, 0, 1), labels
