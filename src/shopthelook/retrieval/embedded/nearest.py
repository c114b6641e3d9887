"""Comparing what a filter leaves of a part with queries: all of it, or the rows that share a token."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from shopthelook.retrieval.embedded.choosing import Choice
from shopthelook.retrieval.embedded.found import Found
from shopthelook.retrieval.embedded.kernels import scan_bits, scan_rows, scan_span
from shopthelook.retrieval.embedded.tokens import Tokens
from shopthelook.retrieval.embedded.wording import with_tokens

PART = 32
"""A row found is `part << PART | row`."""

_NO_BITS = np.zeros(0, np.uint64)


def compare(found: Found, number: int, choice: Choice, share: int = 0, shares: int = 1) -> int:
    """Compare the rows of a choice in part `number`, or the `share`-th of equal shares; returns how many."""
    if not choice.count:
        return 0
    base, window, codes = number << PART, choice.window, choice.part.segment.codes
    size = window.end - window.start if choice.rows is None else len(choice.rows)
    start, end = size * share // shares, size * (share + 1) // shares
    if choice.rows is not None:
        found.scan(scan_rows, codes, base, start, end, choice.rows)
        return end - start
    start, end = window.start + start, window.start + end
    if choice.bits is not None:
        found.scan(scan_bits, codes, base, start, end, choice.bits, window.word)
    else:
        found.scan(scan_span, codes, base, start, end, choice.part.dead)
    return choice.count * (share + 1) // shares - choice.count * share // shares


def compare_some(
    found: Found, number: int, choice: Choice, tokens: Tokens, code: NDArray[np.uint64], recall: float
) -> int:
    """Compare those rows of a choice that share a token with the one query of `found`; returns how many."""
    window, chosen = choice.window, tokens.of_query(code, recall)
    bits = choice.bits
    if bits is None:
        bits = choice.part.bits_alive(window.word, window.words) if len(choice.part.dead) else _NO_BITS
    rows = np.empty(int((tokens.bounds[chosen + 1] - tokens.bounds[chosen]).sum()) + 1, np.uint32)
    count: int = with_tokens(
        tokens.bounds, tokens.rows, chosen, window.start, window.end, bits, window.first, rows
    )
    found.scan(scan_rows, choice.part.segment.codes, number << PART, 0, count, rows)
    return count
