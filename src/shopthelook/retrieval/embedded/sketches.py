"""Sketches: the first half of each code, kept once more so that eight rows are compared with a query at once.

Two codes that differ in d bits differ in about d / 2 of the first half, give or take some square roots of d. With
a recall below 1, a row whose sketch is much farther from a query than half of what is looked for is not
read at all: that is all rows but a few in a hundred, and half of the memory. How much is too much was measured
on neighbours within the segment (`excesses`).

Rows 8b to 8b + 7 are block b: word 0 of all eight, then word 1 of all eight, and so on.
"""

# mypy: disable-error-code="no-untyped-def, no-untyped-call, misc, call-arg, import-untyped, var-annotated"
from __future__ import annotations

from typing import Any

import numpy as np
from llvmlite import ir
from numba import njit, types
from numba.core import cgutils
from numba.extending import intrinsic
from numpy.typing import NDArray

LEAST_WORDS = 4
"""Words of a code from which on its half tells rows apart."""

_WORD = ir.IntType(64)
_EIGHT = ir.VectorType(_WORD, 8)
_PLACES = ir.VectorType(ir.IntType(32), 8)


def half_of(words: int) -> int:
    """Words of the sketch of a code of so many words."""
    return words // 2


def sketches_of(codes: NDArray[np.uint64], words: int) -> NDArray[np.uint64]:
    """The sketches of n codes (n * words,): (ceil(n / 8) * 8 * half,), zeros behind the last row."""
    half, n = half_of(words), len(codes) // words
    out = np.zeros((-(-n // 8), half, 8), np.uint64)
    first = codes.reshape(n, words)[:, :half]
    whole = n & ~7
    out[: n // 8] = first[:whole].reshape(-1, 8, half).transpose(0, 2, 1)
    if whole < n:
        out[-1, :, : n - whole] = first[whole:].T
    return out.reshape(-1)


def excesses(
    codes: NDArray[np.uint64], neighbours: NDArray[np.uint64], distances: NDArray[np.int64]
) -> NDArray[np.float32]:
    """By how many square roots of its distance a neighbour's sketch is farther than its share.

    codes: (s, words); neighbours: (s, m, words); distances: (s, m), theirs. Returns (s, m).
    """
    words = codes.shape[1]
    half = half_of(words)
    differ = neighbours[..., :half] ^ codes[:, None, :half]
    near = np.bitwise_count(differ).sum(axis=2, dtype=np.int64)
    roots = np.sqrt(np.maximum(distances, 1))
    excess: NDArray[Any] = (near - distances * (half / words)) / roots
    return excess.astype(np.float32)


@njit(nogil=True)
def farthest(most, words, slack):
    """How far a row's sketch may be where the row may be `most` bits from a query; slack: in square roots of that."""
    return types.int64(most * (words >> 1) / words + slack * np.sqrt(most))


@njit(nogil=True)
def near_eight(sketches, block, queries, query, words, most):
    """Bit i is set where the sketch of the block's i-th row is `most` bits from the query's or less.

    sketches: see above, uint64; queries: (q * words,) uint64.
    """
    if words == 8:
        # Written out, so that the loop over the words is unrolled.
        return _near_eight(sketches, block * 32, queries, query * 8, 4, most)
    half = words >> 1
    return _near_eight(sketches, block * 8 * half, queries, query * words, half, most)


@intrinsic
def _near_eight(typing, sketches, at, queries, at_query, half, most):  # noqa: ARG001 - numba passes its context
    def generate(context, builder, signature, arguments):
        sketches_at, queries_at = (
            context.make_array(signature.args[i])(context, builder, arguments[i]).data for i in (0, 2)
        )

        def all_of(word):
            one = builder.insert_element(
                ir.Constant(_EIGHT, ir.Undefined), word, ir.Constant(ir.IntType(32), 0)
            )
            return builder.shuffle_vector(one, one, ir.Constant(_PLACES, [0] * 8))

        ones = cgutils.get_or_insert_function(
            builder.module, ir.FunctionType(_EIGHT, [_EIGHT]), "llvm.ctpop.v8i64"
        )
        total = cgutils.alloca_once_value(builder, ir.Constant(_EIGHT, [0] * 8))
        with cgutils.for_range(builder, arguments[4], intp=_WORD) as loop:
            place = builder.add(arguments[1], builder.shl(loop.index, ir.Constant(_WORD, 3)))
            column = builder.bitcast(builder.gep(sketches_at, [place]), _EIGHT.as_pointer())
            asked = builder.load(builder.gep(queries_at, [builder.add(arguments[3], loop.index)]))
            counted = builder.call(ones, [builder.xor(builder.load(column, align=8), all_of(asked))])
            builder.store(builder.add(builder.load(total), counted), total)
        near = builder.icmp_signed("<=", builder.load(total), all_of(arguments[5]))
        return builder.zext(builder.bitcast(near, ir.IntType(8)), _WORD)

    return types.uint64(sketches, types.int64, queries, types.int64, types.int64, types.int64), generate
