"""What can go wrong between the rooms; each is a ``ShopError`` that a user can mend."""

from __future__ import annotations

from shopthelook.errors import ShopError


class ShopFolderError(ShopError):
    """The folder is not a shop, already is one, or cannot be written."""


class ConfigError(ShopError):
    """``shop.toml`` is malformed; the message names the setting."""


class ImportRunning(ShopError):  # noqa: N818 - it says what is so, not that something broke
    """Another import works on this shop right now."""


class TooManyFailed(ShopError):  # noqa: N818 - as above
    """So many products cannot get a code of another embedder that searches stay with the present one."""


class NotFound(ShopError):  # noqa: N818 - as above
    """There is no product, scene or object of that id."""


class SearchError(ShopError):
    """A search was asked for something out of range; the message names the argument."""


class SourceError(ShopError):
    """A feed's address or a list of scenes cannot be read."""
