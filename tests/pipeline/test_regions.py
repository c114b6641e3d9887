"""Where a search looks, and how it widens."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shopthelook.pipeline.regions import EVERYWHERE, Span, regions, without
from shopthelook.taxonomy import Category, Taxonomy

TAXONOMY = Taxonomy.builtin()


def positions(spans: tuple[Span, ...] | None) -> set[int]:
    return {position for first, end in spans or () for position in range(first, end)}


def below(*names: str) -> set[int]:
    found = [TAXONOMY.get(name) for name in names]
    return {position for one in found for position in range(one.position, one.end)}


def test_without_a_category_it_is_everywhere() -> None:
    assert regions(TAXONOMY, None, branches=True, relax=True) == [EVERYWHERE]


def test_an_object_is_searched_where_its_like_is() -> None:
    chairs = TAXONOMY.get("Chairs")
    (own,) = regions(TAXONOMY, chairs, branches=True, relax=False)
    assert positions(own.spans) == below(*(one.full for one in TAXONOMY.branches(chairs)))
    assert below("Furniture > Office Furniture > Office Chairs") <= positions(own.spans)
    (named,) = regions(TAXONOMY, chairs, branches=False, relax=False)
    assert named.spans == ((chairs.position, chairs.end),)


def test_it_widens_to_what_is_beside_then_above() -> None:
    own, beside, above = regions(TAXONOMY, TAXONOMY.get("Chairs"), branches=False, relax=True)
    assert own.widened is None
    assert beside.widened == "to the categories beside it in Furniture"
    assert above.widened == "to all of Furniture"
    assert below("Sofas", "Benches", "Furniture > Tables") <= positions(beside.spans)
    assert positions(own.spans) | positions(beside.spans) | positions(above.spans) == below("Furniture")


@pytest.mark.parametrize("category", TAXONOMY.coarse_categories, ids=str)
@pytest.mark.parametrize("branches", [True, False])
def test_no_two_regions_overlap(category: Category, branches: bool) -> None:
    found = [positions(one.spans) for one in regions(TAXONOMY, category, branches, relax=True)]
    assert all(found)
    assert sum(map(len, found)) == len(set().union(*found))


def test_a_top_category_has_nothing_above() -> None:
    assert len(regions(TAXONOMY, TAXONOMY.get("Furniture"), branches=True, relax=True)) == 1


def span(limits: tuple[int, int]) -> Span:
    return min(limits), max(limits) + 1


spans = st.tuples(st.integers(0, 12), st.integers(0, 12)).map(span)


@settings(max_examples=100, deadline=None)
@given(spans, st.lists(spans, max_size=5))
def test_cutting_out(whole: Span, taken: list[Span]) -> None:
    left = without([whole], taken)
    assert positions(left) == positions((whole,)) - positions(tuple(taken))
    assert all(first < end for first, end in left)
    assert list(left) == sorted(left)
