"""What can be wrong with a data set: the same for all kinds of them."""

from shopthelook.datasets.errors import DataError

__all__ = ["DataError"]
