"""The rows of a new data set of views, checked against the pictures as they are."""

from __future__ import annotations

from pathlib import Path

from shopthelook import geometry
from shopthelook.datasets.errors import DataError
from shopthelook.datasets.labels import plain
from shopthelook.datasets.placing import Placed, Placer
from shopthelook.datasets.problems import Problem
from shopthelook.embedding.views.importing.categories import Categories
from shopthelook.embedding.views.importing.found import FoundView
from shopthelook.embedding.views.rows import COLUMNS, Row
from shopthelook.embedding.views.view import BoxPixels
from shopthelook.images import PictureError


class Rows:
    """The rows so far, and what was left out of them."""

    def __init__(
        self,
        placer: Placer,
        categories: Categories,
        problems: list[Problem],
        least_side: float,
        only_known: bool,
    ) -> None:
        self.rows: list[Row] = []
        self.instances: set[str] = set()
        self.too_small = self.not_for_sale = 0
        self._placer, self._categories, self._problems = placer, categories, problems
        self._least_side, self._only_known = least_side, only_known
        self._placed: dict[Path, Placed | None] = {}
        self._seen: set[tuple[object, ...]] = set()

    def add(self, found: FoundView) -> None:
        """Add a view; what is wrong with it goes to the problems, once for each picture that cannot be read."""
        category = self._categories.text(found.label)
        if self._only_known and not category:
            self.not_for_sale += 1
            return
        placed = self._place(found.path)
        mask = None if found.mask is None else self._mask(found.mask)
        if placed is None or (found.mask is not None and mask is None):
            return
        where = found.path.name
        try:
            box = None if found.box is None else _clipped(found, found.box, placed)
        except DataError as error:
            self._problems.append(Problem(where, str(error)))
            return
        if box is not None and min(box[2] - box[0], box[3] - box[1]) < self._least_side:
            self.too_small += 1
            return
        instance = plain(found.instance)
        same = (placed.file_name, found.role, instance, box, mask)
        if same in self._seen:
            self._problems.append(Problem(where, f"this view is listed twice{_of(instance)}"))
            return
        self._seen.add(same)
        group = f"sha256:{placed.sha256}" if found.group is None else plain(found.group)
        labels = {
            name: value
            for one, text in found.labels.items()
            if (value := plain(text)) and (name := plain(one)) and name not in COLUMNS
        }
        if instance:
            self.instances.add(instance)
        self.rows.append(
            Row(
                placed.file_name,
                found.role,
                instance,
                category,
                box,
                found.main,
                group or ("" if instance else f"sha256:{placed.sha256}"),
                mask or "",
                labels,
            )
        )

    def _place(self, path: Path) -> Placed | None:
        if path not in self._placed:
            try:
                self._placed[path] = self._placer.place(path)
            except PictureError as error:
                self._placed[path] = None
                self._problems.append(Problem(path.name, str(error)))
        return self._placed[path]

    def _mask(self, mask: tuple[Path, int]) -> str | None:
        path, value = mask
        if path.is_relative_to(self._placer.folder):
            return f"{path.relative_to(self._placer.folder).as_posix()}#{value}"
        placed = self._place(path)
        return None if placed is None else f"{placed.file_name}#{value}"


def _clipped(found: FoundView, corners: BoxPixels, placed: Placed) -> BoxPixels:
    """The part of the box that is in the picture, in pixels. Raises `DataError` where there is none."""
    sides = (placed.width, placed.height) * 2 if found.fractions else (1, 1, 1, 1)
    x1, y1, x2, y2 = (value * side for value, side in zip(corners, sides, strict=True))
    shown = " ".join(f"{value:.6g}" for value in (x1, y1, x2, y2))
    if x2 <= x1 or y2 <= y1:
        raise DataError(f"the box {shown} is empty{_of(found.instance)}")
    a, b, c, d = (
        round(float(v), 2) for v in geometry.clip([(x1, y1, x2, y2)], placed.width, placed.height)[0]
    )
    if c - a < 0.01 or d - b < 0.01:
        raise DataError(
            f"the box {shown} lies outside the picture of {placed.width} x {placed.height} pixels{_of(found.instance)}"
        )
    return a, b, c, d


def _of(instance: str) -> str:
    return f", of {instance}" if instance else ""
