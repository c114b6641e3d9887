"""What can be wrong with a data set."""

from shopthelook.errors import ShopError


class DataError(ShopError):
    """A data set cannot be read; the message names the file, the entry in it and what is wrong with it."""
