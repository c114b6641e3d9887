"""Arrays at addresses: how compiled loops reach a segment's arrays through one table of numbers.

Handing an array to a compiled function costs a tenth of a microsecond; a segment has dozens. So each segment
keeps a table of addresses and sizes (`table.py`), and the loops make arrays of these at no cost. Whoever
calls must hold the segment meanwhile.
"""

# mypy: disable-error-code="no-untyped-def, no-untyped-call, misc, call-arg, import-untyped, var-annotated"
from __future__ import annotations

import numpy as np
from llvmlite import ir
from numba import carray, njit, types  # type: ignore[attr-defined, unused-ignore]
from numba.core import cgutils
from numba.extending import intrinsic

_LANES = 16
_SIXTEEN = ir.VectorType(ir.IntType(32), _LANES)


@intrinsic
def _pointer(typing, address):  # noqa: ARG001 - numba passes its context
    def generate(_context, builder, _signature, arguments):
        return builder.inttoptr(arguments[0], cgutils.voidptr_t)

    return types.voidptr(types.int64), generate


@njit(nogil=True)
def words_at(address, count):
    """(count,) uint64."""
    return carray(_pointer(address), (count,), np.uint64)


@njit(nogil=True)
def numbers_at(address, count):
    """(count,) int64."""
    return carray(_pointer(address), (count,), np.int64)


@njit(nogil=True)
def floats_at(address, count):
    """(count,) float64."""
    return carray(_pointer(address), (count,), np.float64)


@njit(nogil=True)
def rows_at(address, count):
    """(count,) uint32."""
    return carray(_pointer(address), (count,), np.uint32)


@njit(nogil=True)
def shorts_at(address, count):
    """(count,) uint16."""
    return carray(_pointer(address), (count,), np.uint16)


@njit(nogil=True)
def letters_at(address, count):
    """(count,) uint8."""
    return carray(_pointer(address), (count,), np.uint8)


@intrinsic
def prefetch(typing, address):  # noqa: ARG001 - numba passes its context
    """Have the cache line at an address fetched; reading it later does not wait as long."""

    def generate(_context, builder, _signature, arguments):
        place = ir.IntType(8).as_pointer()
        flag = ir.IntType(32)
        kind = ir.FunctionType(ir.VoidType(), [place, flag, flag, flag])
        function = cgutils.get_or_insert_function(builder.module, kind, "llvm.prefetch.p0i8")
        where = builder.inttoptr(arguments[0], place)
        builder.call(function, [where, flag(0), flag(3), flag(1)])
        return ir.Constant(ir.IntType(64), 0)

    return types.int64(types.int64), generate


@intrinsic
def sixteen_within(typing, address, first, count):  # noqa: ARG001 - numba passes its context
    """Bit i is set where the i-th of sixteen uint32 at an address is one of `count` numbers from `first` on."""

    def generate(_context, builder, _signature, arguments):
        def all_of(number):
            short = builder.trunc(number, ir.IntType(32))
            one = builder.insert_element(
                ir.Constant(_SIXTEEN, ir.Undefined), short, ir.Constant(ir.IntType(32), 0)
            )
            return builder.shuffle_vector(one, one, ir.Constant(_SIXTEEN, [0] * _LANES))

        place = builder.inttoptr(arguments[0], _SIXTEEN.as_pointer())
        shifted = builder.sub(builder.load(place, align=4), all_of(arguments[1]))
        within = builder.icmp_unsigned("<", shifted, all_of(arguments[2]))
        return builder.zext(builder.bitcast(within, ir.IntType(_LANES)), ir.IntType(64))

    return types.uint64(types.int64, types.int64, types.int64), generate
