"""What is wrong with sets of views."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np

from shopthelook import images
from shopthelook.datasets.errors import DataError
from shopthelook.embedding.views.loading import read_mask
from shopthelook.embedding.views.rows import VIEWS_FILE, Row, read_rows
from shopthelook.embedding.views.view import View
from shopthelook.embedding.views.viewset import coarse_categories, view_of
from shopthelook.images import PictureError
from shopthelook.taxonomy import Taxonomy, UnknownCategory

TITLES = {
    "row": "rows that cannot be read",
    "picture": "pictures that are missing or cannot be read",
    "mask": "masks that are missing, of another size than their picture, or without a pixel in the box",
    "box": "boxes that reach outside their picture by more than a pixel",
    "split": "instances in two splits: what is measured was learned",
    "two-categories": "instances with two coarse categories",
    "two-instances": "pictures that show, whole, two instances",
    "mains": "instances with several main pictures",
    "unknown-category": "categories that the taxonomy does not have",
    "single": "instances with a single view",
}
NOTES = frozenset({"unknown-category", "single"})


@dataclass(frozen=True, slots=True)
class ViewProblem:
    """Something that is wrong: its kind (a key of `TITLES`), the data set's folder, and what and where."""

    kind: str
    data: str
    text: str

    @property
    def is_note(self) -> bool:
        """Whether it is only worth knowing."""
        return self.kind in NOTES

    def as_dict(self) -> dict[str, object]:
        """As JSON would hold it."""
        return asdict(self) | {"note": self.is_note}


def check_views(
    folders: Sequence[Path], progress: Callable[[int, int], None] = lambda _done, _total: None
) -> Iterator[ViewProblem]:
    """Yield what is wrong with data sets; instances are looked at across all of them together.

    Raises:
        DataError: a folder holds no set of views at all.
    """
    views: list[tuple[str, View]] = []
    for folder in folders:
        unknown: dict[str, int] = {}
        for line, row in read_rows(folder / VIEWS_FILE):
            try:
                if isinstance(row, DataError):
                    raise row
                views.append((str(folder), view_of(row, folder, folder.resolve().name)))
            except DataError as error:
                kind = "row" if isinstance(row, DataError) else "picture"
                yield ViewProblem(kind, str(folder), str(error))
                continue
            if not _is_known(row):
                unknown.setdefault(row.category, line)
        for category, line in unknown.items():
            yield ViewProblem("unknown-category", str(folder), f"line {line}: {category!r}")
    yield from _pictures(views, progress)
    yield from _instances(views)


def _is_known(row: Row) -> bool:
    try:
        return not row.category or bool(Taxonomy.builtin().get(row.category))
    except UnknownCategory:
        return False


def _pictures(views: list[tuple[str, View]], progress: Callable[[int, int], None]) -> Iterator[ViewProblem]:
    by_path: dict[Path, list[tuple[str, View]]] = {}
    for one in views:
        by_path.setdefault(one[1].path, []).append(one)
    for done, (path, some) in enumerate(by_path.items(), 1):
        data = some[0][0]
        try:
            # Decoding it small finds a damaged file and costs little; its size is in the header.
            images.read(path, max_side=64)
            width, height = images.picture_size(path)
        except PictureError as error:
            yield ViewProblem("picture", data, f"{some[0][1].picture}: {error}")
            continue
        for data, view in some:
            yield from _parts(data, view, width, height)
        progress(done, len(by_path))


def _parts(data: str, view: View, width: int, height: int) -> Iterator[ViewProblem]:
    if view.box is not None:
        x1, y1, x2, y2 = view.box
        if min(x1, y1) < -1 or x2 > width + 1 or y2 > height + 1:
            yield ViewProblem("box", data, f"{view.key}: the picture has {width} x {height} pixels")
            return
    if view.mask is None:
        return
    path, value = view.mask
    try:
        mask = read_mask(path)
    except DataError as error:
        yield ViewProblem("mask", data, str(error))
        return
    if mask.shape != (height, width):
        yield ViewProblem(
            "mask", data, f"{view.key}: {path.name} has {mask.shape[1]} x {mask.shape[0]} pixels"
        )
        return
    left, top, right, bottom = (
        (0, 0, width, height) if view.box is None else (max(0, int(v)) for v in view.box)
    )
    if not np.any(mask[top : bottom + 1, left : right + 1] == value):
        yield ViewProblem("mask", data, f"{view.key}: {path.name} has no pixel of the value {value} there")


def _instances(views: list[tuple[str, View]]) -> Iterator[ViewProblem]:
    names = {category.id: category.name for category in coarse_categories()}
    instances: dict[str, list[tuple[str, View]]] = {}
    whole: dict[Path, tuple[str, str]] = {}
    for data, view in views:
        if view.instance is None:
            continue
        instances.setdefault(view.instance, []).append((data, view))
        if view.box is None and view.mask is None:
            _, other = whole.setdefault(view.path, (data, view.instance))
            if other != view.instance:
                yield ViewProblem("two-instances", data, f"{view.picture}: {other} and {view.instance}")
    for instance, some in instances.items():
        data = some[0][0]
        splits = sorted({view.split for _, view in some})
        if len(splits) > 1:
            groups = sorted({view.group for _, view in some})[:2]
            yield ViewProblem(
                "split", data, f"{instance}: {', '.join(splits)}, by the groups {', '.join(groups)}"
            )
        categories = sorted({names[view.category] for _, view in some if view.category >= 0})
        if len(categories) > 1:
            yield ViewProblem("two-categories", data, f"{instance}: {', '.join(categories)}")
        mains = sum(view.main for _, view in some)
        if mains > 1:
            yield ViewProblem("mains", data, f"{instance}: {mains}")
        if len(some) == 1:
            yield ViewProblem("single", data, f"{instance}: {some[0][1].picture}")
