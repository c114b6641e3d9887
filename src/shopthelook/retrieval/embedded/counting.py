"""The loops that group codes, compiled."""

# mypy: disable-error-code="no-untyped-def, no-untyped-call, misc, call-arg, import-untyped, var-annotated"
from __future__ import annotations

from numba import types

from shopthelook.retrieval.embedded.compiling import NUMBERS_IN, WORDS_IN, compiled
from shopthelook.retrieval.embedded.popcount import distance


@compiled(types.void, WORDS_IN, types.int64, WORDS_IN, types.int64[::1])
def nearest_centre(codes, words, centres, out):
    """The nearest of centres (c * words,), the first of equal ones, of each code."""
    for row in range(len(out)):
        best, least = 0, words * 64 + 1
        for centre in range(len(centres) // words):
            found = distance(codes, row, centres, centre, words)
            if found < least:
                best, least = centre, found
        out[row] = best


@compiled(types.void, WORDS_IN, types.int64, WORDS_IN, NUMBERS_IN, WORDS_IN, types.int64[::1])
def nearest_of_near(codes, words, coarse, bounds, fine, out):
    """The nearest of the fine centres of the three nearest coarse ones.

    The fine centres of coarse centre c are bounds[c] to bounds[c + 1].
    """
    count = len(coarse) // words
    for row in range(len(out)):
        first, second, third = 0, 0, 0
        least, less, little = words * 64 + 1, words * 64 + 1, words * 64 + 1
        for centre in range(count):
            found = distance(codes, row, coarse, centre, words)
            if found < least:
                third, little, second, less, first, least = second, less, first, least, centre, found
            elif found < less:
                third, little, second, less = second, less, centre, found
            elif found < little:
                third, little = centre, found
        least = words * 64 + 1
        for turn in range(3):
            near = first if turn == 0 else second if turn == 1 else third
            for centre in range(bounds[near], bounds[near + 1]):
                found = distance(codes, row, fine, centre, words)
                if found < least:
                    out[row], least = centre, found


@compiled(types.void, WORDS_IN, types.int64, NUMBERS_IN, types.int32[:, ::1], types.int64[::1])
def count_ones(codes, words, group_of, ones, sizes):
    """Add the bits of each code to its group's row of `ones` (g, bits), and one to its size (g,)."""
    for row in range(len(group_of)):
        group = group_of[row]
        sizes[group] += 1
        for word in range(words):
            value = codes[row * words + word]
            for bit in range(64):
                ones[group, word * 64 + bit] += types.int32((value >> types.uint64(bit)) & types.uint64(1))


@compiled(types.void, WORDS_IN, types.int64, WORDS_IN, NUMBERS_IN, types.uint16[::1])
def distances_to(codes, words, centres, group_of, out):
    """The distance of each code from its group's centre."""
    for row in range(len(out)):
        out[row] = distance(codes, row, centres, group_of[row], words)


@compiled(types.void, WORDS_IN, types.int64, WORDS_IN, types.int32[::1])
def all_distances(codes, words, query, out):
    """The distance of each of the first len(out) rows."""
    for row in range(len(out)):
        out[row] = distance(codes, row, query, 0, words)
