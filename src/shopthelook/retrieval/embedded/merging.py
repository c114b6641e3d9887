"""Which segments to merge, and how the merged one takes their place."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from shopthelook.retrieval.embedded.segment import NO_ROWS, Part, Segment

# Each segment is at least so many times as large as all smaller ones together: a search meets few of them,
# and a row is merged a few times in its life.
_RATIO = 4

# A segment is written anew when more than this share of it is dead.
_DEAD = 0.25


def due(parts: Sequence[Part], largest: int) -> list[Part]:
    """The parts that are to be merged into one of `largest` rows at most now; none where all is well."""
    chosen: list[Part] = []
    size = 0
    for part in sorted(parts, key=lambda part: part.alive):
        full = size + part.alive > largest or 2 * part.alive > largest
        if full or (chosen and part.alive >= _RATIO * size):
            break
        chosen.append(part)
        size += part.alive
    if len(chosen) > 1:
        return chosen
    for part in parts:
        if len(part.dead) > _DEAD * len(part.segment):
            return [part]
    return []


def groups(parts: Sequence[Part], largest: int) -> list[list[Part]]:
    """Parts put together so that few are left, each of `largest` rows at most; only groups worth a merge."""
    bins: list[list[Part]] = []
    for part in sorted(parts, key=lambda part: -part.alive):
        for some in bins:
            if sum(one.alive for one in some) + part.alive <= largest:
                some.append(part)
                break
        else:
            bins.append([part])
    return [some for some in bins if len(some) > 1 or len(some[0].dead)]


def replaced(
    now: Sequence[Part], merged: Sequence[Part], segment: Segment, moved: Sequence[NDArray[np.int64]]
) -> tuple[Part, ...]:
    """The parts of now with those that were merged replaced by what became of them.

    Rows that died during the merge are dead in the new segment too: moved[p] tells where those of p went.
    """
    then = {part.segment.name: (part, to) for part, to in zip(merged, moved, strict=True)}
    dead = [NO_ROWS.astype(np.int64)]
    # A part all of whose rows died during the merge is not among those of now.
    present = {part.segment.name: part for part in now}
    for name, (part, to) in then.items():
        gone = present[name].dead if name in present else np.arange(len(part.segment))
        rows = to[gone]
        dead.append(rows[rows >= 0])
    kept = [part for part in now if part.segment.name not in then]
    new = Part(segment).without(np.concatenate(dead))
    return (*kept, new) if new.alive else tuple(kept)
