"""The loops that fill forward columns, from rows to their values, compiled."""

# mypy: disable-error-code="no-untyped-def, no-untyped-call, misc, call-arg, import-untyped, var-annotated"
from __future__ import annotations

from numba import types

from shopthelook.retrieval.embedded.compiling import LETTERS_IN, NUMBERS_IN, ROWS_IN, compiled

_NONE = 0xFFFFFFFF


@compiled(types.boolean, ROWS_IN, types.uint32[::1])
def fill_numbers(rows, out):
    """Write the place of each row's entry; False where a row has two."""
    for place in range(len(rows)):
        row = rows[place]
        if out[row] != _NONE:
            return False
        out[row] = place
    return True


@compiled(types.boolean, NUMBERS_IN, ROWS_IN, NUMBERS_IN, types.uint32[::1])
def fill_terms(bounds, rows, terms, out):
    """Write the term of each row that has one of `terms`; False where a row has two."""
    for term in terms:
        for place in range(bounds[term], bounds[term + 1]):
            row = rows[place]
            if out[row] != _NONE:
                return False
            out[row] = term
    return True


@compiled(types.void, LETTERS_IN, NUMBERS_IN, types.uint64[::1])
def hash_heads(letters, bounds, out):
    """The FNV-1a hash of what stands before the first zero of each text."""
    for text in range(len(out)):
        value = types.uint64(0xCBF29CE484222325)
        for at in range(bounds[text], bounds[text + 1]):
            if letters[at] == 0:
                break
            value = (value ^ types.uint64(letters[at])) * types.uint64(0x100000001B3)
        out[text] = value
