"""Asking the index: codes and what is wanted of the hits in, products out."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from shopthelook.catalog import ProductRecord
from shopthelook.embedding import similarity
from shopthelook.pipeline.errors import SearchError
from shopthelook.pipeline.filters import Resolved, Where, resolve
from shopthelook.pipeline.gender import gender_filter
from shopthelook.pipeline.regions import Region, regions
from shopthelook.pipeline.results import Explanation, Hit, Step
from shopthelook.pipeline.stages import stage
from shopthelook.retrieval import Hits, Plan, Query
from shopthelook.retrieval.query import Filter, all_of, to_text
from shopthelook.taxonomy import Category

if TYPE_CHECKING:
    from shopthelook.pipeline.following import FollowingIndex
    from shopthelook.pipeline.parts import Parts

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


@dataclass(frozen=True, slots=True)
class Question:
    """An object to find products for.

    Attributes:
        code: its packed binary code, ``bits // 8`` bytes.
        kind: what it is; None where that is not known.
        gender: whose it is, "male", "female" or "unisex"; None where that is not known for sure.
        leave_out: a product that is no hit.
    """

    code: bytes
    kind: Category | None
    gender: str | None = None
    leave_out: str | None = None


@dataclass(frozen=True, slots=True)
class Answer:
    """The hits of one question, with the category that was searched for them."""

    hits: tuple[Hit, ...]
    searched: Category | None
    widened: str | None
    explanation: Explanation | None


@dataclass(slots=True)
class _Search:
    """One question under way: where it looks, by what, and what it found so far."""

    question: Question
    searched: Category | None
    regions: list[Region]
    where: Filter | None
    spoken: Filter | None
    found: list[tuple[str, int, Region]] = field(default_factory=list)
    steps: list[Step] = field(default_factory=list)


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
    return Wanted(k, offset, category, resolved, min_similarity, relax, explain, gender)


def answer(shop: Parts, index: FollowingIndex, questions: Sequence[Question], wanted: Wanted) -> list[Answer]:
    """The hits of each question, closest first, after skipping ``wanted.offset`` of them.

    Args:
        index: of the embedder that made the questions' codes.
    """
    for attempt in range(_TRIES):
        searches = [_search(shop, question, wanted) for question in questions]
        with stage("retrieve"):
            _run(index, searches, wanted)
        pages = [one.found[wanted.offset : wanted.offset + wanted.k] for one in searches]
        ids = {key for page in pages for key, _, _ in page}
        with stage("fill"):
            records = shop.catalog.products(sorted(ids))
        # A product removed between the two reads would leave a gap: look again, the index follows.
        if len(records) == len(ids) or attempt == _TRIES - 1:
            break
    return [_answer(one, page, records, wanted) for one, page in zip(searches, pages, strict=True)]


def searched_for(shop: Parts, kind: Category | None) -> Category | None:
    """What is searched for an object: its coarse category, or its own where it rolls up to none."""
    return None if kind is None else shop.taxonomy.coarse(kind) or kind


def most_distance(least_similarity: float, bits: int) -> int:
    """The largest distance of two codes that are at least so similar."""
    # A similarity that is written as 0.1 is no binary fraction; a millionth of a bit is no difference.
    return math.floor((1 - least_similarity) * bits + 1e-6)


def _search(shop: Parts, question: Question, wanted: Wanted) -> _Search:
    given = wanted.where
    searched = wanted.category
    if searched is None and not (given is not None and given.names_category):
        searched = searched_for(shop, question.kind)
    of_object = wanted.category is None
    names_gender = given is not None and given.names_gender
    kind = wanted.category or question.kind
    restriction = gender_filter(wanted.gender, question.gender, kind, named=names_gender)
    return _Search(
        question,
        searched,
        regions(shop.taxonomy, searched, branches=of_object, relax=wanted.relax),
        all_of(None if given is None else given.where, restriction),
        all_of(None if given is None else given.written, restriction),
    )


def _run(index: FollowingIndex, searches: Sequence[_Search], wanted: Wanted) -> None:
    """Search region after region, all questions at once in each, until there are enough hits."""
    enough = wanted.offset + wanted.k
    for number in range(max((len(one.regions) for one in searches), default=0)):
        open_ = [one for one in searches if number < len(one.regions) and len(one.found) < enough]
        queries: list[Query] = []
        for one in open_:
            code = np.frombuffer(one.question.code, np.uint8)
            distance = None
            if wanted.min_similarity is not None:
                distance = most_distance(wanted.min_similarity, 8 * len(code))
            spans = one.regions[number].spans
            queries += [Query(code, span, one.where, distance, wanted.explain) for span in (spans or (None,))]
        if not queries:
            return
        # One more, because the product that is left out may be among its own nearest.
        answers = iter(index.query(queries, enough + any(one.question.leave_out for one in open_)))
        for one in open_:
            parts = [next(answers) for _ in one.regions[number].spans or (None,)]
            _take(one, one.regions[number], parts, enough)


def _take(search: _Search, region: Region, parts: Sequence[Hits], enough: int) -> None:
    """Add what a region's parts hold, nearest first, behind what the regions before it held."""
    # The index may have followed a change in between, which moved a product from one region to another.
    known = {search.question.leave_out, *(key for key, _, _ in search.found)}
    nearest = sorted(
        (int(distance), key)
        for part in parts
        for key, distance in zip(part.ids, part.distances, strict=True)
        if key not in known
    )
    search.found += [(key, distance, region) for distance, key in nearest[: enough - len(search.found)]]
    plans = [part.plan for part in parts if part.plan is not None]
    search.steps.append(Step(region.widened, _summed(plans)))


def _summed(plans: Sequence[Plan]) -> Plan | None:
    if not plans:
        return None
    return Plan(
        ", ".join(dict.fromkeys(plan.name for plan in plans)),
        _sum(plan.rows_qualified for plan in plans),
        _sum(plan.rows_compared for plan in plans),
        sum(plan.tokens_matched for plan in plans),
    )


def _sum(numbers: Iterable[int | None]) -> int | None:
    """None where one of them is not known."""
    total = 0
    for number in numbers:
        if number is None:
            return None
        total += number
    return total


def _answer(
    search: _Search,
    page: Sequence[tuple[str, int, Region]],
    records: dict[str, ProductRecord],
    wanted: Wanted,
) -> Answer:
    bits = 8 * len(search.question.code)
    present = [(records[key], distance, region) for key, distance, region in page if key in records]
    hits = tuple(_hit(record, distance, bits) for record, distance, _ in present)
    widened = present[-1][2].widened if present else None
    explanation = None
    if wanted.explain:
        spoken = None if search.spoken is None else to_text(search.spoken)
        explanation = Explanation(spoken, tuple(search.steps))
    return Answer(hits, search.searched, widened, explanation)


def _hit(record: ProductRecord, distance: int, bits: int) -> Hit:
    product = record.product
    return Hit(product.id, distance, similarity(distance, bits), product, record.image_hash)
