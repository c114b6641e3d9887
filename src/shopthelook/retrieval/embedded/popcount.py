"""Hamming distance of two codes as one vector instruction each for XOR, count and add.

LLVM would turn a plain loop into half-width vectors on many server processors. Written as vectors of eight
words, a code of 512 bits is one register where the processor has AVX-512, and is split by the compiler where
it has not.
"""

# mypy: disable-error-code="no-untyped-def, no-untyped-call, misc, call-arg, import-untyped, var-annotated"
from __future__ import annotations

from llvmlite import ir
from numba import njit, types
from numba.core.cgutils import get_or_insert_function
from numba.extending import intrinsic

_WORD = ir.IntType(64)
_EIGHT = ir.VectorType(_WORD, 8)


@intrinsic
def _differing_in_eight(typing, codes, at, queries, at_query):  # noqa: ARG001 - numba passes its context
    def generate(context, builder, signature, arguments):
        def load(which):
            array = context.make_array(signature.args[which])(context, builder, arguments[which])
            place = builder.gep(array.data, [arguments[which + 1]])
            # Aligned to a word only: a caller's rows may start anywhere.
            return builder.load(builder.bitcast(place, _EIGHT.as_pointer()), align=8)

        count_type, sum_type = ir.FunctionType(_EIGHT, [_EIGHT]), ir.FunctionType(_WORD, [_EIGHT])
        ones = get_or_insert_function(builder.module, count_type, "llvm.ctpop.v8i64")
        total = get_or_insert_function(builder.module, sum_type, "llvm.vector.reduce.add.v8i64")
        return builder.call(total, [builder.call(ones, [builder.xor(load(0), load(2))])])

    return types.int64(codes, types.int64, queries, types.int64), generate


@intrinsic
def ones(typing, word):  # noqa: ARG001 - numba passes its context
    """Bits set in a word."""

    def generate(_context, builder, _signature, arguments):
        count = builder.module.declare_intrinsic("llvm.ctpop", [_WORD])
        return builder.call(count, arguments)

    return types.int64(types.uint64), generate


@intrinsic
def lowest(typing, word):  # noqa: ARG001 - numba passes its context
    """Place of the lowest bit set in a word that is not 0."""

    def generate(_context, builder, _signature, arguments):
        return builder.cttz(arguments[0], ir.Constant(ir.IntType(1), 1))

    return types.int64(types.uint64), generate


@njit(nogil=True)
def distance(codes, row, queries, query, words):
    """Bits that row `row` of codes (n * words,) uint64 and a query of queries (q * words,) differ in."""
    if words == 8:
        return _differing_in_eight(codes, row * 8, queries, query * 8)
    total = 0
    whole = words & ~7
    for word in range(0, whole, 8):
        total += _differing_in_eight(codes, row * words + word, queries, query * words + word)
    for word in range(whole, words):
        total += ones(codes[row * words + word] ^ queries[query * words + word])
    return total
