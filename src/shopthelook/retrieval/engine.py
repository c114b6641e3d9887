"""The embedded engine, and a word in the log where it takes long to come."""

from __future__ import annotations

import logging
import sys
import threading
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from shopthelook.retrieval.embedded import EmbeddedIndex

_log = logging.getLogger(__name__)

# Loading what is compiled already takes half a second, compiling half a minute and more.
_LONG_S = 4.0


def embedded_engine(long_s: float = _LONG_S) -> type[EmbeddedIndex]:
    """The class of the embedded index, imported now: that compiles its loops where nobody has done so yet.

    Args:
        long_s: after so many seconds the log says what the wait is for.
    """
    # Where another thread is at it already, that one says so.
    if "shopthelook.retrieval.embedded.index" in sys.modules:
        from shopthelook.retrieval.embedded import EmbeddedIndex

        return EmbeddedIndex
    told = threading.Timer(
        long_s,
        _log.warning,
        ["compiling the search engine for this machine: this takes a minute, the first time only"],
    )
    told.daemon = True
    told.start()
    try:
        from shopthelook.retrieval.embedded import EmbeddedIndex
    finally:
        told.cancel()
    return EmbeddedIndex
