"""Reading JSON that others wrote: the same for all kinds of data sets."""

from shopthelook.datasets.entries import Entry, is_text, read_json

__all__ = ["Entry", "is_text", "read_json"]
