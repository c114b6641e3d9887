"""From parsed products to the database, for imports and single writes alike."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from shopthelook.images import Fetcher
from shopthelook.pipeline.committing import Committed, Committer
from shopthelook.pipeline.encoding import CodeCache
from shopthelook.pipeline.next_codes import NextCodes
from shopthelook.pipeline.picture_links import LinkRules
from shopthelook.pipeline.preparing import Prepared, Preparer, Row

if TYPE_CHECKING:
    from shopthelook.pipeline.parts import Parts


class Writer:
    """Writes products with a code of the embedder that serves, and one of the embedder that is to follow it.

    It is for one generation: where another embedder serves meanwhile, `commit` raises EmbedderChanged, and a new
    writer has to prepare the rows again.

    Args:
        refetch: ask for a picture by address again even where its address is the same as before.
    """

    def __init__(self, shop: Parts, fetcher: Fetcher, *, refetch: bool = False) -> None:
        self._shop = shop
        generation, following = shop.follow_embedder(), shop.next_generation
        cache, limits, bundle = CodeCache(), shop.config.picture_limits(), generation.bundle
        self._preparer = Preparer(
            shop.catalog, shop.pictures, fetcher, bundle, shop.taxonomy, cache, limits, refetch
        )
        self._committer = Committer(
            shop.catalog,
            shop.pictures,
            lambda: generation.embedder,
            bundle.key,
            cache,
            serving=generation.serving,
            beside=None if following is None else NextCodes(following, shop.pictures, limits).beside,
        )
        self._kept = False

    def prepare(self, rows: Sequence[Row], links: LinkRules) -> Prepared:
        """See ``Preparer.prepare``."""
        return self._preparer.prepare(rows, links)

    def commit(self, prepared: Prepared) -> Committed:
        """Embed and write a batch; when this returns, it is on disk.

        Raises:
            EmbedderChanged: another embedder serves by now; nothing was written.
        """
        done = self._committer.commit(prepared.candidates)
        if not self._kept:
            self._shop.keep_embedder()
            self._kept = True
        return done
