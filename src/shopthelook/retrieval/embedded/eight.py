"""Eight rows of 512 bits against many queries: the counting that takes fewest instructions for a pair.

A row against a query is one XOR, one count and six instructions to add up the eight counts within a register.
Here eight rows are turned so that each register holds one word of all eight, once for all queries; then
the counts add up from register to register, and eight distances come out at once.
"""

# mypy: disable-error-code="no-untyped-def, no-untyped-call, misc, call-arg, import-untyped, var-annotated"
from __future__ import annotations

from llvmlite import ir
from numba import types
from numba.core import cgutils
from numba.extending import intrinsic

_WORD = ir.IntType(64)
_EIGHT = ir.VectorType(_WORD, 8)
_PLACES = ir.VectorType(ir.IntType(32), 8)

# Which lanes of two registers (0 to 7 and 8 to 15) each turn takes; after three turns rows are columns.
_TURNS = (
    ((0, 8, 2, 10, 4, 12, 6, 14), (1, 9, 3, 11, 5, 13, 7, 15)),
    ((0, 1, 8, 9, 4, 5, 12, 13), (2, 3, 10, 11, 6, 7, 14, 15)),
    ((0, 1, 2, 3, 8, 9, 10, 11), (4, 5, 6, 7, 12, 13, 14, 15)),
)


def _turned(builder, rows):
    """Register w of the result holds word w of each of the eight rows."""
    for turn, (low, high) in enumerate(_TURNS):
        low_places, high_places = ir.Constant(_PLACES, low), ir.Constant(_PLACES, high)
        step, turned = 1 << turn, [None] * 8
        for first in (i for i in range(8) if not i & step):
            left, right = rows[first], rows[first + step]
            turned[first] = builder.shuffle_vector(left, right, low_places)
            turned[first + step] = builder.shuffle_vector(left, right, high_places)
        rows = turned
    return rows


@intrinsic
def eight_distances(typing, codes, group, queries, limit, out, masks):  # noqa: ARG001 - numba passes its context
    """Write the distances of rows group[0:8] to query q to out[8 * q:8 * q + 8]; 0 where none is within a limit.

    codes: (n * 8,) uint64; group: (8,) int64; queries: (q * 8,) uint64; limit: (q,) int64; out: (q * 8,) int64;
    masks: (q,) uint8, bit i is set where the i-th row is within the query's limit.
    """

    def generate(context, builder, signature, arguments):
        arrays = [
            context.make_array(kind)(context, builder, value)
            for kind, value in zip(signature.args, arguments, strict=True)
        ]
        codes_at, group_at, queries_at, limit_at, out_at, masks_at = (array.data for array in arrays)
        count = builder.extract_value(arrays[3].shape, 0)

        def place(data, index):
            return builder.gep(data, [index])

        def eight(data, index):
            return builder.bitcast(place(data, index), _EIGHT.as_pointer())

        def all_of(word):
            one = builder.insert_element(
                ir.Constant(_EIGHT, ir.Undefined), word, ir.Constant(ir.IntType(32), 0)
            )
            return builder.shuffle_vector(one, one, ir.Constant(_PLACES, [0] * 8))

        ones = cgutils.get_or_insert_function(
            builder.module, ir.FunctionType(_EIGHT, [_EIGHT]), "llvm.ctpop.v8i64"
        )
        words_of_row = ir.Constant(_WORD, 8)
        rows = []
        for i in range(8):
            row = builder.load(place(group_at, ir.Constant(_WORD, i)))
            rows.append(builder.load(eight(codes_at, builder.mul(row, words_of_row)), align=8))
        columns = _turned(builder, rows)
        within = cgutils.alloca_once_value(builder, ir.Constant(ir.IntType(8), 0))
        with cgutils.for_range(builder, count, intp=_WORD) as loop:
            first = builder.mul(loop.index, words_of_row)
            total = None
            for word, column in enumerate(columns):
                asked = builder.load(place(queries_at, builder.add(first, ir.Constant(_WORD, word))))
                counted = builder.call(ones, [builder.xor(column, all_of(asked))])
                total = counted if total is None else builder.add(total, counted)
            builder.store(total, eight(out_at, first), align=8)
            near = builder.icmp_signed("<=", total, all_of(builder.load(place(limit_at, loop.index))))
            mask = builder.bitcast(near, ir.IntType(8))
            builder.store(mask, place(masks_at, loop.index))
            builder.store(builder.or_(builder.load(within), mask), within)
        return builder.zext(builder.load(within), _WORD)

    return types.int64(codes, group, queries, limit, out, masks), generate
