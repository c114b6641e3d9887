"""All checks of data sets, in one pass over their pictures."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import get_args

from shopthelook.datasets.splits import Split
from shopthelook.detection.datasets.checking.boxes import check_boxes
from shopthelook.detection.datasets.checking.counts import count
from shopthelook.detection.datasets.checking.pictures import Opened, check_copies, open_picture
from shopthelook.detection.datasets.checking.problem import Problem
from shopthelook.detection.datasets.dataset import DataSet
from shopthelook.detection.datasets.labels import KNOWN_FROM, box_counts

FEW = 10  # boxes of a split from which a figure of a category says something
_AHEAD = 64


def check(
    sets: Sequence[DataSet], progress: Callable[[int, int], None] = lambda *_: None
) -> Iterator[Problem]:
    """Everything that is wrong with the data sets, as it is found; ``progress`` gets pictures done and in all.

    Copies are looked for across all of them: train on one and measure on another, and it counts too.
    """
    total = sum(len(data.pictures) for data in sets)
    opened: list[Opened] = []
    done = 0
    with ThreadPoolExecutor(min(8, os.cpu_count() or 1)) as pool:
        for data in sets:
            yield from _check_labels(data)
            for start in range(0, len(data.pictures), _AHEAD):
                some = data.pictures[start : start + _AHEAD]
                looked_at = pool.map(partial(open_picture, data), some)
                for picture, (one, problems) in zip(some, looked_at, strict=True):
                    yield from problems
                    yield from check_boxes(data, picture)
                    if one is not None:
                        opened.append(one)
                    done += 1
                    progress(done, total)
    yield from check_copies(opened)
    for data in sets:
        yield from _check_counts(data, {one.path: one for one in opened if one.data == str(data.folder)})


def _check_labels(data: DataSet) -> Iterator[Problem]:
    if not data.pictures:
        yield Problem("picture", str(data.folder), "there is no picture in it")
    for name, category, n in zip(data.names, data.categories, box_counts(data), strict=True):
        if category is None and n:
            yield Problem("no-category", str(data.folder), f"{name}: {_boxes(n)}")


def _check_counts(data: DataSet, opened: dict[str, Opened]) -> Iterator[Problem]:
    splits = [one.split if (one := opened.get(str(picture.path))) else None for picture in data.pictures]
    for name, found in count(data, splits).items():
        whole = sum(found.values())
        if whole < KNOWN_FROM and not all(picture.is_federated for picture in data.pictures):
            text = f"{name}: {_boxes(whole)} in all; with fewer than {KNOWN_FROM} it is left out"
            yield Problem("few-boxes", str(data.folder), text)
            continue
        few = [f"{found[split]} in {split}" for split in get_args(Split) if found[split] < FEW]
        if few:
            yield Problem("few-boxes", str(data.folder), f"{name}: {', '.join(few)}")


def _boxes(n: int) -> str:
    return "1 box" if n == 1 else f"{n:,} boxes"
