"""How good an embedder is while it is trained: does the nearest code show the same thing, and are the heads right."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias, TypeVar

import numpy as np
from PIL import Image, ImageOps

from shopthelook.embedding.binary import hamming, pack
from shopthelook.embedding.views import load

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from numpy.typing import NDArray

    from shopthelook.embedding.training.targets import Target
    from shopthelook.embedding.views import View
    from shopthelook.images import Rgb

    Embed: TypeAlias = Callable[[Sequence[Rgb]], Mapping[str, NDArray[np.float32]]]
    """Pictures to rows of "embedding" and of each head, by name."""

T = TypeVar("T")
P1, P1_FLOATS = "P@1", "P@1 floats"
CHUNK = 32  # pictures in memory at a time
SHOWN, NEAREST = 8, 5  # rows of the contact sheet, and what was found in each
TILE = 96  # pixels
RIGHT, WRONG, ASKED = "#2e8b57", "#c0392b", "#707070"


@dataclass(frozen=True, slots=True)
class Trial:
    """Views to ask and views to look among; ``names`` are those of the data sets of ``views``, all of either.

    Scenes ask and products answer, as shoppers' photos and a shop's pictures do. Where no product shows what a scene
    does, every view with another one of its instance asks among all others (leave one out).
    """

    queries: tuple[View, ...]
    gallery: tuple[View, ...]
    views: tuple[View, ...]
    names: tuple[str, ...]

    @classmethod
    def choose(cls, groups: Mapping[str, Sequence[View]], queries: int, gallery: int) -> Trial:
        """At most so many of the views of each data set, by its name, evenly, with every query's answers."""
        source = {id(view): name for name, views in groups.items() for view in views}
        all_views = [view for views in groups.values() for view in views]
        products = [view for view in all_views if view.role == "product"]
        offered = {view.instance for view in products if view.instance}
        asking = [view for view in all_views if view.role == "scene" and view.instance in offered]
        if not asking:
            products = all_views
            counts: dict[str | None, int] = {}
            for view in all_views:
                counts[view.instance] = counts.get(view.instance, 0) + 1
            asking = [view for view in all_views if view.instance and counts[view.instance] > 1]
        asked = evenly(asking, queries)
        wanted = {view.instance for view in asked}
        answers = [view for view in products if view.instance in wanted]
        others = [view for view in products if view.instance not in wanted]
        offers = answers + evenly(others, max(0, gallery - len(answers)))
        # Heads are also measured on views that neither ask nor answer.
        rest = evenly([view for view in all_views if view.role == "scene"], queries)
        every = list({id(view): view for view in [*asked, *offers, *rest]}.values())
        return cls(tuple(asked), tuple(offers), tuple(every), tuple(source[id(view)] for view in every))


@dataclass(frozen=True, slots=True, eq=False)
class Seen:
    """What an embedder makes of the views of a trial: rows of "embedding" and of each head, by name."""

    trial: Trial
    rows: Mapping[str, NDArray[np.float32]]

    def distances(self, binary: bool) -> NDArray[np.float32]:
        """From each query to each view of the gallery (q, g), infinite to itself; smaller is nearer."""
        number = {id(view): i for i, view in enumerate(self.trial.views)}
        asked = [number[id(view)] for view in self.trial.queries]
        offered = [number[id(view)] for view in self.trial.gallery]
        floats = self.rows["embedding"]
        if binary:
            codes = pack(floats)
            found = hamming(codes[asked], codes[offered]).astype(np.float32)
        else:
            unit = floats / np.linalg.norm(floats, axis=1, keepdims=True).clip(1e-9)
            found = 1 - unit[asked] @ unit[offered].T
        found[np.array(asked)[:, None] == np.array(offered)[None, :]] = np.inf
        return np.asarray(found, np.float32)

    def precision_at_1(self, binary: bool) -> float:
        """Share of the queries whose nearest view shows the same instance."""
        nearest = self.distances(binary).argmin(axis=1)
        pairs = zip(self.trial.queries, nearest, strict=True)
        return float(np.mean([query.instance == self.trial.gallery[i].instance for query, i in pairs]))

    def judged(self, target: Target) -> tuple[NDArray[np.float32], NDArray[np.bool_]]:
        """Of each view that has a class of a head's: the score of the answer, and whether it is right."""
        classes = np.array(target.of(self.trial.views, self.trial.names), np.int64)
        known = classes >= 0
        scores = self.rows[target.name][known]
        return scores.max(axis=1, initial=0), scores.argmax(axis=1) == classes[known]


def look(embed: Embed, trial: Trial, tick: Callable[[int, int], None] = lambda _done, _total: None) -> Seen:
    """Have a trial's views embedded; ``tick`` is told how many of how many are done."""
    parts: list[Mapping[str, NDArray[np.float32]]] = []
    for at in range(0, len(trial.views), CHUNK):
        chunk = trial.views[at : at + CHUNK]
        parts.append(embed([load(view) for view in chunk]))
        tick(at + len(chunk), len(trial.views))
    return Seen(trial, {name: np.concatenate([part[name] for part in parts]) for name in parts[0]})


def figures(seen: Seen, targets: Sequence[Target]) -> dict[str, float]:
    """P@1 of codes and of floats where there is something to ask, and the accuracy of each head with known views."""
    found = {}
    if seen.trial.queries:
        found = {P1: seen.precision_at_1(True), P1_FLOATS: seen.precision_at_1(False)}
    for one in targets:
        if not one.task.of_things:
            _, right = seen.judged(one)
            if right.size:
                found[one.name] = float(right.mean())
    return found


def contact_sheet(seen: Seen) -> NDArray[np.uint8]:
    """Queries, each with the views nearest by code, the same instance framed green; empty without queries."""
    if not seen.trial.queries:
        return np.zeros((0, 0, 3), np.uint8)
    distances = seen.distances(True)
    rows = evenly(range(len(seen.trial.queries)), SHOWN)
    across = 1 + min(NEAREST, len(seen.trial.gallery))
    whole = Image.new("RGB", (across * TILE, len(rows) * TILE), "white")
    for y, row in enumerate(rows):
        query = seen.trial.queries[row]
        whole.paste(_tile(query, ASKED), (0, y * TILE))
        for x, i in enumerate(np.argsort(distances[row], kind="stable")[: across - 1], 1):
            view = seen.trial.gallery[i]
            frame = RIGHT if view.instance == query.instance else WRONG
            whole.paste(_tile(view, frame), (x * TILE, y * TILE))
    return np.asarray(whole)


def _tile(view: View, frame: str) -> Image.Image:
    inner = TILE - 8
    return ImageOps.expand(ImageOps.pad(Image.fromarray(load(view)), (inner, inner), color="white"), 4, frame)


def evenly(things: Sequence[T], most: int) -> list[T]:
    """At most so many of them, from the first to the last."""
    if len(things) <= most:
        return list(things)
    return [things[i * len(things) // most] for i in range(most)]
