"""Finding likely label errors: what disagrees with models that did not learn from the picture, or with itself.

The scores follow confident learning (Northcutt, Jiang and Chuang, 2021): another label is likely where a model that has
not seen the picture is sure of it and not of the one given.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from shopthelook import geometry
from shopthelook.detection.datasets.checking.boxes import SAME_BOX
from shopthelook.detection.datasets.cleaning.folds import digest_of
from shopthelook.detection.datasets.cleaning.predicting import Predicted
from shopthelook.detection.datasets.cleaning.suspect import Corners, Suspect, corners
from shopthelook.detection.datasets.dataset import DataSet
from shopthelook.detection.datasets.labels import KNOWN_FROM, box_counts
from shopthelook.detection.datasets.picture import LabelledPicture
from shopthelook.taxonomy import Taxonomy, UnknownCategory

if TYPE_CHECKING:
    from numpy.typing import NDArray

SAME_THING = 0.5  # IoU from which a prediction is about a given box
NEAR = 0.3  # IoU from which it may be


SIZES = (0.003, 0.01, 0.03, 0.1)  # of the picture's area: the classes of size
USUAL = (
    0.6  # least share of boxes of a label and size that the models find, for one that they miss to be suspect
)


@dataclass(frozen=True, slots=True)
class Limits:
    """From when a box is suspect. ``sure``: least score of a prediction that contradicts the data set; ``unfound``: a
    box counts as found by nobody below this score."""

    sure: float = 0.5
    unfound: float = 0.05


class _Names:
    """Which of a data set's labels a prediction may mean."""

    def __init__(self, data: DataSet) -> None:
        self._taxonomy = Taxonomy.builtin()
        counts = box_counts(data)
        self.known = counts >= KNOWN_FROM
        self._by_name = {name.casefold(): i for i, name in enumerate(data.names)}
        self._by_coarse: dict[int, list[int]] = {}
        for i in np.argsort(-counts, kind="stable").tolist():
            category = data.categories[i]
            coarse = None if category is None else self._taxonomy.coarse(category)
            if coarse is not None:
                self._by_coarse.setdefault(coarse.id, []).append(i)
        self.counts = counts
        self.spoken: set[int] = set()
        """The labels that any prediction may mean."""

    def meant(self, name: str, category: int) -> list[int]:
        """The labels, most likely first: the one of that name, else those of the same coarse category."""
        try:
            coarse = self._taxonomy.coarse(self._taxonomy.get(category))
        except UnknownCategory:
            return []
        same = self._by_coarse.get(coarse.id, []) if coarse is not None else []
        named = self._by_name.get(name.casefold())
        return [named] if named in same else same


def find_suspects(
    data: DataSet, predictions: Mapping[bytes, Predicted], limits: Limits | None = None
) -> list[Suspect]:
    """Likely label errors of a data set, the likeliest first.

    ``predictions`` are by SHA-256 of the picture; in pictures without, only boxes that contradict each other are found.
    Labels without a category are left alone. Raises `DataError` for a picture that cannot be read.
    """
    names, limits = _Names(data), limits or Limits()
    looked = []
    for picture in data.pictures:
        digest = digest_of(picture)
        looked.append(_Looked(data, names, picture, digest, predictions.get(digest)))
    # A detector that knows no laptops takes them for what they stand on, and that says nothing about their label.
    names.spoken = {label for one in looked for meant in one.meant for label in meant}
    usual = _usually_found(looked, limits)
    found = [suspect for one in looked for suspect in one.suspects(limits, usual)]
    return sorted(found, key=lambda one: (-one.score, one.id))


def _usually_found(looked: Sequence[_Looked], limits: Limits) -> dict[tuple[int, int], float]:
    """The share of the boxes of each label and class of size that are found: models miss most small things."""
    found: dict[tuple[int, int], list[bool]] = {}
    for one in looked:
        for i in range(len(one.boxes) if one.is_seen else 0):
            found.setdefault(one.alike(i), []).append(one.near(i) >= limits.unfound)
    return {key: sum(some) / len(some) for key, some in found.items()}


class _Looked:
    """One picture, its boxes and what is predicted, side by side."""

    def __init__(
        self, data: DataSet, names: _Names, picture: LabelledPicture, digest: bytes, seen: Predicted | None
    ) -> None:
        self.data, self.names, self.picture, self.digest = data, names, picture, digest
        boxes = geometry.clip(picture.boxes, *picture.size)
        sought = np.array([data.categories[label] is not None for label in picture.labels], bool)
        self.rows = np.flatnonzero(sought & (geometry.area(boxes) > 0))
        self.boxes, self.labels = picture.boxes[self.rows], picture.labels[self.rows]
        self.is_seen = seen is not None
        seen = seen or Predicted(geometry.as_boxes([]), np.zeros(0, np.float32), (), ())
        self.seen = seen
        self.meant = [names.meant(*one) for one in zip(seen.names, seen.categories, strict=True)]
        self.overlap = geometry.iou(self.boxes, seen.boxes)  # (boxes, predictions)
        agrees = [[label in meant for meant in self.meant] for label in self.labels.tolist()]
        self.agrees: NDArray[np.bool_] = np.array(agrees, bool).reshape(self.overlap.shape)

    def suspects(self, limits: Limits, usual: Mapping[tuple[int, int], float]) -> Iterator[Suspect]:
        """All kinds; a box that is one of two around a thing is suspect as such only."""
        doubled = set()
        for i, j in self._doubled():
            doubled |= {i, j}
            yield self._two_labels(i, j)
        if not self.is_seen:
            return
        for i in range(len(self.boxes)):
            if i not in doubled and self.labels[i] in self.names.spoken:
                yield from self._given(i, limits, usual)
        yield from self._missing(limits)

    def _support(self, i: int) -> float:
        """The best score of a prediction that agrees with a box and its label, 0 where there is none."""
        scores = self.seen.scores[self.agrees[i] & (self.overlap[i] >= SAME_THING)]
        return float(scores.max(initial=0.0))

    def _doubled(self) -> list[tuple[int, int]]:
        same = np.triu(geometry.iou(self.boxes, self.boxes) > SAME_BOX, 1)
        pairs = [(int(i), int(j)) for i, j in np.argwhere(same)]
        return [(i, j) for i, j in pairs if self.labels[i] != self.labels[j]]

    def _two_labels(self, i: int, j: int) -> Suspect:
        # The likelier wrong one is asked about: less support, else the rarer label.
        i, j = sorted((i, j), key=lambda k: (self._support(k), self.names.counts[self.labels[k]], -k))
        score = 0.5 + 0.5 * (self._support(j) - self._support(i))
        return self._suspect(i, "two-labels", "remove", None, score, j)

    def _given(self, i: int, limits: Limits, usual: Mapping[tuple[int, int], float]) -> Iterator[Suspect]:
        support = self._support(i)
        spoken = np.array([bool(meant) for meant in self.meant], bool)
        about = ~self.agrees[i] & (self.overlap[i] >= SAME_THING) & spoken
        if about.any():
            best = int(np.argmax(np.where(about, self.seen.scores, -1)))
            score = float(self.seen.scores[best])
            if score >= limits.sure and score > support:
                label = self.data.names[self.meant[best][0]]
                yield self._suspect(i, "label", "relabel", label, score * (1 - support))
                return
        near, often = self.near(i), usual.get(self.alike(i), 0.0)
        if near < limits.unfound and often >= USUAL and self.names.known[self.labels[i]]:
            yield self._suspect(i, "unfound", "remove", None, often * (1 - near / limits.unfound * 0.5))

    def near(self, i: int) -> float:
        """The best score of what is predicted about where a box is, whatever its label."""
        return float(self.seen.scores[self.overlap[i] >= NEAR].max(initial=0.0))

    def alike(self, i: int) -> tuple[int, int]:
        """A box's label and class of size: boxes that a model finds about as often."""
        share = float(geometry.area(self.boxes[[i]])[0]) / (self.picture.size[0] * self.picture.size[1])
        return int(self.labels[i]), int(np.searchsorted(SIZES, share))

    def _missing(self, limits: Limits) -> Iterator[Suspect]:
        sure = [
            k
            for k in np.flatnonzero(self.seen.scores >= limits.sure).tolist()
            if self.meant[k] and self._has_all(self.meant[k])
        ]
        for k in [sure[n] for n in geometry.nms(self.seen.boxes[sure], self.seen.scores[sure], SAME_THING)]:
            clipped = geometry.clip(self.seen.boxes[[k]], *self.picture.size)
            overlap = geometry.iou(clipped, self.picture.boxes)[0]
            # Also a box of a label that is nothing to buy: it says that the thing was seen.
            if overlap.max(initial=0.0) >= NEAR or geometry.area(clipped)[0] < 1:
                continue
            label = self.data.names[self.meant[k][0]]
            yield Suspect(
                "missing",
                *self._where(),
                box=corners(clipped[0].tolist()),
                label=None,
                action="add",
                suggested=label,
                score=round(float(self.seen.scores[k]), 4),
            )

    def _has_all(self, labels: list[int]) -> bool:
        """Whether each object that one of these labels means should have a box in this picture."""
        if self.picture.is_federated:
            return bool(self.picture.settled(len(self.data.names))[labels].all())
        return bool(self.names.known[labels[0]]) and self.picture.partial.isdisjoint(labels)

    def _suspect(
        self, i: int, kind: str, action: str, suggested: str | None, score: float, other: int | None = None
    ) -> Suspect:
        return Suspect(
            kind,  # type: ignore[arg-type]  # one of KINDS and of ACTIONS, as written above
            *self._where(),
            box=self._corners(i),
            label=self.data.names[self.labels[i]],
            action=action,  # type: ignore[arg-type]
            suggested=suggested,
            score=round(min(max(score, 0.0), 1.0), 4),
            other_box=None if other is None else self._corners(other),
            other_label=None if other is None else self.data.names[self.labels[other]],
        )

    def _corners(self, i: int) -> Corners:
        return corners(self.boxes[i].tolist())

    def _where(self) -> tuple[str, str, tuple[int, int]]:
        path = self.picture.path
        inside = path.is_relative_to(self.data.folder)
        name = path.relative_to(self.data.folder).as_posix() if inside else str(path)
        return name, self.digest.hex(), self.picture.size
