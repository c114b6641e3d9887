"""A set of views that are no right answers, to look among: made of other sets, the same on every machine."""

from __future__ import annotations

import hashlib
import json
import os
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from PIL import Image

from shopthelook import images
from shopthelook.datasets.errors import DataError
from shopthelook.datasets.partial import begin, finish
from shopthelook.embedding.views import Row, load, write_views
from shopthelook.evaluation.embedding.changing import change, move
from shopthelook.evaluation.embedding.crops import digest
from shopthelook.taxonomy import Taxonomy

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from shopthelook.embedding.views import View, ViewSet
    from shopthelook.evaluation.embedding.asking import Part
    from shopthelook.evaluation.progress import Progress

LEAST_SIDE = 16  # pixels
_QUALITY = 92


@dataclass(slots=True)
class Made:
    """What was made: views of the sources as they are, products in other colours and angles, other parts of scenes."""

    folder: Path
    as_they_are: int = 0
    changed: int = 0
    parts: int = 0
    sources: list[str] = field(default_factory=list)

    @property
    def views(self) -> int:
        """All of them."""
        return self.as_they_are + self.changed + self.parts


def make_distractors(
    sets: Sequence[ViewSet],
    out: Path,
    number: int,
    split: Part = "all",
    seed: int = 0,
    progress: Progress | None = None,
) -> Made:
    """Write the set of views ``out`` with ``number`` views made of others; with a greater number the first ones stay.

    First come the views of ``sets`` (of the split) as they are, in an order that follows from their keys; then, round
    after round, each product in another colour and at another angle, and of each scene a part beside the object, in
    its category. What is changed is drawn from ``seed``, the view's key and the round. Each view keeps its group, and
    so its split, and one that is as it was keeps its instance: where that is asked for, it is not looked among.

    Pictures of the sources are referred to where they lie, relative to ``out``; changed ones are written. After an
    interruption the same call goes on.

    Raises:
        DataError: ``out`` exists, the sources have no views of the split, or a picture cannot be read.
    """
    views = sorted(
        (view for one in sets for view in one.views if split in ("all", view.split)),
        key=lambda view: hashlib.sha256(view.key.encode()).digest(),
    )
    if not views:
        raise DataError(f"{', '.join(one.name for one in sets)}: there is no view of the split {split!r}")
    order = {
        "sources": [str(one.folder.resolve()) for one in sets],
        "number": number,
        "split": split,
        "seed": seed,
    }
    partial = begin(out, json.dumps(order))
    made = Made(out, sources=[one.name for one in sets])
    rows = []
    for row in _rows(views, partial, out, seed, made):
        rows.append(row)
        if progress is not None:
            progress("distractors", len(rows), number)
        if len(rows) == number:
            break
    licences = "; ".join(dict.fromkeys(f"{one.name}: {one.licence}" for one in sets))
    title = f"{number} distractors of {', '.join(made.sources)}, split {split}, seed {seed}"
    write_views(partial, rows, title, licences)
    finish(partial, out)
    return made


def _rows(views: Sequence[View], partial: Path, out: Path, seed: int, made: Made) -> Iterator[Row]:
    """Without an end, unless nothing can be changed."""
    for view in views:
        made.as_they_are += 1
        yield _as_it_is(view, out)
    turn = 1
    while True:
        before = made.views
        for view in views:
            name = hashlib.sha256(f"{seed}/{turn}/{view.key}".encode()).digest()
            rng = np.random.default_rng(list(name))
            if view.role == "product":
                made.changed += 1
                yield _changed(view, partial, name.hex()[:24], rng)
            elif view.box is not None and (row := _part(view, out, rng)) is not None:
                made.parts += 1
                yield row
        if made.views == before:
            raise DataError(
                f"only {before:,} distractors can be made: there is no product and no object of a scene to change"
            )
        turn += 1


def _as_it_is(view: View, out: Path) -> Row:
    mask = "" if view.mask is None else f"{_there(view.mask[0], out)}#{view.mask[1]}"
    return Row(
        _there(view.path, out),
        view.role,
        view.instance or "",
        _category(view),
        view.box,
        group=_group(view),
        mask=mask,
        labels=view.labels,
    )


def _changed(view: View, partial: Path, name: str, rng: np.random.Generator) -> Row:
    file = f"images/{name[:2]}/{name}.jpg"
    if not (partial / file).exists():
        picture = Image.fromarray(change(load(view), rng))
        (partial / file).parent.mkdir(parents=True, exist_ok=True)
        aside = (partial / file).with_suffix(".new")
        picture.save(aside, "JPEG", quality=_QUALITY)
        aside.replace(partial / file)
    labels = {key: value for key, value in view.labels.items() if key != "color"}
    return Row(file, "product", category=_category(view), group=_group(view), labels=labels)


def _part(view: View, out: Path, rng: np.random.Generator) -> Row | None:
    if view.box is None:
        return None
    width, height = _size(view.path)
    x1, y1, x2, y2 = move(view.box, width, height, rng)
    if min(x2 - x1, y2 - y1) < LEAST_SIDE:
        return None
    box = (round(x1, 2), round(y1, 2), round(x2, 2), round(y2, 2))
    return Row(_there(view.path, out), "scene", category=_category(view), box=box, group=_group(view))


def _size(path: Path) -> tuple[int, int]:
    try:
        return images.picture_size(path.read_bytes())
    except (OSError, images.PictureError) as error:
        raise DataError(f"{path}: this picture cannot be read: {error}") from None


def _there(path: Path, out: Path) -> str:
    return Path(os.path.relpath(path.resolve(), out.resolve())).as_posix()


def _category(view: View) -> str:
    return Taxonomy.builtin().get(view.category).full if view.category >= 0 else ""


def _group(view: View) -> str:
    """The text of the view's group: where it has none, its split follows from the picture's bytes."""
    return f"sha256:{digest(view.path)}" if view.group == view.picture else view.group
