"""How the loops of this package are compiled: by Numba, without the interpreter's lock, once a machine."""

# mypy: disable-error-code="no-untyped-def, no-untyped-call, misc, call-arg, import-untyped, var-annotated"
from __future__ import annotations

import hashlib
from pathlib import Path

from numba import njit, types

_SOURCES = hashlib.sha256(
    b"".join(path.read_bytes() for path in sorted(Path(__file__).parent.glob("*.py")))
).hexdigest()[:8]


def _read(kind):
    # Arrays of a mapped file cannot be written; a parameter of this type takes them and all others.
    return types.Array(kind, 1, "C", readonly=True)


LETTERS_IN, WORDS_IN = _read(types.uint8), _read(types.uint64)
ROWS_IN, NUMBERS_IN = _read(types.uint32), _read(types.int64)


def compiled(result, *arguments):
    """Compiled for these types when its module is imported, and kept on disk for the next process.

    Kept beside the module or in the user's cache folder; where neither can be written, each process compiles.
    """
    signature = result(*arguments)

    def wrapped(function):
        # Numba looks at the file of this function only, and what it calls is in others: the name that the
        # compiled code is kept by tells all of them.
        function.__qualname__ = f"{function.__qualname__}_{_SOURCES}"
        try:
            return njit(signature, nogil=True, cache=True)(function)
        except RuntimeError:
            return njit(signature, nogil=True)(function)

    return wrapped
