"""What one asks of a shop: the objects of a picture, and the products like them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from shopthelook.geometry import Box
from shopthelook.images import PictureLike
from shopthelook.pipeline.filters import Where
from shopthelook.pipeline.gender import Gender
from shopthelook.pipeline.listing import PLAIN, Listing
from shopthelook.pipeline.parts import Parts
from shopthelook.pipeline.results import Decomposition, ObjectHits, SearchResult

if TYPE_CHECKING:
    from shopthelook.taxonomy import Category


class Looking(Parts):
    """The searches of a ``Shop``."""

    def decompose(
        self, picture: PictureLike, *, threshold: float | None = None, embed: bool = False
    ) -> Decomposition:
        """Find the objects of a picture, best first.

        Args:
            picture: a path, encoded bytes, a Pillow image or an RGB array.
            threshold: least score, in [0, 1]; None takes each label's own from the model's card.
            embed: also give each object its code, and say of it what the embedder says (``attributes``).

        Raises:
            PictureError: the picture cannot be read.
        """
        from shopthelook.pipeline.decomposing import decompose

        return decompose(self, picture, threshold=threshold, embed=embed)

    def search(
        self,
        picture: PictureLike,
        *,
        box: Box | str | Sequence[float] | None = None,
        kind: str | int | Category | None = None,
        category: str | int | Category | None = None,
        k: int = 10,
        threshold: float | None = None,
        where: Where | None = None,
        min_similarity: float | None = None,
        relax: bool = False,
        explain: bool = False,
        gender: Gender | None = None,
        listing: Listing = PLAIN,
    ) -> SearchResult:
        """Find the products nearest to each object of a picture.

        Args:
            picture: a path, encoded bytes, a Pillow image or an RGB array.
            box: search this part of the picture instead of detecting objects (fractions, xyxy).
                What lies outside the picture is cut off.
            kind: what is in the box, as the detector would call it: it is searched like a found object.
            category: search this category's subtree, whatever the detector says.
            k: hits per object at most.
            threshold: least score of an object.
            where: a filter, see ``docs/query-language.md``: text, JSON or a tree. If ``k`` products
                fulfil it, ``k`` come. Where it names a category, it decides where to search and the
                detector does not; a ``category`` beside it restricts further.
            min_similarity: least similarity of a hit, in [0, 1].
            relax: where there are fewer than ``k`` hits, go on in the categories beside the searched
                one, then in all of the one above. The filter always holds; ``widened`` says what was done.
            explain: have ``explanation`` say how the hits were found.
            gender: restrict apparel to it, to unisex and to products without one; "any" for no
                restriction. Without it the object's own counts where the embedder is sure of it, unless
                the filter speaks of the gender.
            listing: another order, and counts of what the nearest products have in common.

        Where no object is found, the whole picture is searched in all categories.

        Raises:
            PictureError: the picture cannot be read.
            BoxError: the box is malformed or outside the picture.
            UnknownCategory: no such category; the message names close ones.
            QueryError: the filter is malformed; the message points at the column.
            SearchError: a number or ``gender`` is out of range.
        """
        from shopthelook.pipeline.searching import search

        return search(
            self,
            picture,
            box=box,
            kind=kind,
            category=category,
            threshold=threshold,
            k=k,
            where=where,
            min_similarity=min_similarity,
            relax=relax,
            explain=explain,
            gender=gender,
            listing=listing,
        )

    def search_object(
        self,
        object_id: str,
        k: int = 10,
        offset: int = 0,
        *,
        category: str | int | Category | None = None,
        where: Where | None = None,
        min_similarity: float | None = None,
        relax: bool = False,
        explain: bool = False,
        gender: Gender | None = None,
        listing: Listing = PLAIN,
    ) -> ObjectHits:
        """Find the products nearest to an object of a stored scene, after skipping ``offset`` hits.

        The other arguments are those of ``search``.

        Raises:
            NotFound: there is no such object.
            UnknownCategory: no such category; the message names close ones.
            QueryError: the filter is malformed; the message points at the column.
            SearchError: a number or ``gender`` is out of range.
        """
        from shopthelook.pipeline.searching_stored import search_object

        return search_object(
            self,
            object_id,
            category=category,
            k=k,
            offset=offset,
            where=where,
            min_similarity=min_similarity,
            relax=relax,
            explain=explain,
            gender=gender,
            listing=listing,
        )

    def search_scene(
        self,
        scene_id: str,
        k: int = 10,
        *,
        category: str | int | Category | None = None,
        threshold: float | None = None,
        where: Where | None = None,
        min_similarity: float | None = None,
        relax: bool = False,
        explain: bool = False,
        gender: Gender | None = None,
        listing: Listing = PLAIN,
    ) -> SearchResult:
        """Find the products nearest to each object of a stored scene, from their stored codes, all at once.

        Args:
            threshold: least score of an object; None takes all that are stored.

        The other arguments are those of ``search``.

        Raises:
            NotFound: there is no such scene.
            UnknownCategory: no such category; the message names close ones.
            QueryError: the filter is malformed; the message points at the column.
            SearchError: a number or ``gender`` is out of range.
        """
        from shopthelook.pipeline.searching_stored import search_scene

        return search_scene(
            self,
            scene_id,
            category=category,
            threshold=threshold,
            k=k,
            where=where,
            min_similarity=min_similarity,
            relax=relax,
            explain=explain,
            gender=gender,
            listing=listing,
        )

    def search_product(
        self,
        product_id: str,
        k: int = 10,
        offset: int = 0,
        *,
        where: Where | None = None,
        min_similarity: float | None = None,
        relax: bool = False,
        explain: bool = False,
        gender: Gender | None = None,
        listing: Listing = PLAIN,
    ) -> ObjectHits:
        """Find other products that look like this one, in its category ("more like this").

        The other arguments are those of ``search``; a product of apparel restricts by its own gender.

        Raises:
            NotFound: there is no such product, or it has no code of the present embedder.
            QueryError: the filter is malformed; the message points at the column.
            SearchError: a number or ``gender`` is out of range.
        """
        from shopthelook.pipeline.searching import search_product

        return search_product(
            self,
            product_id,
            k=k,
            offset=offset,
            where=where,
            min_similarity=min_similarity,
            relax=relax,
            explain=explain,
            gender=gender,
            listing=listing,
        )
