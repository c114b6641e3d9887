"""Many texts in few arrays, found by their hash: product ids, and the values of fields."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from shopthelook.retrieval.embedded.forward import hash_heads
from shopthelook.retrieval.embedded.hashing import copy_texts, hash_texts, same_texts


@dataclass(frozen=True, slots=True, eq=False)
class Texts:
    """n texts as UTF-8, numbered from 0.

    letters: (bytes,) uint8, all texts end to end; bounds: (n + 1,) int64, where each starts; hashes: (n,)
    uint64, ascending, and numbers: (n,) uint32, the text that each is the hash of.
    """

    letters: NDArray[np.uint8]
    bounds: NDArray[np.int64]
    hashes: NDArray[np.uint64]
    numbers: NDArray[np.uint32]
    # The first two again: taking one text is several times as fast.
    _letters: memoryview = field(init=False, repr=False)
    _bounds: memoryview = field(init=False, repr=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "_letters", self.letters.data)
        object.__setattr__(self, "_bounds", self.bounds.data)

    @classmethod
    def of(cls, texts: Sequence[str]) -> Texts:
        """Texts as they come; one that stands twice has two numbers."""
        parts = [text.encode("utf-8", "surrogatepass") for text in texts]
        bounds = np.zeros(len(parts) + 1, np.int64)
        np.cumsum(np.fromiter(map(len, parts), np.int64, len(parts)), out=bounds[1:])
        return cls.laid_out(np.frombuffer(b"".join(parts), np.uint8), bounds)

    @classmethod
    def laid_out(cls, letters: NDArray[np.uint8], bounds: NDArray[np.int64]) -> Texts:
        """Texts whose letters and bounds are known."""
        hashes = np.empty(len(bounds) - 1, np.uint64)
        hash_texts(letters, bounds, hashes)
        numbers = np.argsort(hashes, kind="stable").astype(np.uint32)
        return cls(letters, bounds, hashes[numbers], numbers)

    def __len__(self) -> int:
        return len(self.bounds) - 1

    def __getitem__(self, number: int) -> str:
        return str(self._letters[self._bounds[number] : self._bounds[number + 1]], "utf-8", "surrogatepass")

    def find_all(self, others: Texts) -> NDArray[np.int64]:
        """The number here of each of the others (m,), -1 where it is none of these."""
        found = np.full(len(others), -1, np.int64)
        if not len(self):
            return found
        at = np.searchsorted(self.hashes, others.hashes)
        open_ = np.arange(len(others))
        # One turn but where two texts have one hash.
        while len(open_):
            inside = at[open_] < len(self)
            open_ = open_[inside]
            open_ = open_[self.hashes[at[open_]] == others.hashes[open_]]
            mine, theirs = self.numbers[at[open_]].astype(np.int64), others.numbers[open_].astype(np.int64)
            same = np.empty(len(open_), bool)
            same_texts(self.letters, self.bounds, mine, others.letters, others.bounds, theirs, same)
            found[theirs[same]] = mine[same]
            open_ = open_[~same]
            at[open_] += 1
        return found

    def heads(self) -> dict[str, NDArray[np.int64]]:
        """What stands before the first zero letter of the texts, and the numbers of those that begin so."""
        if not len(self):
            return {}
        hashes = np.empty(len(self), np.uint64)
        hash_heads(self.letters, self.bounds, hashes)
        order = np.argsort(hashes, kind="stable")
        groups = np.split(order, np.flatnonzero(np.diff(hashes[order])) + 1)
        heads: dict[str, NDArray[np.int64]] = {}
        for group in groups:
            head = self[int(group[0])].partition("\0")[0]
            heads[head] = np.concatenate([heads[head], group]) if head in heads else group
        return heads

    def taken(self, chosen: NDArray[np.int64]) -> Texts:
        """The texts of these numbers, in this order."""
        starts, sizes = self.bounds[chosen], self.bounds[chosen + 1] - self.bounds[chosen]
        bounds = np.zeros(len(chosen) + 1, np.int64)
        np.cumsum(sizes, out=bounds[1:])
        letters = np.empty(bounds[-1], np.uint8)
        copy_texts(self.letters, starts, bounds, letters)
        return Texts.laid_out(letters, bounds)


def joined(parts: Sequence[Texts]) -> Texts:
    """The texts of all parts, one part after the other."""
    shifts = np.cumsum([0] + [len(part.letters) for part in parts])
    bounds = [part.bounds[:-1] + shift for part, shift in zip(parts, shifts, strict=False)]
    letters = np.concatenate([part.letters for part in parts])
    return Texts.laid_out(letters, np.concatenate([*bounds, shifts[-1:]]).astype(np.int64))
