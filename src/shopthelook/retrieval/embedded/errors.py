"""What can be wrong with a snapshot; in each case the index is rebuilt from the catalog."""

from __future__ import annotations

from shopthelook.errors import ShopError


class SnapshotError(ShopError):
    """A snapshot that cannot be used or written; the message says why."""


class NoSnapshot(SnapshotError):  # noqa: N818 - it says what is so, not that something broke
    """There is none in the folder."""


class DamagedSnapshot(SnapshotError):  # noqa: N818 - as above
    """A file is missing, cut short or changed since it was written."""


class OtherSnapshot(SnapshotError):  # noqa: N818 - as above
    """It is whole, but of another database, embedder, taxonomy or version of this software."""
