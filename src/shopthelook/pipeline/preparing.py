"""From parsed products to what must be done with each: nothing, store it, or embed it first."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from shopthelook import images
from shopthelook.catalog import Catalog, Fingerprint, ProductRecord
from shopthelook.catalog.feeds import FeedProblem
from shopthelook.catalog.product import Product
from shopthelook.models import Bundle
from shopthelook.pipeline.encoding import CodeCache, Encoded, known_category, read_product_picture
from shopthelook.pipeline.errors import SourceError
from shopthelook.pipeline.guessing import fitting, heads_for
from shopthelook.pipeline.picture_links import LinkRules, read_file
from shopthelook.taxonomy import Taxonomy


@dataclass(frozen=True, slots=True)
class Row:
    """A good row: the product and where it stood."""

    line: int | None
    product: Product


@dataclass(frozen=True, slots=True)
class Candidate:
    """A product to be written.

    Attributes:
        known: whether the catalog has it already.
        image_hash: content hash of its picture.
        data: the picture's bytes where they must be stored, else None.
        code: the code to keep, where the catalog's own still holds.
        encoded: what another product of the same picture got not long ago.
        picture: ``(h, w, 3)`` RGB to embed; None where one of the two above is at hand.
        line: where it stood in the source.
    """

    product: Product
    known: bool
    image_hash: str
    data: bytes | None = None
    code: bytes | None = None
    encoded: Encoded | None = None
    picture: NDArray[np.uint8] | None = None
    line: int | None = None


@dataclass(slots=True)
class Prepared:
    """One batch, sorted by what is to be done."""

    candidates: list[Candidate] = field(default_factory=list)
    unchanged: list[str] = field(default_factory=list)
    failed: list[str] = field(default_factory=list)
    problems: list[FeedProblem] = field(default_factory=list)
    fetched: int = 0

    def fail(self, row: Row, reason: str) -> None:
        """Record that a product's picture cannot be had."""
        self.failed.append(row.product.id)
        self.problems.append(FeedProblem(row.line, row.product.id, "image_link", reason))


@dataclass(frozen=True, slots=True)
class _Picture:
    image_hash: str
    data: bytes | None  # None: it is in the store


class Preparer:
    """Compares products with the catalog, gets the pictures that are new, and decodes them.

    Args:
        bundle: the embedder; codes of another one are not kept.
        refetch: ask for a picture by address again even where its address is the same as before.
        fetcher: shared by all batches; it limits how many pictures are fetched at once.
    """

    def __init__(
        self,
        catalog: Catalog,
        pictures: images.PictureStore,
        fetcher: images.Fetcher,
        bundle: Bundle,
        taxonomy: Taxonomy,
        cache: CodeCache,
        limits: images.PictureLimits,
        refetch: bool = False,
    ) -> None:
        self._refetch = refetch
        self._catalog = catalog
        self._pictures = pictures
        self._fetcher = fetcher
        self._bundle = bundle.key
        self._heads = bundle.card.heads
        self._taxonomy = taxonomy
        self._cache = cache
        self._limits = limits

    def prepare(self, rows: Sequence[Row], links: LinkRules) -> Prepared:
        """Sort a batch of products whose ids all differ."""
        done = Prepared()
        ids = [row.product.id for row in rows]
        prints = self._catalog.fingerprints(ids)
        same = {row.product.id for row in rows if _same(row.product, prints.get(row.product.id))}
        # Only a changed row is compared with the whole old record; most rows of most imports are the same.
        before = self._catalog.products([key for key in prints if key not in same])
        found = self._find_pictures(rows, links, prints, before, done)
        for row in rows:
            picture = found.get(row.product.id)
            if picture is None:
                continue
            fingerprint = prints.get(row.product.id)
            if (
                row.product.id in same
                and fingerprint is not None
                and fingerprint.image_hash == picture.image_hash
                and fingerprint.bundle == self._bundle
            ):
                done.unchanged.append(row.product.id)
                continue
            self._add_candidate(row, picture, fingerprint, before.get(row.product.id), done)
        return done

    def _find_pictures(
        self,
        rows: Sequence[Row],
        links: LinkRules,
        prints: Mapping[str, Fingerprint],
        before: Mapping[str, ProductRecord],
        done: Prepared,
    ) -> dict[str, _Picture]:
        found: dict[str, _Picture] = {}
        wanted: dict[str, list[Row]] = {}  # by address: variants often share one
        for row in rows:
            key, link = row.product.id, row.product.image_link
            if not link:
                done.fail(row, "the product has no picture link that can be used")
                continue
            try:
                place = links.resolve(link)
                if isinstance(place, Path):
                    data = read_file(place, self._limits.max_bytes)
                    found[key] = self._taken(data)
                    continue
            except SourceError as error:
                done.fail(row, str(error))
                continue
            old = prints.get(key)
            record = before.get(key)
            # The link of a row that is the same is the same, too.
            same_link = not self._refetch and (record is None or record.product.image_link == link)
            if same_link and old is not None and old.image_hash and old.image_hash in self._pictures:
                found[key] = _Picture(old.image_hash, None)
            else:
                wanted.setdefault(place, []).append(row)
        addresses = list(wanted)
        for place_in_list, answer in self._fetcher.fetch_many(addresses):
            for row in wanted[addresses[place_in_list]]:
                if isinstance(answer, bytes):
                    found[row.product.id] = self._taken(answer)
                else:
                    done.fail(row, str(answer))
            done.fetched += isinstance(answer, bytes)
        return found

    def _add_candidate(
        self,
        row: Row,
        picture: _Picture,
        fingerprint: Fingerprint | None,
        before: ProductRecord | None,
        done: Prepared,
    ) -> None:
        product, code = row.product, None
        if (
            fingerprint is not None
            and fingerprint.bundle == self._bundle
            and fingerprint.image_hash == picture.image_hash
            and before is not None
            and (kept := self._as_described(product, before.product)) is not None
        ):
            product, code = kept, before.code
        encoded = self._cache.get(picture.image_hash) if code is None else None
        rgb = None
        if code is None and encoded is None:
            try:
                data = picture.data if picture.data is not None else self._pictures.data(picture.image_hash)
                rgb = read_product_picture(data, self._limits)
            except images.PictureError as error:
                done.fail(row, str(error))
                return
        done.candidates.append(
            Candidate(
                product=product,
                known=fingerprint is not None,
                image_hash=picture.image_hash,
                data=picture.data,
                code=code,
                encoded=encoded,
                picture=rgb,
                line=row.line,
            )
        )

    def _as_described(self, product: Product, before: Product) -> Product | None:
        """The product with what the embedder said of its picture; None where only the embedder can say it."""
        if product.category_id is None:
            if before.category_source == "merchant":
                return None  # who took the category back
            product = replace(
                product,
                category_id=before.category_id,
                category_source=before.category_source,
                category_score=before.category_score,
            )
        kinds = [known_category(self._taxonomy, one.category_id) for one in (product, before)]
        if not heads_for(kinds[0], self._heads) <= heads_for(kinds[1], self._heads):
            return None
        return replace(product, guesses=fitting(before.guesses, kinds[0], self._heads))

    def _taken(self, data: bytes) -> _Picture:
        image_hash = images.content_hash(data)
        return _Picture(image_hash, None if image_hash in self._pictures else data)


def _same(product: Product, fingerprint: Fingerprint | None) -> bool:
    return fingerprint is not None and fingerprint.row_hash == product.row_hash()
