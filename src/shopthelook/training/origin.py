"""What a run's weights were learnt from, kept beside them, so that a run that starts from them can say so too."""

from __future__ import annotations

import dataclasses
import json
from pathlib import Path
from typing import TYPE_CHECKING

from shopthelook.models.card import DataUse

if TYPE_CHECKING:
    from collections.abc import Iterable

DATA_FILE = "data.json"
UNKNOWN = DataUse("an earlier run's data, through its weights", "as that run's card states")


def note_data(run: Path, data: Iterable[DataUse]) -> None:
    """Write down in a run's folder what its weights learn from, first weights included."""
    (run / DATA_FILE).write_text(json.dumps([dataclasses.asdict(one) for one in data], indent=2) + "\n")


def data_of(weights: str) -> tuple[DataUse, ...]:
    """What the weights in the file of an earlier run were learnt from."""
    try:
        noted = json.loads((Path(weights).parent / DATA_FILE).read_text())
        return tuple(DataUse(**one) for one in noted)
    except (
        OSError,
        ValueError,
        TypeError,
    ):  # a run of another machine, say, of which only the weights came along
        return (UNKNOWN,)


def joined(*lists: Iterable[DataUse]) -> tuple[DataUse, ...]:
    """All of several lists, each data set once, with the most pictures that one of them says."""
    found: dict[tuple[str, str], DataUse] = {}
    for one in (use for uses in lists for use in uses):
        key = (one.name, one.licence)
        before = found.get(key, one)
        counts = [n for n in (before.n, one.n) if n is not None]
        found[key] = dataclasses.replace(one, n=max(counts, default=None))
    return tuple(found.values())
