"""The loops that give codes their tokens and find rows by them, compiled."""

# mypy: disable-error-code="no-untyped-def, no-untyped-call, misc, call-arg, import-untyped, var-annotated"
from __future__ import annotations

from numba import types

from shopthelook.retrieval.embedded.compiling import NUMBERS_IN, ROWS_IN, WORDS_IN, compiled
from shopthelook.retrieval.embedded.popcount import distance


@compiled(types.void, WORDS_IN, types.int64, WORDS_IN, types.int64, types.int64, types.uint32[::1])
def nearest_token(codes, words, tokens, start, end, out):
    """The nearest of tokens (t * words,), the first of equal ones, of each row from start to end."""
    for row in range(start, end):
        best, least = 0, words * 64 + 1
        for token in range(len(tokens) // words):
            found = distance(codes, row, tokens, token, words)
            if found < least:
                best, least = token, found
        out[row] = best


@compiled(types.void, WORDS_IN, types.int64, ROWS_IN, types.int64[:, ::1], types.int64[::1])
def count_ones(codes, words, token_of, ones, sizes):
    """Add the bits of each row to its token's row of `ones` (t, bits), and the row to its size (t,)."""
    for row in range(len(token_of)):
        token = token_of[row]
        sizes[token] += 1
        for word in range(words):
            value = codes[row * words + word]
            for bit in range(64):
                ones[token, word * 64 + bit] += types.int64((value >> types.uint64(bit)) & types.uint64(1))


@compiled(
    types.int64, NUMBERS_IN, ROWS_IN, NUMBERS_IN, types.int64, types.int64, WORDS_IN, types.int64,
    types.uint32[::1],
)  # fmt: skip
def with_tokens(bounds, rows, tokens, start, end, bits, first, out):
    """Write the rows from start to end that have one of some tokens to `out`; returns how many.

    The rows of token t are rows[bounds[t]:bounds[t + 1]]; where there are `bits`, whose bit 0 is that of row
    `first`, only rows whose bit is set.
    """
    kept = 0
    for token in tokens:
        for place in range(bounds[token], bounds[token + 1]):
            row = types.int64(rows[place])
            if start <= row < end:
                out[kept] = rows[place]
                if len(bits):
                    at = row - first
                    kept += types.int64((bits[at >> 6] >> types.uint64(at & 63)) & types.uint64(1))
                else:
                    kept += 1
    return kept
