"""A contact sheet: pictures of a data set with their boxes and names, to look at."""

from __future__ import annotations

import colorsys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from PIL import Image, ImageDraw, ImageFont

from shopthelook import images
from shopthelook.datasets.errors import DataError
from shopthelook.datasets.splits import Split
from shopthelook.detection.datasets.dataset import DataSet
from shopthelook.detection.datasets.picture import LabelledPicture
from shopthelook.images import PictureError

if TYPE_CHECKING:
    from numpy.typing import NDArray

_PAPER, _INK, _QUIET = "#ffffff", "#1b1b1f", "#6a6a72"
_GAP = 12
_CAPTION = 18
_TEXT = 12


@dataclass(frozen=True, slots=True)
class Choice:
    """Which pictures a sheet shows: at most ``n``, drawn at random by ``seed``; of a split, with a label."""

    n: int = 24
    split: Split | None = None
    label: str | None = None
    seed: int = 0


def choose(data: DataSet, choice: Choice) -> list[LabelledPicture]:
    """The pictures of a choice, in the order of their paths.

    ``label`` is a name of the data set or a category's name or path, whose subtree counts. Raises `DataError` where
    it is neither, or no picture is left.
    """
    wanted = None if choice.label is None else _labels(data, choice.label)
    pictures = sorted(data.pictures, key=lambda one: one.path)
    if wanted is not None:
        pictures = [one for one in pictures if np.isin(one.labels, wanted).any()]
    if choice.split is not None:
        pictures = [one for one in pictures if one.split() == choice.split]
    if not pictures:
        raise DataError(f"{data.folder}: no picture of this choice")
    order = np.random.default_rng(choice.seed).permutation(len(pictures))[: choice.n]
    return [pictures[i] for i in sorted(order.tolist())]


def draw_sheet(
    data: DataSet, pictures: Sequence[LabelledPicture], width: int = 1800, height: int = 380
) -> Image.Image:
    """Draw pictures with their boxes, the boxes' names and their own, in rows that fill ``width`` pixels.

    A row is about ``height`` pixels high. What has no category is grey. A picture that cannot be read is a cell that
    says why.
    """
    font = ImageFont.load_default(_TEXT)
    rows = arrange([picture.size[0] / picture.size[1] for picture in pictures], width - _GAP, height)
    sheet = Image.new("RGB", (width, _GAP + sum(tall + _CAPTION + _GAP for _, tall in rows)), _PAPER)
    pen = ImageDraw.Draw(sheet)
    coming, y = iter(pictures), _GAP
    for widths, tall in rows:
        x = _GAP
        for wide in widths:
            picture = next(coming)
            sheet.paste(_cell(data, picture, (wide, tall)), (x, y))
            caption = _cut(pen, _line(picture.path.name), font, wide)
            pen.text((x + wide / 2, y + tall + 3), caption, _QUIET, font, anchor="ma")
            x += wide + _GAP
        y += tall + _CAPTION + _GAP
    return sheet


def arrange(shapes: Sequence[float], width: int, height: int) -> list[tuple[list[int], int]]:
    """Pictures of these aspect ratios in rows: the widths of each row's pictures, and how high it is."""
    rows: list[tuple[list[int], int]] = []
    row: list[float] = []
    for i, shape in enumerate(shapes):
        row.append(min(max(shape, 0.3), 4.0))
        room = width - _GAP * len(row)
        full = sum(row) * height >= room
        if full or i == len(shapes) - 1:
            # The last row may stay short: blown up to the width, a single picture would be a poster.
            tall = room / sum(row) if full else height
            rows.append(([max(1, int(one * tall)) for one in row], int(tall)))
            row = []
    return rows


def _labels(data: DataSet, label: str) -> NDArray[np.int64]:
    from shopthelook.taxonomy import Taxonomy, UnknownCategory

    named = [i for i, name in enumerate(data.names) if name.casefold() == label.casefold()]
    if named:
        return np.array(named, np.int64)
    taxonomy = Taxonomy.builtin()
    try:
        category = taxonomy.get(label)
    except UnknownCategory as error:
        raise DataError(f"{data.folder}: no label is called {label!r}, and {error}") from None
    branches = taxonomy.branches(category)
    return np.array(
        [
            i
            for i, one in enumerate(data.categories)
            if one is not None and any(taxonomy.covers(branch, one) for branch in branches)
        ],
        np.int64,
    )


def _cell(data: DataSet, picture: LabelledPicture, size: tuple[int, int]) -> Image.Image:
    try:
        read = images.read(picture.path, max_side=max(*size, 2 * min(size)))
    except PictureError as error:
        shown = Image.new("RGB", size, "#e4e4e8")
        text = _wrapped(str(error), max(8, size[0] // 7))
        ImageDraw.Draw(shown).multiline_text((10, 10), text, _INK, ImageFont.load_default(_TEXT))
        return shown
    shown = Image.fromarray(read).resize(size, Image.Resampling.LANCZOS)
    boxes = picture.boxes * np.array([size[0] / picture.size[0], size[1] / picture.size[1]] * 2)
    names = [data.names[label] for label in picture.labels]
    colours = [_QUIET if data.categories[i] is None else colour(i) for i in picture.labels.tolist()]
    draw_boxes(shown, boxes, names, colours)
    return shown


def draw_boxes(
    picture: Image.Image, boxes: NDArray[np.floating], names: Sequence[str], colours: Sequence[str]
) -> None:
    """Draw boxes ``(n, 4)`` xyxy in pixels and their names onto a picture; names avoid each other where they can."""
    pen = ImageDraw.Draw(picture)
    font = ImageFont.load_default(_TEXT)
    names = [_line(name) for name in names]
    big_first = np.argsort(-np.prod(boxes[:, 2:] - boxes[:, :2], axis=1), kind="stable").tolist()
    for i in big_first:
        x1, y1, x2, y2 = _ordered(boxes[i])
        pen.rectangle((x1 - 1, y1 - 1, x2 + 1, y2 + 1), outline=_PAPER)
        pen.rectangle((x1, y1, x2, y2), outline=colours[i], width=2)
    taken: list[tuple[float, float, float, float]] = []
    for i in big_first:
        width, height = pen.textlength(names[i], font) + 6, _TEXT + 4
        place = _free(_ordered(boxes[i]), width, height, picture.size, taken)
        taken.append(place)
        pen.rectangle(place, fill=colours[i])
        pen.text((place[0] + 3, place[1] + 1), names[i], _PAPER, font)


def colour(label: int) -> str:
    """A colour of its own for each label, dark enough for white text."""
    hue = label * 0.61803398875 % 1  # the golden ratio keeps neighbours apart
    red, green, blue = colorsys.hls_to_rgb(hue, 0.36 if 0.1 < hue < 0.55 else 0.44, 0.8)
    return f"#{round(red * 255):02x}{round(green * 255):02x}{round(blue * 255):02x}"


def _free(
    box: tuple[float, float, float, float],
    width: float,
    height: float,
    size: tuple[int, int],
    taken: Sequence[tuple[float, float, float, float]],
) -> tuple[float, float, float, float]:
    """Where a name goes: at a corner of its box, in the picture, and on no other name if there is such a place."""
    x1, y1, x2, y2 = box
    corners = [
        (x1, y1 - height),
        (x1, y1),
        (x2 - width, y2 - height),
        (x1, y2 - height),
        (x2 - width, y1),
        (x1, y2),
        (x1, y1 + height),
        (x1, y1 + 2 * height),
    ]
    places = []
    for x, y in corners:
        left, top = min(max(x, 0), max(size[0] - width, 0)), min(max(y, 0), max(size[1] - height, 0))
        places.append((left, top, left + width, top + height))
    return min(places, key=lambda place: sum(_shared(place, other) for other in taken))


def _shared(a: tuple[float, float, float, float], b: tuple[float, float, float, float]) -> float:
    across, down = min(a[2], b[2]) - max(a[0], b[0]), min(a[3], b[3]) - max(a[1], b[1])
    return max(across, 0) * max(down, 0)


def _ordered(box: NDArray[np.floating]) -> tuple[float, float, float, float]:
    """The corners as Pillow wants them; an empty box is drawn as a line."""
    x1, y1, x2, y2 = (float(value) for value in box)
    return min(x1, x2), min(y1, y2), max(x1, x2), max(y1, y2)


def _line(text: str, longest: int = 40) -> str:
    """The text on one line, as a font can draw it."""
    clean = " ".join("".join(c if c.isprintable() else " " for c in text).split())
    return clean if len(clean) <= longest else clean[: longest - 1] + "…"


def _cut(
    pen: ImageDraw.ImageDraw, text: str, font: ImageFont.FreeTypeFont | ImageFont.ImageFont, width: int
) -> str:
    while len(text) > 4 and pen.textlength(text, font) > width:
        text = "…" + text[2:]
    return text


def _wrapped(text: str, letters: int) -> str:
    return "\n".join(text[i : i + letters] for i in range(0, len(text), letters))


def save_sheet(sheet: Image.Image, out: Path) -> None:
    """Write a sheet as the picture that the name's end says. Raises `DataError` where that cannot be done."""
    try:
        sheet.save(out, quality=90)
    except (OSError, ValueError) as error:
        raise DataError(f"{out}: cannot be written: {getattr(error, 'strerror', None) or error}") from None
