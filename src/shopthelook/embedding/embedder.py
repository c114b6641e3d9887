"""Crops to binary codes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from shopthelook.embedding.binary import pack
from shopthelook.models.bundle import Bundle, BundleError
from shopthelook.models.preprocess import normalise, square
from shopthelook.models.session import ModelRunError, Session
from shopthelook.taxonomy import Taxonomy


@dataclass(frozen=True, slots=True, eq=False)
class Embeddings:
    """Embeddings of n pictures; row i of each field belongs to picture i.

    codes: (n, bits // 8) uint8, for search; floats: (n, bits) float32, what the codes are the signs of;
    category_scores: (n, C) float32, probabilities over the embedder's `categories`.
    """

    codes: NDArray[np.uint8]
    floats: NDArray[np.float32]
    category_scores: NDArray[np.float32]

    def __len__(self) -> int:
        return len(self.codes)


class Embedder:
    """An embedder bundle, ready to run; threads may share it."""

    def __init__(
        self, bundle: Bundle, threads: int = 0, batch_size: int = 16, taxonomy: Taxonomy | None = None
    ) -> None:
        """`threads` as in `Session`; `batch_size` is the number of pictures per run of the model.

        Labels are looked up in `taxonomy`, by default the built-in one. The model is loaded at the first
        `embed` of a picture. Raises `BundleError` for a bundle that is no embedder and `UnknownCategory`
        for a label that the taxonomy lacks.
        """
        if bundle.kind != "embedder":
            raise BundleError(f"bundle {bundle.id} is of kind {bundle.kind!r}, an embedder is needed")
        if batch_size < 1:
            raise ValueError(f"batch_size must be 1 or more, not {batch_size}")
        taxonomy = taxonomy or Taxonomy.builtin()
        self.bundle = bundle
        self.session = Session(bundle, threads)
        self.batch_size = batch_size
        self.bits = bundle.card.bits
        self.categories = tuple(taxonomy.get(label.category_id) for label in bundle.card.labels)
        """The category of each column of `Embeddings.category_scores`."""

    def embed(self, pictures: Sequence[NDArray[np.uint8]]) -> Embeddings:
        """Embed pictures, each (height, width, 3) uint8 of any size; none gives empty arrays.

        Raises `PixelsError` for an array that is no picture, `ModelRunError` and `BundleError` for a model
        that does not work.
        """
        floats = np.empty((len(pictures), self.bits), np.float32)
        scores = np.empty((len(pictures), len(self.categories)), np.float32)
        for start in range(0, len(pictures), self.batch_size):
            batch = pictures[start : start + self.batch_size]
            stop = start + len(batch)
            floats[start:stop], scores[start:stop] = self._run(batch)
        return Embeddings(pack(floats), floats, scores)

    def _run(self, batch: Sequence[NDArray[np.uint8]]) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
        source, resize = self.bundle.card.input, self.bundle.card.input.resize
        pixels = np.stack([square(picture, resize.size, resize.mode) for picture in batch])
        outputs = self.session.run({source.name: normalise(pixels, source.mean, source.std)})
        floats, scores = outputs["embedding"], outputs["category"]
        if floats.shape != (len(batch), self.bits) or scores.shape != (len(batch), len(self.categories)):
            raise ModelRunError(
                f"model {self.bundle.id} gave embedding {floats.shape} and category {scores.shape} "
                f"for {len(batch)} pictures; {self.bits} bits and {len(self.categories)} categories "
                "were promised: check it with models.verify()"
            )
        if not np.isfinite(floats).all():
            raise ModelRunError(
                f"model {self.bundle.id} gave embeddings that are not finite: check it with models.verify()"
            )
        return floats, scores
