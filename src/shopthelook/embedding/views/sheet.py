"""A contact sheet: instances of a set of views, a row each, to look at."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw, ImageFont

from shopthelook.datasets.errors import DataError
from shopthelook.datasets.labels import plain
from shopthelook.datasets.splits import Split
from shopthelook.embedding.views.loading import load
from shopthelook.embedding.views.view import Role, View
from shopthelook.embedding.views.viewset import ViewSet, coarse_categories
from shopthelook.taxonomy import Taxonomy, UnknownCategory

_PAPER, _INK, _QUIET, _SCENE, _FAULT = "#ffffff", "#1b1b1f", "#6a6a72", "#2f6fd0", "#e4e4e8"
_GAP, _TEXT, _CAPTION = 10, 12, 210


@dataclass(frozen=True, slots=True)
class SheetChoice:
    """Which instances a sheet shows: at most ``n``, drawn at random by ``seed``.

    Of a split, of a category (its name or path), with a label's value ("color=Red"), with at least so many views.
    """

    n: int = 12
    split: Split | None = None
    category: str | None = None
    label: str | None = None
    least_views: int = 1
    seed: int = 0


def choose(data: ViewSet, choice: SheetChoice) -> list[tuple[str, list[View]]]:
    """The rows of a sheet: instances by name, each with its views; views without an instance by category.

    Raises `DataError` where the category is unknown, or nothing is left.
    """
    views: Sequence[View] = data.views if choice.split is None else data.of_split(choice.split)
    if choice.category is not None:
        wanted = _category(data, choice.category)
        views = [view for view in views if view.category == wanted]
    if choice.label is not None:
        name, equals, value = choice.label.partition("=")
        views = [
            view for view in views if (view.labels.get(name) == value if equals else name in view.labels)
        ]
    names = {category.id: category.name for category in coarse_categories()}
    rows: dict[str, list[View]] = {}
    for view in views:
        rows.setdefault(view.instance or names.get(view.category, "no category"), []).append(view)
    kept = [(name, some) for name, some in sorted(rows.items()) if len(some) >= choice.least_views]
    if not kept:
        raise DataError(f"{data.folder}: no view of this choice")
    rng = np.random.default_rng(choice.seed)
    chosen = [kept[i] for i in sorted(rng.permutation(len(kept))[: choice.n].tolist())]
    return [(name, _first(some, rng)) for name, some in chosen]


def draw_views(rows: Sequence[tuple[str, list[View]]], width: int = 1400, height: int = 130) -> Image.Image:
    """Draw the rows of `choose`, as many views of each as fit; scenes have a blue frame, main pictures a star.

    A view that cannot be loaded is a cell that says why.
    """
    sheet = Image.new("RGB", (width, _GAP + len(rows) * (height + _GAP)), _PAPER)
    pen, font = ImageDraw.Draw(sheet), ImageFont.load_default(_TEXT)
    names = {category.id: category.name for category in coarse_categories()}
    for i, (name, views) in enumerate(rows):
        y = _GAP + i * (height + _GAP)
        labels = {key: value for view in views for key, value in view.labels.items()}
        lines = [*_wrapped(name), names.get(views[0].category, "no category"), views[0].split]
        lines += [f"{key}: {value}" for key, value in labels.items()]
        for j, line in enumerate(lines[: height // (_TEXT + 3)]):
            pen.text((_GAP, y + j * (_TEXT + 3)), plain(line)[:34], _INK if j == 0 else _QUIET, font)
        x = _CAPTION
        for view in views:
            cell = _cell(view, height)
            if x + cell.width + _GAP > width:
                break
            sheet.paste(cell, (x, y))
            if view.main:
                pen.text((x + 4, y + 2), "*", _SCENE, font)
            x += cell.width + _GAP
    return sheet


def _first(views: list[View], rng: np.random.Generator) -> list[View]:
    """Main pictures, other products, then scenes; of many at random, but of both roles."""
    order = rng.permutation(len(views))
    role: dict[Role, int] = {"product": 0, "scene": 0}
    ranked = []
    for i in sorted(order.tolist(), key=lambda i: (not views[i].main, order[i])):
        view = views[i]
        ranked.append((role[view.role], view.role == "scene", i))
        role[view.role] += 1
    return [views[i] for _, _, i in sorted(ranked)]


def _cell(view: View, height: int) -> Image.Image:
    try:
        shown = Image.fromarray(load(view))
    except DataError as error:
        shown = Image.new("RGB", (2 * height, height), _FAULT)
        text = "\n".join(_wrapped(str(error), 36))
        ImageDraw.Draw(shown).multiline_text((6, 6), text, _INK, ImageFont.load_default(_TEXT))
        return shown
    width = min(max(round(shown.width * height / shown.height), 24), 3 * height)
    shown = shown.resize((width, height), Image.Resampling.LANCZOS)
    frame = _SCENE if view.role == "scene" else _FAULT
    ImageDraw.Draw(shown).rectangle((0, 0, width - 1, height - 1), outline=frame, width=2)
    return shown


def _category(data: ViewSet, name: str) -> int:
    taxonomy = Taxonomy.builtin()
    try:
        coarse = taxonomy.coarse(taxonomy.get(name))
    except UnknownCategory as error:
        raise DataError(f"{data.folder}: {error}") from None
    return -1 if coarse is None else coarse.id


def _wrapped(text: str, letters: int = 32) -> list[str]:
    text = plain(text)
    return [text[i : i + letters] for i in range(0, len(text), letters)][:6]


def save_views(sheet: Image.Image, out: Path) -> None:
    """Write a sheet as the picture that the name's end says. Raises `DataError` where that cannot be done."""
    try:
        sheet.save(out, quality=90)
    except (OSError, ValueError) as error:
        raise DataError(f"{out}: cannot be written: {getattr(error, 'strerror', None) or error}") from None
