"""Which of a detector's boxes a picture takes, and what is then known in it.

A label is one of three things in a picture: settled (absent, or every object of it has a box), present without all its
boxes, or unknown. The detector may add boxes of labels that are not settled.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from shopthelook import geometry
from shopthelook.detection.datasets.cleaning.predicting import Predicted
from shopthelook.detection.datasets.known import Known
from shopthelook.detection.datasets.picture import LabelledPicture
from shopthelook.detection.datasets.pseudo.vocabulary import Vocabulary
from shopthelook.detection.detector import SAME_OBJECT_IOU
from shopthelook.taxonomy import Taxonomy

if TYPE_CHECKING:
    from shopthelook.geometry import Boxes

_SAME_THING = 0.5  # IoU from which a found box is about one that is there, of the same coarse category


@dataclass(frozen=True, slots=True)
class Rules:
    """Which boxes are taken. ``least_score``: of a box; ``sure``: of a label's best box, for its boxes to count as all
    there are; ``present_only``: only labels that the data set says are in the picture; ``mirrored``: look at the
    mirror image too."""

    least_score: float = 0.35
    sure: float = 0.55
    present_only: bool = True
    mirrored: bool = True


@dataclass(slots=True)
class Labelled:
    """What a picture takes: boxes ``(n, 4)`` in its pixels with scores and the detector's names for them, and what is
    then known, as the data set's own labels and as names of the detector's."""

    boxes: Boxes
    scores: list[float]
    names: list[str]
    absent: set[int] = field(default_factory=set)
    partial: set[int] = field(default_factory=set)
    absent_names: set[str] = field(default_factory=set)
    partial_names: set[str] = field(default_factory=set)


class Labeller:
    """Decides for each picture of a data set; ``known`` is what is known of it in coarse categories."""

    def __init__(self, vocabulary: Vocabulary, known: Known, rules: Rules) -> None:
        self.vocabulary, self.known, self.rules = vocabulary, known, rules
        self._place = {one.id: i for i, one in enumerate(Taxonomy.builtin().coarse_categories)}

    def wanted(self, picture: LabelledPicture) -> dict[str, int]:
        """The detector's labels that may get boxes in the picture, each with its coarse category."""
        present, settled = self._before(picture)
        return {
            one.name: one.coarse
            for one in self.vocabulary.spoken
            if one.name not in settled and (one.name in present or not self.rules.present_only)
        }

    def label(self, picture: LabelledPicture, found: Predicted | None) -> Labelled:
        """The picture with what was found in it, None where nobody looked."""
        present, settled = self._before(picture)
        taken = self._taken(picture, self.wanted(picture), found)
        self._keep(picture, taken)
        sure = {
            name for name, score in zip(taken.names, taken.scores, strict=True) if score >= self.rules.sure
        }
        boxed = set(picture.labels.tolist())
        for one in self.vocabulary.spoken:
            own = {self.vocabulary.own[one.name]} if one.name in self.vocabulary.own else set()
            taken.absent -= own  # the detector's label is known under its name
            taken.partial -= own
            if one.name in sure:
                # Whatever the data set calls it: every object of it has a box now.
                taken.absent |= set(one.covers) - taken.partial - boxed - own
            elif one.name in present or one.name in taken.names:
                taken.partial_names.add(one.name)
            elif one.name in settled and own.isdisjoint(boxed):
                taken.absent_names.add(one.name)
        return taken

    def _before(self, picture: LabelledPicture) -> tuple[set[str], set[str]]:
        """The detector's labels that the data set says are present without all their boxes, and those settled."""
        here, known = picture.partial | set(picture.labels.tolist()), self.known.of(picture)
        names = picture.settled(len(self.known.place))
        present, settled = set(), set()
        for one in self.vocabulary.spoken:
            if (
                names[list(one.covers)].all() and one.covers
                if picture.is_federated
                else known[self._place[one.coarse]]
            ):
                settled.add(one.name)
            elif not here.isdisjoint(one.covers):
                present.add(one.name)
        return present, settled

    def _keep(self, picture: LabelledPicture, taken: Labelled) -> None:
        """What the picture says of the data set's own labels, all of it said as a federated picture does."""
        taken.partial |= picture.partial
        if picture.absent is not None:
            taken.absent |= picture.absent
            return
        boxed, known = set(picture.labels.tolist()), self.known.of(picture)
        for label, place in enumerate(self.known.place.tolist()):
            is_known = place >= 0 and bool(known[place])
            if label in boxed and not is_known:
                taken.partial.add(label)
            elif label not in boxed and is_known:
                taken.absent.add(label)

    def _taken(self, picture: LabelledPicture, wanted: dict[str, int], found: Predicted | None) -> Labelled:
        if found is None or not wanted:
            return Labelled(geometry.as_boxes([]), [], [])
        boxes = geometry.clip(found.boxes, *picture.size)
        good = (found.scores >= self.rules.least_score) & (geometry.area(boxes) > 0)
        rows = [
            i
            for i in np.flatnonzero(good).tolist()
            if found.names[i] in wanted and not self._is_there(picture, boxes[[i]], wanted[found.names[i]])
        ]
        rows = [rows[i] for i in geometry.nms(boxes[rows], found.scores[rows], SAME_OBJECT_IOU)]
        return Labelled(boxes[rows], found.scores[rows].tolist(), [found.names[i] for i in rows])

    def _is_there(self, picture: LabelledPicture, box: Boxes, coarse: int) -> bool:
        same = [
            i for i, label in enumerate(picture.labels.tolist()) if self.vocabulary.coarse[label] == coarse
        ]
        return bool((geometry.iou(box, picture.boxes[same]) >= _SAME_THING).any())
