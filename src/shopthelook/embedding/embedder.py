"""Crops to binary codes."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from shopthelook.embedding.binary import pack
from shopthelook.models.bundle import Bundle, BundleError
from shopthelook.models.preprocess import for_embedder, normalise
from shopthelook.models.session import ModelRunError, Session
from shopthelook.taxonomy import Taxonomy


@dataclass(frozen=True, slots=True, eq=False)
class Embeddings:
    """Embeddings of n pictures; row i of each field belongs to picture i.

    codes: (n, bits // 8) uint8, for search; floats: (n, bits) float32, what the codes are the signs of;
    category_scores: (n, C) float32, probabilities over the embedder's `categories`; heads: by the name of each
    of its `heads`, (n, labels) float32 probabilities.
    """

    codes: NDArray[np.uint8]
    floats: NDArray[np.float32]
    category_scores: NDArray[np.float32]
    heads: Mapping[str, NDArray[np.float32]] = field(default_factory=dict)

    def __len__(self) -> int:
        return len(self.codes)

    def part(self, start: int, end: int) -> Embeddings:
        """Those of the pictures from `start` to before `end`."""
        rows = slice(start, end)
        heads = {name: scores[rows] for name, scores in self.heads.items()}
        return Embeddings(self.codes[rows], self.floats[rows], self.category_scores[rows], heads)


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
        self.taxonomy = taxonomy = taxonomy or Taxonomy.builtin()
        self.bundle = bundle
        self.session = Session(bundle, threads)
        self.batch_size = batch_size
        self.bits = bundle.card.bits
        self.categories = tuple(taxonomy.get(label.category_id) for label in bundle.card.labels)
        """The category of each column of `Embeddings.category_scores`."""
        self.heads = {head.name: head for head in bundle.card.heads}
        """What else it says, by name: the labels of each column of `Embeddings.heads`."""
        self._widths = {"embedding": self.bits, "category": len(self.categories)}
        self._widths |= {name: len(head.labels) for name, head in self.heads.items()}

    def embed(self, pictures: Sequence[NDArray[np.uint8]]) -> Embeddings:
        """Embed pictures, each (height, width, 3) uint8 of any size; none gives empty arrays.

        Raises `PixelsError` for an array that is no picture, `ModelRunError` and `BundleError` for a model
        that does not work.
        """
        starts = range(0, len(pictures), self.batch_size)
        batches = (self.prepare(pictures[start : start + self.batch_size]) for start in starts)
        return self._embed(batches, len(pictures))

    def prepare(self, pictures: Sequence[NDArray[np.uint8]]) -> NDArray[np.uint8]:
        """Pictures as `embed` takes them, at least one, scaled to (n, side, side, 3) for `embed_prepared`.

        Raises `PixelsError` for an array that is no picture.
        """
        resize = self.bundle.card.input.resize
        return np.stack([for_embedder(picture, resize) for picture in pictures])

    def embed_prepared(self, pixels: NDArray[np.uint8]) -> Embeddings:
        """Embed what `prepare` gave, of one call or several joined; raises as `embed` does."""
        starts = range(0, len(pixels), self.batch_size)
        return self._embed((pixels[start : start + self.batch_size] for start in starts), len(pixels))

    def _embed(self, batches: Iterable[NDArray[np.uint8]], count: int) -> Embeddings:
        found = {name: np.empty((count, width), np.float32) for name, width in self._widths.items()}
        start = 0
        for batch in batches:
            for name, rows in self._run(batch).items():
                found[name][start : start + len(batch)] = rows
            start += len(batch)
        floats, scores = found.pop("embedding"), found.pop("category")
        return Embeddings(pack(floats), floats, scores, found)

    def _run(self, pixels: NDArray[np.uint8]) -> dict[str, NDArray[np.float32]]:
        source = self.bundle.card.input
        outputs = self.session.run({source.name: normalise(pixels, source.mean, source.std)})
        for name, width in self._widths.items():
            if outputs[name].shape != (len(pixels), width):
                raise ModelRunError(
                    f"model {self.bundle.id} gave {name} {outputs[name].shape} for {len(pixels)} pictures; "
                    f"{width} numbers for each were promised: check it with models.verify()"
                )
        if not np.isfinite(outputs["embedding"]).all():
            raise ModelRunError(
                f"model {self.bundle.id} gave embeddings that are not finite: check it with models.verify()"
            )
        return {name: outputs[name] for name in self._widths}
