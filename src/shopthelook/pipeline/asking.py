"""Asking the index: codes and what is wanted of the hits in, products out."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from shopthelook.catalog import ProductRecord
from shopthelook.embedding import similarity
from shopthelook.pipeline.errors import SearchError
from shopthelook.pipeline.facets import Counted, facet, split
from shopthelook.pipeline.filters import Resolved, Where, resolve
from shopthelook.pipeline.finding import Question, Search, run
from shopthelook.pipeline.gender import gender_filter
from shopthelook.pipeline.listing import PLAIN, Facet, Listing, by_price
from shopthelook.pipeline.regions import Region, regions
from shopthelook.pipeline.results import Explanation, Hit
from shopthelook.pipeline.stages import stage
from shopthelook.retrieval.query import Filter, all_of, to_text
from shopthelook.taxonomy import Category

if TYPE_CHECKING:
    from shopthelook.pipeline.following import FollowingIndex
    from shopthelook.pipeline.parts import Parts

__all__ = ["MOST_HITS", "Answer", "Question", "Wanted", "answer", "most_distance", "searched_for", "wanted"]

MOST_HITS = 10_000
"""The largest ``offset + k``."""

_TRIES = 3


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a caller wants of the hits of every object; checked, see ``Shop.search`` for the meaning."""

    k: int
    offset: int = 0
    category: Category | None = None
    where: Resolved | None = None
    min_similarity: float | None = None
    relax: bool = False
    explain: bool = False
    gender: str | None = None
    listing: Listing = PLAIN


@dataclass(frozen=True, slots=True)
class Answer:
    """The hits of one question, with the category that was searched for them."""

    hits: tuple[Hit, ...]
    searched: Category | None
    widened: str | None
    explanation: Explanation | None
    facets: tuple[Facet, ...] | None = None


@dataclass(slots=True)
class _Asked:
    """What is looked up for one question.

    Attributes:
        main: its hits.
        own: by field, the filter's conditions on it, and the search without them.
    """

    main: Search
    own: dict[str, tuple[Filter | None, Search]]

    def searches(self) -> list[Search]:
        """All of them."""
        return [self.main, *(search for _, search in self.own.values())]


def wanted(
    shop: Parts,
    *,
    k: int,
    offset: int = 0,
    category: Category | None = None,
    where: Where | None = None,
    min_similarity: float | None = None,
    relax: bool = False,
    explain: bool = False,
    gender: str | None = None,
    listing: Listing = PLAIN,
) -> Wanted:
    """Check what a caller wants, before any model runs.

    Raises:
        SearchError: a number or the gender is out of range.
        QueryError: the filter is malformed or names an unknown category.
    """
    if k < 1:
        raise SearchError(f"k must be at least 1, not {k}")
    if offset < 0:
        raise SearchError(f"offset must not be negative, but is {offset}")
    if offset + k > MOST_HITS:
        raise SearchError(f"offset + k must be at most {MOST_HITS}, not {offset + k}")
    if min_similarity is not None and not 0 <= min_similarity <= 1:
        raise SearchError(f"min_similarity must be from 0 to 1, not {min_similarity}")
    gender_filter(gender, None, None, named=False)
    resolved = None if where is None else resolve(where, shop.taxonomy)
    return Wanted(k, offset, category, resolved, min_similarity, relax, explain, gender, listing)


def answer(shop: Parts, index: FollowingIndex, questions: Sequence[Question], wanted: Wanted) -> list[Answer]:
    """The hits of each question, closest first, after skipping ``wanted.offset`` of them.

    Args:
        index: of the embedder that made the questions' codes.
    """
    listing = wanted.listing
    enough = listing.needed(wanted.offset + wanted.k)
    others = _without_each(shop, wanted)
    for attempt in range(_TRIES):
        asked = [_ask(shop, question, wanted, others) for question in questions]
        with stage("retrieve"):
            _run(index, asked, enough, wanted)
        ids = {key for one in asked for key in _to_read(one, wanted)}
        with stage("fill"):
            # The index has followed the log so far, so that is the last change or there are later ones.
            records = shop.recent.at(index.seq, ids)
        # A product removed between the two reads would leave a gap: look again, the index follows.
        if len(records) == len(ids) or attempt == _TRIES - 1:
            break
    return [_answer(shop, one, records, wanted) for one in asked]


def searched_for(shop: Parts, kind: Category | None) -> Category | None:
    """What is searched for an object: its coarse category, or its own where it rolls up to none."""
    return None if kind is None else shop.taxonomy.coarse(kind) or kind


def most_distance(least_similarity: float, bits: int) -> int:
    """The largest distance of two codes that are at least so similar."""
    # A similarity that is written as 0.1 is no binary fraction; a millionth of a bit is no difference.
    return math.floor((1 - least_similarity) * bits + 1e-6)


def _without_each(shop: Parts, wanted: Wanted) -> dict[str, tuple[Filter | None, Wanted]]:
    """By field that is counted and that the filter speaks of: its conditions, and what is wanted without them."""
    others: dict[str, tuple[Filter | None, Wanted]] = {}
    written = None if wanted.where is None else wanted.where.written
    for name in wanted.listing.facets:
        rest, own = split(written, name)
        # Where nobody asks for a gender, the object's own restricts, and the others are there to be chosen.
        freed = name == "gender" and wanted.gender is None
        if own is not None or freed:
            where = None if rest is None else resolve(rest, shop.taxonomy)
            others[name] = own, replace(wanted, where=where, gender="any" if freed else wanted.gender)
    return others


def _ask(
    shop: Parts, question: Question, wanted: Wanted, others: dict[str, tuple[Filter | None, Wanted]]
) -> _Asked:
    main = _search(shop, question, wanted)
    found: dict[str, tuple[Filter | None, Search]] = {}
    for name, (own, other) in others.items():
        search = _search(shop, question, other)
        if own is not None or not search.same(main):
            found[name] = own, search
    return _Asked(main, found)


def _search(shop: Parts, question: Question, wanted: Wanted) -> Search:
    given = wanted.where
    searched = wanted.category
    if searched is None and not (given is not None and given.names_category):
        searched = searched_for(shop, question.kind)
    of_object = wanted.category is None
    names_gender = given is not None and given.names_gender
    kind = wanted.category or question.kind
    restriction = gender_filter(wanted.gender, question.gender, kind, named=names_gender)
    return Search(
        question,
        searched,
        regions(shop.taxonomy, searched, branches=of_object, relax=wanted.relax),
        all_of(None if given is None else given.where, restriction),
        all_of(None if given is None else given.written, restriction),
    )


def _run(index: FollowingIndex, asked: Sequence[_Asked], enough: int, wanted: Wanted) -> None:
    searches = [search for one in asked for search in one.searches()]
    most_bits = None
    if wanted.min_similarity is not None and searches:
        most_bits = most_distance(wanted.min_similarity, 8 * len(searches[0].question.code))
    run(index, searches, enough, most_bits, wanted.explain)


def _to_read(asked: _Asked, wanted: Wanted) -> set[str]:
    """The products whose records are needed."""
    listing = wanted.listing
    page = asked.main.found[wanted.offset : wanted.offset + wanted.k]
    found = page if listing.sort == "similarity" else []
    if listing.sort != "similarity" or listing.facets:
        found = [*found, *(entry for one in asked.searches() for entry in one.found[: listing.among])]
    return {key for key, _, _ in found}


def _answer(shop: Parts, asked: _Asked, records: dict[str, ProductRecord], wanted: Wanted) -> Answer:
    search, listing = asked.main, wanted.listing
    bits = 8 * len(search.question.code)
    found = search.found
    if listing.sort != "similarity":
        present = [entry for entry in found[: listing.among] if entry[0] in records]
        priced = by_price([(records[entry[0]].product, entry) for entry in present], listing.sort)
        # What was asked for stays before what a widened search found besides.
        found = sorted(priced, key=lambda entry: search.regions.index(entry[2]))
    page = [entry for entry in found[wanted.offset : wanted.offset + wanted.k] if entry[0] in records]
    hits = tuple(_hit(records[key], distance, bits) for key, distance, _ in page)
    widened = _widest(search, page)
    explanation = None
    if wanted.explain:
        spoken = None if search.spoken is None else to_text(search.spoken)
        explanation = Explanation(spoken, tuple(search.steps))
    facets = _facets(shop, asked, records, listing) or None
    return Answer(hits, search.searched, widened, explanation, facets)


def _widest(search: Search, page: Sequence[tuple[str, int, Region]]) -> str | None:
    """How far the hits of a page go beyond what was asked for."""
    last = max((search.regions.index(region) for _, _, region in page), default=0)
    return search.regions[last].widened


def _facets(
    shop: Parts, asked: _Asked, records: dict[str, ProductRecord], listing: Listing
) -> tuple[Facet, ...]:
    def counted(search: Search) -> Counted:
        nearest = search.found[: listing.among]
        products = [records[key].product for key, _, _ in nearest if key in records]
        return Counted(products, len(search.found) <= listing.among)

    main = counted(asked.main)
    found = []
    for name in listing.facets:
        own, search = asked.own.get(name, (None, asked.main))
        among = main if search is asked.main else counted(search)
        found.append(facet(name, among, own, search.searched, shop.taxonomy))
    return tuple(found)


def _hit(record: ProductRecord, distance: int, bits: int) -> Hit:
    product = record.product
    return Hit(product.id, distance, similarity(distance, bits), product, record.image_hash)
