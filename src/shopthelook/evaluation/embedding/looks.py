"""What embedders make of crops, each computed once and kept."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from shopthelook.embedding import Embedder, pack
from shopthelook.evaluation.kept import KeptFile, model_key

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from numpy.typing import NDArray

    from shopthelook.evaluation.embedding.crops import Crop
    from shopthelook.models import Bundle

_FORMAT = 1
_SCHEMA = (
    "CREATE TABLE IF NOT EXISTS looks (model TEXT, crop TEXT, numbers BLOB, "
    "PRIMARY KEY (model, crop)) WITHOUT ROWID"
)


class LookStore(KeptFile):
    """Outputs of embedders by the model, the content of the picture and how it is cut.

    Neither a new name for a picture nor another data set that has it make them worthless, and a second embedder pays
    only for itself. Raises `StoreError` where the file is none of these or cannot be written.
    """

    what = "codes"

    def __init__(self, path: Path) -> None:
        super().__init__(path, _SCHEMA, _FORMAT)

    def get(self, model: str, crop: str) -> NDArray[np.float32] | None:
        """What the model made of the crop, None where that is not known."""
        row = self._one("SELECT numbers FROM looks WHERE model = ? AND crop = ?", (model, crop))
        return None if row is None else np.frombuffer(row[0], "<f4")

    def put(self, model: str, crop: str, numbers: NDArray[np.float32]) -> None:
        """Keep what the model made of the crop."""
        self._put(
            "INSERT OR REPLACE INTO looks VALUES (?, ?, ?)", (model, crop, numbers.astype("<f4").tobytes())
        )


@dataclass(frozen=True, slots=True, eq=False)
class Looks:
    """What an embedder makes of n crops.

    floats: (n, bits) float32; category_scores: (n, C) float32 over the card's labels; heads: by name (n, labels)
    float32.
    """

    floats: NDArray[np.float32]
    category_scores: NDArray[np.float32]
    heads: Mapping[str, NDArray[np.float32]] = field(default_factory=dict)

    @property
    def codes(self) -> NDArray[np.uint8]:
        """(n, bits // 8) the codes that a search compares."""
        return pack(self.floats)


class MeasuredEmbedder:
    """An embedder, one thread; raises `BundleError` for a bundle that is none."""

    def __init__(self, bundle: Bundle, store: LookStore | None = None) -> None:
        self.bundle = bundle
        self.embedder = Embedder(bundle, threads=1)
        self.heads = bundle.card.heads
        self._store = store
        self._key = model_key(bundle)
        widths = [bundle.card.bits, len(bundle.card.labels), *(len(head.labels) for head in self.heads)]
        self._ends = np.cumsum(widths)

    def look(self, crops: Sequence[Crop], tick: Callable[[int], None] = lambda _: None) -> Looks:
        """Embed crops; equal ones are computed once, those that are kept not at all. ``tick`` hears how many are done.

        Raises `DataError` for a picture that cannot be read, `ModelRunError` for a model that does not work.
        """
        places: dict[str, list[int]] = {}
        for i, crop in enumerate(crops):
            places.setdefault(crop.key, []).append(i)
        numbers = np.empty((len(crops), int(self._ends[-1])), np.float32)
        missing = []
        for key, rows in places.items():
            kept = self._store.get(self._key, key) if self._store else None
            if kept is not None and len(kept) == numbers.shape[1]:
                numbers[rows] = kept
                tick(len(rows))
            else:
                missing.append(key)
        # What is cut from one picture is embedded together, so that it is decoded once.
        missing.sort(key=lambda key: str(crops[places[key][0]].view.path))
        size = self.embedder.batch_size
        for start in range(0, len(missing), size):
            keys = missing[start : start + size]
            for key, row in zip(keys, self._run([crops[places[key][0]] for key in keys]), strict=True):
                numbers[places[key]] = row
                if self._store:
                    self._store.put(self._key, key, row)
                tick(len(places[key]))
        floats, scores, *rest = np.split(numbers, self._ends[:-1], axis=1)
        return Looks(
            np.ascontiguousarray(floats),
            scores,
            {head.name: part for head, part in zip(self.heads, rest, strict=True)},
        )

    def _run(self, crops: Sequence[Crop]) -> NDArray[np.float32]:
        found = self.embedder.embed([crop.pixels() for crop in crops])
        heads = (found.heads[head.name] for head in self.heads)
        return np.concatenate([found.floats, found.category_scores, *heads], axis=1)
