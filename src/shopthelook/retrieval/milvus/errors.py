"""What can go wrong between a shop and Milvus. Importing this needs no pymilvus."""

from __future__ import annotations

from shopthelook.errors import ShopError


class MilvusError(ShopError):
    """Milvus refused something; the message names the server and says why."""


class MilvusUnavailable(MilvusError):  # noqa: N818 - it says what is so, not that something broke
    """No Milvus answers at the address, or it does not let this client in."""


class MilvusMissing(MilvusError):  # noqa: N818 - as above
    """The client library is not installed."""


class OtherIndex(MilvusError):  # noqa: N818 - as above
    """The collection holds what another database's products were."""


class IndexMoved(MilvusError):  # noqa: N818 - as above
    """Another process has put a new generation of the index in this one's place."""
