"""Views with two instances that likely show one thing."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np

from shopthelook import geometry
from shopthelook.datasets.likeness import NEAR_LEVELS, Look, alike
from shopthelook.embedding.views.cleaning.seen import Seen
from shopthelook.embedding.views.view import BoxPixels, View

_WHITE = 240
SAME_BOX = 0.9  # IoU from which two boxes are around one thing


def same_things(views: Sequence[View], seen: Sequence[Seen | None]) -> Iterator[tuple[int, int, float]]:
    """Yield pairs of views that look like one thing and have two instances: (asked about, other, score in [0.5, 1]).

    Pictures of products that look alike, and boxes in one picture that overlap by more than `SAME_BOX` (IoU). Of each
    two instances only the likeliest pair; asked about is the one with fewer views.
    """
    known = [
        i
        for i, (view, one) in enumerate(zip(views, seen, strict=True))
        if one is not None and view.instance is not None
    ]
    number = Counter(str(views[i].instance) for i in known)
    best: dict[tuple[str, str], tuple[float, int, int]] = {}
    for i, j, score in (*_pictures(views, seen, known), *_boxes(views, known)):
        # The order follows from the views alone: of as many, the later one in the data set is asked about.
        j, i = sorted((i, j), key=lambda k: (-number[str(views[k].instance)], k))
        key = (str(views[i].instance), str(views[j].instance))
        best[key] = max(best.get(key, (0.0, 0, 0)), (score, -i, -j))
    for score, i, j in best.values():
        yield -i, -j, score


def _pictures(
    views: Sequence[View], seen: Sequence[Seen | None], known: Sequence[int]
) -> Iterator[tuple[int, int, float]]:
    looks = [(i, one.look) for i in known if (one := seen[i]) is not None and one.look is not None]
    every = [look for _, look in looks]
    for a, b in alike(every, every):
        (i, first), (j, second) = looks[a], looks[b]
        if i < j and views[i].instance != views[j].instance:
            apart = _apart(first, second)
            if apart <= NEAR_LEVELS:
                yield i, j, 1 - 0.5 * apart / NEAR_LEVELS


def _apart(one: Look, other: Look) -> float:
    """The mean difference of two thumbnails, of 255, where one of them is not white: a small thing in another colour
    differs little from the whole."""
    cells = np.stack([one.thumb, other.thumb]).reshape(2, -1, 3)
    thing = (cells < _WHITE).any(axis=(0, 2))
    return float(np.abs(cells[0] - cells[1])[thing if thing.any() else ...].mean())


def _boxes(views: Sequence[View], known: Sequence[int]) -> Iterator[tuple[int, int, float]]:
    by_picture: dict[Path, list[tuple[int, BoxPixels]]] = {}
    for i in known:
        box = views[i].box
        if views[i].role == "scene" and box is not None:
            by_picture.setdefault(views[i].path, []).append((i, box))
    for some in by_picture.values():
        boxes = geometry.as_boxes([box for _, box in some])
        overlaps = np.triu(geometry.iou(boxes, boxes), 1)
        for a, b in np.argwhere(overlaps > SAME_BOX).tolist():
            i, j = some[a][0], some[b][0]
            if views[i].instance != views[j].instance:
                yield i, j, 0.5 + 0.5 * float(overlaps[a, b])
