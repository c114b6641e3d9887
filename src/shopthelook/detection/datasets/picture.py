"""One picture of a data set, as its files say it."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from shopthelook.datasets.errors import DataError
from shopthelook.datasets.splits import Split, split_of, split_of_digest

if TYPE_CHECKING:
    from numpy.typing import NDArray


@dataclass(frozen=True, slots=True)
class LabelledPicture:
    """One picture and its boxes, as the data set has them.

    ``size`` is (width, height); ``boxes`` is ``(n, 4)`` float32 xyxy in pixels, which may be empty or reach outside;
    ``labels`` is ``(n,)`` int64, indices into the data set's names. ``digest`` is the SHA-256 of the file, where the
    data set says it: its split follows from that, and a large set need not be read whole to know it. Pictures of one
    product (views, colours) have the same ``group``: then the split follows from the group's name, so that all are in
    one. ``guessed`` says that some box is a guess and nothing to hold a detector's box against.

    ``absent`` are the labels that somebody made sure are not in the picture, None where nobody was asked; ``partial``
    those that are, without a box for each object (a federated data set: LVIS, Gupta et al., CVPR 2019, section 3.1).
    """

    path: Path
    size: tuple[int, int]
    boxes: NDArray[np.float32]
    labels: NDArray[np.int64]
    digest: bytes | None = None
    group: str | None = None
    guessed: bool = False
    absent: frozenset[int] | None = None
    partial: frozenset[int] = frozenset()

    @property
    def is_federated(self) -> bool:
        """Whether only some labels are known in it: `settled` says which."""
        return self.absent is not None

    def settled(self, names: int) -> NDArray[np.bool_]:
        """``(names,)`` bool: the labels of a federated picture that are absent, or have a box around each object."""
        found = np.full(names, False)
        found[self.labels] = True
        found[list(self.absent or ())] = True
        found[list(self.partial)] = False
        return found

    @property
    def key(self) -> bytes | None:
        """What its split and its fold follow from: the SHA-256 of its group's name, else of its file.

        None where only the file itself can say it.
        """
        return self.digest if self.group is None else hashlib.sha256(self.group.encode()).digest()

    def split(self) -> Split:
        """Which split it belongs to. Raises `DataError` where the file is not there or cannot be read."""
        key = self.key
        try:
            if key is None:
                return split_of(self.path.read_bytes())
            self.path.stat()
        except (OSError, ValueError) as error:
            reason = getattr(error, "strerror", None) or error
            raise DataError(
                f"{self.path}: this picture cannot be read: {reason}; "
                "'shopthelook dataset check' lists all such pictures"
            ) from None
        return split_of_digest(key)
