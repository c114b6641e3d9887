"""One fixed rule that says which pictures a model may learn from.

The split of a thing follows from its own content, so it stays the same on every machine, in every order of
reading and when a data set grows, and two copies of one picture always land on the same side.
"""

import hashlib
from typing import Literal

Split = Literal["train", "val", "test"]

TRAIN_SHARE = 0.7
VAL_SHARE = 0.1


def split_of(key: str | bytes) -> Split:
    """Return the split of a picture or of a group of pictures: 70% train, 10% val, 20% test.

    Args:
        key: the bytes of the picture file; or, where several pictures show one thing (views of a product,
            renders of a 3D model), the id of that thing, so that no thing is on both sides.

    Returns:
        "train" to learn from, "val" to choose settings by, "test" for the figures that are published.
    """
    data = key.encode() if isinstance(key, str) else key
    return split_of_digest(hashlib.sha256(data).digest())


def split_of_digest(digest: bytes) -> Split:
    """The same of a SHA-256 that is known already."""
    share = int.from_bytes(digest[:8], "big") / 2**64
    if share < TRAIN_SHARE:
        return "train"
    return "val" if share < TRAIN_SHARE + VAL_SHARE else "test"
