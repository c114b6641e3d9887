"""A segment as named arrays, and back."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from shopthelook.retrieval.embedded.inverted import Inverted, Numbers
from shopthelook.retrieval.embedded.runs import Runs
from shopthelook.retrieval.embedded.segment import Segment
from shopthelook.retrieval.embedded.texts import Texts

_TEXTS = ("letters", "bounds", "hashes", "numbers")
_NUMBERS = ("values", "rows", "forward", "within", "edges")
_RUNS = ("starts", "centres", "radii", "spreads", "ranks", "excesses")


def to_arrays(segment: Segment) -> dict[str, NDArray[Any]]:
    """All that a segment is made of, but for its name."""
    inverted = segment.inverted
    fields = list(inverted.numbers)
    arrays: dict[str, NDArray[Any]] = {
        "positions": segment.positions,
        "places": inverted.places,
        "codes": segment.codes,
        "postings.bounds": inverted.bounds,
        "postings.rows": inverted.rows,
    }
    for name, texts in (("ids", segment.ids), ("terms", inverted.terms), ("fields", Texts.of(fields))):
        arrays |= {f"{name}.{part}": getattr(texts, part) for part in _TEXTS}
    for i, column in enumerate(inverted.numbers.values()):
        arrays |= {f"numbers.{i}.{part}": getattr(column, part) for part in _NUMBERS}
        arrays[f"numbers.{i}.single"] = np.array([column.single])
    forward = Texts.of(list(inverted.forward))
    arrays |= {f"forward.{part}": getattr(forward, part) for part in _TEXTS}
    arrays |= {f"forward.{i}": rows for i, rows in enumerate(inverted.forward.values())}
    if segment.runs is not None:
        arrays |= {f"runs.{part}": getattr(segment.runs, part) for part in _RUNS}
    return arrays


def from_arrays(name: str, arrays: Mapping[str, NDArray[Any]]) -> Segment:
    """The segment that `to_arrays` made these of."""
    ids, terms, fields, forward = (
        Texts(*(arrays[f"{texts}.{part}"] for part in _TEXTS))
        for texts in ("ids", "terms", "fields", "forward")
    )
    numbers = {
        fields[i]: Numbers(
            arrays[f"numbers.{i}.values"],
            arrays[f"numbers.{i}.rows"],
            bool(arrays[f"numbers.{i}.single"][0]),
            *(arrays[f"numbers.{i}.{part}"] for part in _NUMBERS[2:]),
        )
        for i in range(len(fields))
    }
    inverted = Inverted(
        arrays["places"],
        terms,
        arrays["postings.bounds"],
        arrays["postings.rows"],
        numbers,
        {forward[i]: arrays[f"forward.{i}"] for i in range(len(forward))},
    )
    runs = Runs(*(arrays[f"runs.{part}"] for part in _RUNS)) if "runs.starts" in arrays else None
    return Segment(name, ids, arrays["positions"], arrays["codes"], inverted, runs)
