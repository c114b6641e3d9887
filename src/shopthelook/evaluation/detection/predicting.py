"""Running detectors on the pictures of a data set, and rolling up what they say."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from shopthelook import images
from shopthelook.detection import Detector
from shopthelook.detection.datasets import DataError, LabelSpace
from shopthelook.evaluation.detection.boxes import LabelledBoxes
from shopthelook.evaluation.detection.store import model_key
from shopthelook.taxonomy import Taxonomy

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from numpy.typing import NDArray

    from shopthelook.detection import Detections
    from shopthelook.evaluation.detection.store import PredictionStore
    from shopthelook.models import Bundle

LEAST_SCORE = 0.02
"""Of predictions that average precision takes into account."""


@dataclass(frozen=True, slots=True, eq=False)
class Said:
    """What a detector says of n pictures, in coarse categories.

    ``found`` has all objects from `LEAST_SCORE` on, ``shown`` those that serving shows, by the thresholds of the
    card; n entries each. A label that rolls up to no coarse category is left out.
    """

    found: tuple[LabelledBoxes, ...]
    shown: tuple[LabelledBoxes, ...]


class MeasuredDetector:
    """A detector, one thread, and what its labels roll up to: so that detectors of any labels compare."""

    def __init__(self, bundle: Bundle) -> None:
        """Raises `BundleError` for a bundle that is no detector."""
        self.bundle = bundle
        self.detector = Detector(bundle, threads=1)
        self._key = model_key(bundle)
        space = LabelSpace.coarse()
        place = {label.category.id: i for i, label in enumerate(space.labels)}
        taxonomy = Taxonomy.builtin()
        rolled = (taxonomy.coarse(category) for category in self.detector.categories)
        self.coarse_of: NDArray[np.int64] = np.array(
            [-1 if one is None else place[one.id] for one in rolled], np.int64
        )
        """``(labels of the card,)`` index of each label's coarse category; -1 where it has none."""

    def say(
        self,
        paths: Sequence[Path],
        store: PredictionStore | None = None,
        tick: Callable[[], None] = lambda: None,
    ) -> Said:
        """Run on pictures; ``tick`` is called after each. Raises `DataError` for one that cannot be read."""
        found, shown = [], []
        for path in paths:
            proposed = self._propose(path, store)
            found.append(self._rolled(self.detector.choose(proposed, LEAST_SCORE)))
            shown.append(self._rolled(self.detector.choose(proposed)))
            tick()
        return Said(tuple(found), tuple(shown))

    def shown(self, path: Path, store: PredictionStore | None = None) -> Detections:
        """What serving shows of a picture, with the card's own labels. Raises `DataError` where it cannot be read."""
        return self.detector.choose(self._propose(path, store))

    def _propose(self, path: Path, store: PredictionStore | None) -> Detections:
        try:
            data = path.read_bytes()
        except OSError as error:
            raise DataError(f"{path}: this picture cannot be read: {error.strerror}") from None
        picture = images.content_hash(data)
        kept = store.get(self._key, picture, self.detector.categories) if store else None
        if kept is not None:
            return kept
        try:
            rgb = images.read(data)
        except images.PictureError as error:
            raise DataError(f"{path}: {error}; 'shopthelook dataset check' lists all such pictures") from None
        proposed = self.detector.propose(rgb)
        if store:
            store.put(self._key, picture, proposed)
        return proposed

    def _rolled(self, found: Detections) -> LabelledBoxes:
        labels = self.coarse_of[found.labels]
        return LabelledBoxes(found.boxes, labels, found.scores).take(labels >= 0)
