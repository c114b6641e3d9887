"""The embedded engine: the product index in this process, compiled loops over memory-mapped segments.

Importing it loads Numba, and compiles the loops where no process on this machine has done so before.
"""

from shopthelook.retrieval.embedded.index import EmbeddedIndex

__all__ = ["EmbeddedIndex"]
