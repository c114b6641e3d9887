"""An embedder with the index of its codes: what a search uses from its start to its end."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

from shopthelook.embedding import Embedder
from shopthelook.models import Bundle
from shopthelook.pipeline.following import FollowingIndex

if TYPE_CHECKING:
    from shopthelook.pipeline.keeping import IndexKeeping
    from shopthelook.taxonomy import Taxonomy


class Generation:
    """One embedder and the index of its codes. Codes of two embedders are never compared.

    Threads may share it. The model is opened, and the index read, when first used.

    Args:
        keeping: where the index comes from and is kept.
    """

    def __init__(
        self,
        bundle: Bundle,
        taxonomy: Taxonomy,
        keeping: IndexKeeping,
        index: FollowingIndex,
        threads: int,
    ) -> None:
        self.bundle = bundle
        self.keeping = keeping
        self.index = index
        self._taxonomy = taxonomy
        self._threads = threads
        self._opening = threading.Lock()
        self._embedder: Embedder | None = None

    @property
    def embedder(self) -> Embedder:
        """The model, opened on first use."""
        with self._opening:
            if self._embedder is None:
                self._embedder = Embedder(self.bundle, threads=self._threads, taxonomy=self._taxonomy)
            return self._embedder

    @property
    def serving(self) -> str:
        """The bundle that serves in the database: this one, or one that it is to follow or stands in for."""
        return self.index.serving
