"""A segment as named arrays, and back."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from shopthelook.retrieval.embedded.inverted import Inverted, Numbers
from shopthelook.retrieval.embedded.segment import Segment
from shopthelook.retrieval.embedded.texts import Texts
from shopthelook.retrieval.embedded.tokens import Tokens

_TEXTS = ("letters", "bounds", "hashes", "numbers")
_TOKENS = ("learned", "bounds", "rows", "ranks")


def to_arrays(segment: Segment) -> dict[str, NDArray[Any]]:
    """All that a segment is made of, but for its name."""
    inverted = segment.inverted
    fields = list(inverted.numbers)
    arrays: dict[str, NDArray[Any]] = {
        "positions": segment.positions,
        "codes": segment.codes,
        "postings.bounds": inverted.bounds,
        "postings.rows": inverted.rows,
    }
    for name, texts in (("ids", segment.ids), ("terms", inverted.terms), ("fields", Texts.of(fields))):
        arrays |= {f"{name}.{part}": getattr(texts, part) for part in _TEXTS}
    for i, column in enumerate(inverted.numbers.values()):
        arrays[f"numbers.{i}.values"] = column.values
        arrays[f"numbers.{i}.rows"] = column.rows
        arrays[f"numbers.{i}.single"] = np.array([column.single])
    if segment.tokens is not None:
        arrays |= {f"tokens.{part}": getattr(segment.tokens, part) for part in _TOKENS}
    return arrays


def from_arrays(name: str, arrays: Mapping[str, NDArray[Any]]) -> Segment:
    """The segment that `to_arrays` made these of."""
    ids, terms, fields = (
        Texts(*(arrays[f"{texts}.{part}"] for part in _TEXTS)) for texts in ("ids", "terms", "fields")
    )
    count = len(ids)
    numbers = {
        fields[i]: Numbers(
            arrays[f"numbers.{i}.values"],
            arrays[f"numbers.{i}.rows"],
            count,
            bool(arrays[f"numbers.{i}.single"][0]),
        )
        for i in range(len(fields))
    }
    inverted = Inverted(count, terms, arrays["postings.bounds"], arrays["postings.rows"], numbers)
    tokens = None
    if "tokens.learned" in arrays:
        tokens = Tokens(*(arrays[f"tokens.{part}"] for part in _TOKENS))
    return Segment(name, ids, arrays["positions"], arrays["codes"], inverted, tokens)
