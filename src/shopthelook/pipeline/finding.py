"""Finding the products of questions: region after region of the index, all questions at once in each."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from shopthelook.pipeline.regions import Region
from shopthelook.pipeline.results import Step
from shopthelook.retrieval import Hits, Plan, Query
from shopthelook.retrieval.query import Filter
from shopthelook.taxonomy import Category

if TYPE_CHECKING:
    from shopthelook.pipeline.following import FollowingIndex


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


@dataclass(slots=True)
class Search:
    """One question under way: where it looks, by what, and what it found so far, nearest first.

    Attributes:
        where: the filter as the index answers it; ``spoken`` is the same as people write it.
        found: id, distance in bits, and the region that the product was found in.
    """

    question: Question
    searched: Category | None
    regions: list[Region]
    where: Filter | None
    spoken: Filter | None
    found: list[tuple[str, int, Region]] = field(default_factory=list)
    steps: list[Step] = field(default_factory=list)

    def same(self, other: Search) -> bool:
        """Whether it finds what the other one finds."""
        return (self.regions, self.where) == (other.regions, other.where)


def run(
    index: FollowingIndex, searches: Sequence[Search], enough: int, most_bits: int | None, counted: bool
) -> None:
    """Search region after region, until every search has ``enough`` hits or no region is left.

    Args:
        most_bits: the largest distance of a hit; None for any.
        counted: have the plans say how many products qualify.
    """
    for number in range(max((len(one.regions) for one in searches), default=0)):
        open_ = [one for one in searches if number < len(one.regions) and len(one.found) < enough]
        queries: list[Query] = []
        for one in open_:
            code = np.frombuffer(one.question.code, np.uint8)
            spans = one.regions[number].spans
            queries += [Query(code, span, one.where, most_bits, counted) for span in (spans or (None,))]
        if not queries:
            return
        # One more, because the product that is left out may be among its own nearest.
        answers = iter(index.query(queries, enough + any(one.question.leave_out for one in open_)))
        for one in open_:
            parts = [next(answers) for _ in one.regions[number].spans or (None,)]
            _take(one, one.regions[number], parts, enough)


def _take(search: Search, region: Region, parts: Sequence[Hits], enough: int) -> None:
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
