"""Build a set of views of things in scenes that were made of them."""

from __future__ import annotations

import contextlib
import json
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import TextIO, get_args

import numpy as np
from PIL import Image

from shopthelook import images
from shopthelook.datasets.errors import DataError
from shopthelook.datasets.partial import begin, finish
from shopthelook.datasets.splits import Split
from shopthelook.embedding.views.composing.pasting import paste
from shopthelook.embedding.views.composing.pieces import piece_of
from shopthelook.embedding.views.rows import Row, parse
from shopthelook.embedding.views.view import View
from shopthelook.embedding.views.viewset import ViewSet, open_all
from shopthelook.embedding.views.writing import texts_of, write_views
from shopthelook.images import PictureError, Piece, Rgb

LONGEST = 640  # pixels of a scene's longer side
MOST_THINGS = 3  # in one scene
QUALITY = (72, 93)  # of the JPEGs
_KEPT = 256  # pieces in memory, half a megabyte each at most
_TRIES = 200  # draws for one scene, before it is given up
_JOURNAL = "composed.jsonl"


@dataclass(frozen=True, slots=True)
class ComposeOrder:
    """What to make: ``number`` scenes of the things and the scenes of these data sets, drawn by ``seed``."""

    things: tuple[Path, ...]
    scenes: tuple[Path, ...]
    number: int = 1000
    seed: int = 0


@dataclass(slots=True)
class Composed:
    """What was made: scenes, and views of things in them.

    ``instances`` are shown by these. ``uncut`` product views were drawn and could not be cut out, for their ground is
    not white and they have no mask, or they are too small; ``unknown`` have no instance, so nothing says what shows the
    same. ``faults`` are pictures that cannot be read.
    """

    folder: Path
    scenes: int = 0
    views: int = 0
    instances: int = 0
    uncut: int = 0
    unknown: int = 0
    total: int = 0
    faults: list[str] = field(default_factory=list)


def compose(
    order: ComposeOrder, out: Path, progress: Callable[[Composed], None] = lambda _: None
) -> Composed:
    """Write the set of views ``out``: scenes with things pasted into them, a row for each thing that is seen well.

    A row has the instance, group, category and labels of the thing, so its split is the thing's; scenes come from
    pictures of the same split. Scene i depends on the seed, i and the data alone. All is written to ``out.partial``
    first and renamed when whole; after an interruption the same call goes on.

    Raises:
        DataError: ``out`` exists, a data set cannot be read, or nothing can be cut out or pasted into.
    """
    things, scenes = open_all(order.things), open_all(order.scenes)
    done = Composed(out, total=order.number)
    chosen, grounds = _things(things, done), _grounds(scenes)
    usable = [split for split in get_args(Split) if chosen[split] and grounds[split]]
    if not usable:
        raise DataError(
            f"nothing to paste, or nothing to paste it into: {sum(len(some) for some in chosen.values())} product "
            f"views have an instance, {done.unknown} have none; there are "
            f"{sum(len(some) for some in grounds.values())} scenes, and both must be of one split"
        )
    partial = begin(out, json.dumps(asdict(order), default=str))
    maker = _Maker(order.seed, {split: chosen[split] for split in usable}, grounds)
    rows: list[Row] = []
    with (partial / _JOURNAL).open("a+", encoding="utf-8") as journal:
        before = _read(journal, partial)
        for i in range(order.number):
            name = f"images/{i:06d}.jpg"
            if i in before:
                made = before[i]
            else:
                made = maker.make(i, partial / name, name)
                journal.write(json.dumps([i, [texts_of(row) for row in made]], ensure_ascii=False) + "\n")
                journal.flush()
            rows += made
            done.scenes, done.views, done.uncut = i + 1, len(rows), len(maker.uncut)
            done.faults = list(maker.faults)
            progress(done)
    done.instances = len({row.instance for row in rows})
    used = [one.name for one in (*things, *scenes)]
    licence = "; ".join(dict.fromkeys(one.licence for one in (*things, *scenes)))
    write_views(partial, rows, f"things pasted into scenes, of {', '.join(dict.fromkeys(used))}", licence)
    (partial / _JOURNAL).unlink()
    finish(partial, out)
    return done


class _Maker:
    """Makes scenes, each from its number alone."""

    def __init__(self, seed: int, things: dict[Split, list[View]], grounds: dict[Split, list[Path]]) -> None:
        self.uncut: set[str] = set()
        self.faults: dict[str, None] = {}
        self._seed, self._things, self._grounds = seed, things, grounds
        self._splits = list(things)
        sizes = np.array([len(some) for some in things.values()], float)
        self._shares = sizes / sizes.sum()
        self._piece = lru_cache(_KEPT)(piece_of)

    def make(self, number: int, path: Path, name: str) -> list[Row]:
        """Write a scene and return its rows. Raises `DataError` where nothing that is drawn can be pasted."""
        rng = np.random.default_rng([self._seed, number])
        split = self._splits[int(rng.choice(len(self._splits), p=self._shares))]
        for _ in range(_TRIES):
            try:
                ground = self._grounds[split][int(rng.integers(len(self._grounds[split])))]
                scene = images.read(ground, max_side=LONGEST)
                views, pieces = self._draw(split, ground, rng)
            except (PictureError, DataError) as error:
                self.faults[str(error)] = None
                continue
            made, pasted = paste(scene, pieces, rng)
            if pasted:
                path.parent.mkdir(exist_ok=True)
                _save(made, path, int(rng.integers(*QUALITY)))
                return [_row(views[one.thing], name, one.box) for one in pasted]
        fault = "".join(f"; {fault}" for fault in list(self.faults)[:1])
        raise DataError(
            f"{_TRIES} times nothing could be pasted into a scene: {len(self.uncut)} things that were drawn have no "
            f"white ground and no mask, or are too small{fault}"
        )

    def _draw(self, split: Split, ground: Path, rng: np.random.Generator) -> tuple[list[View], list[Piece]]:
        """One to three things, of different instances and of other pictures than the ground."""
        views: list[View] = []
        pieces: list[Piece] = []
        some = self._things[split]
        for _ in range(int(rng.integers(1, MOST_THINGS + 1))):
            view = some[int(rng.integers(len(some)))]
            if view.path == ground or any(one.instance == view.instance for one in views):
                continue
            piece = self._piece(view)
            if piece is None:
                self.uncut.add(view.key)
            else:
                views.append(view)
                pieces.append(piece)
        return views, pieces


def _things(things: Sequence[ViewSet], done: Composed) -> dict[Split, list[View]]:
    """The product views of known instances by split; the others are counted."""
    found: dict[Split, list[View]] = {split: [] for split in get_args(Split)}
    for view in (view for data in things for view in data.views if view.role == "product"):
        if view.instance is None:
            done.unknown += 1
        else:
            found[view.split].append(view)
    return found


def _grounds(scenes: Sequence[ViewSet]) -> dict[Split, list[Path]]:
    """The photos of scenes by split; one whose views are in two splits is used in neither."""
    splits: dict[Path, set[Split]] = {}
    for view in (view for data in scenes for view in data.views if view.role == "scene"):
        splits.setdefault(view.path, set()).add(view.split)
    return {split: [path for path, some in splits.items() if some == {split}] for split in get_args(Split)}


def _row(view: View, name: str, box: tuple[float, float, float, float]) -> Row:
    category = "" if view.category < 0 else str(view.category)
    return Row(name, "scene", view.instance or "", category, box, False, view.group, "", view.labels)


def _save(rgb: Rgb, path: Path, quality: int) -> None:
    aside = path.with_name(path.name + ".new")
    Image.fromarray(rgb).save(aside, format="JPEG", quality=quality)
    aside.replace(path)


def _read(journal: TextIO, partial: Path) -> dict[int, list[Row]]:
    """What a run before made, by the scene's number."""
    journal.seek(0)
    found: dict[int, list[Row]] = {}
    for line in journal:
        with contextlib.suppress(
            ValueError, TypeError, DataError
        ):  # the last line of a killed run may be cut
            number, rows = json.loads(line)
            if (partial / f"images/{number:06d}.jpg").exists():
                found[number] = [parse(row) for row in rows]
    return found
