"""Texts by the million: hashes, comparisons and copies of them, compiled."""

# mypy: disable-error-code="no-untyped-def, no-untyped-call, misc, call-arg, import-untyped, var-annotated"
from __future__ import annotations

from numba import types

from shopthelook.retrieval.embedded.compiling import LETTERS_IN, NUMBERS_IN, compiled


@compiled(types.void, LETTERS_IN, NUMBERS_IN, types.uint64[::1])
def hash_texts(letters, bounds, out):
    """The FNV-1a hash of each text, its bits mixed once more; the same in every process."""
    for text in range(len(out)):
        value = types.uint64(0xCBF29CE484222325)
        for at in range(bounds[text], bounds[text + 1]):
            value = (value ^ types.uint64(letters[at])) * types.uint64(0x100000001B3)
        value ^= value >> types.uint64(33)
        value *= types.uint64(0xFF51AFD7ED558CCD)
        out[text] = value ^ (value >> types.uint64(33))


@compiled(
    types.void, LETTERS_IN, NUMBERS_IN, NUMBERS_IN, LETTERS_IN, NUMBERS_IN, NUMBERS_IN, types.boolean[::1]
)
def same_texts(letters, bounds, chosen, other_letters, other_bounds, other_chosen, out):
    """Whether text chosen[i] is the same as the other text other_chosen[i]."""
    for i in range(len(out)):
        start, end = bounds[chosen[i]], bounds[chosen[i] + 1]
        other = other_bounds[other_chosen[i]]
        same = end - start == other_bounds[other_chosen[i] + 1] - other
        if same:
            for step in range(end - start):
                if letters[start + step] != other_letters[other + step]:
                    same = False
                    break
        out[i] = same


@compiled(types.void, LETTERS_IN, NUMBERS_IN, NUMBERS_IN, types.uint8[::1])
def copy_texts(letters, starts, bounds, out):
    """Write the text that starts at starts[i] to out[bounds[i]:bounds[i + 1]]."""
    for text in range(len(starts)):
        to = bounds[text]
        for step in range(bounds[text + 1] - to):
            out[to + step] = letters[starts[text] + step]
