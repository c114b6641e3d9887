"""What each kind of index does to hits of the wrong category, where the answer is known by hand."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from shopthelook.evaluation.retrieval import KindFigures, LabelledProducts, LabelledQueries, compare
from shopthelook.retrieval import RetrievalError

CHAIR, TABLE, LAMP = 1, 2, 3


def code(*bits: int) -> np.ndarray:
    """64 bits of which these are set."""
    found = np.zeros(64, np.uint8)
    found[list(bits)] = 1
    return np.packbits(found)


# Distances to the first query (no bit set): 0, 1, 2, 3, 4, 5, 6; chairs lie at positions 10 to 12, tables at 20.
PRODUCTS = LabelledProducts(
    ["chair-a", "table-a", "chair-b", "table-b", "chair-c", "nothing", "lamp"],
    np.stack([code(*range(n)) for n in range(7)]),
    np.array([10, 20, 11, 20, 12, -1, 30]),
    np.array([CHAIR, TABLE, CHAIR, TABLE, CHAIR, -1, LAMP]),
)
CHAIRS, TABLES, LAMPS = ((10, 12), (12, 13)), ((20, 21),), ((30, 31),)
# A chair whose product is chair-b and a lamp whose product is not in the shop; the detector takes the chair for a
# table and does not find the lamp.
QUERIES = LabelledQueries(
    np.stack([code(), code(*range(6))]),
    np.array([CHAIR, LAMP]),
    ["chair-b", "another lamp"],
    {"true": [CHAIRS, LAMPS], "detector": [TABLES, None]},
)


def figures(kinds: list[str], k: int = 3, queries: LabelledQueries = QUERIES) -> dict[tuple[str, str], Any]:
    return {(one.kind, one.restriction): one for one in compare(PRODUCTS, queries, kinds, k)}


def told(one: KindFigures) -> dict[str, Any]:
    return {name: value for name, value in one.as_dict().items() if name != "queries_per_second"}


def test_without_a_restriction_the_nearest_of_other_categories_are_hits() -> None:
    found = figures(["flat"])
    assert list(found) == [("flat", "nothing"), ("flat", "nothing (detector's objects)")]
    assert told(found["flat", "nothing"]) == {
        "kind": "flat",
        "restricted_to": "nothing",
        "queries": 2,
        # The chair: chair-a, table-a, chair-b; the lamp: lamp, a product of no category, chair-c.
        "wrong_category": pytest.approx(3 / 6),
        "hits_per_query": 3.0,
        "starved": 0.0,
        "with_known_product": 1,
        "hit_at_1": 0.0,
        "hit_at_k": 1.0,
    }
    of_label = found["flat", "nothing"].by_label
    assert {label: (one.queries, one.hits, one.right) for label, one in of_label.items()} == {
        CHAIR: (1, 3, 2),
        LAMP: (1, 3, 1),
    }
    assert of_label[LAMP].precision == pytest.approx(1 / 3)
    assert found["flat", "nothing"].seconds > 0
    # The same objects as under "detector": the chair alone.
    assert found["flat", "nothing (detector's objects)"].queries == 1
    assert found["flat", "nothing (detector's objects)"].wrong == pytest.approx(1 / 3)


@pytest.mark.parametrize("kind", ["category", "tokens"])
def test_the_category_keeps_wrong_hits_out_as_far_as_it_is_right(kind: str) -> None:
    found = figures([kind])
    assert list(found) == [(kind, "true"), (kind, "detector")]
    true, detector = found[kind, "true"], found[kind, "detector"]
    # All three chairs from two ranges in the order of their distance, and the one lamp there is: none starves.
    assert (true.wrong, true.hits, true.starved, true.first, true.found) == (0.0, 4, 0, 0, 1)
    assert (detector.queries, detector.hits, detector.wrong, detector.starved) == (1, 2, 1.0, 0)
    assert (detector.known, detector.found) == (1, 0)


def test_several_ranges_give_the_nearest_of_all_of_them() -> None:
    found = figures(["category"], k=1)["category", "true"]
    assert (found.hits, found.first, found.known) == (2, 0, 1)
    assert figures(["category"], k=2)["category", "true"].found == 1


def test_the_graph_starves_where_what_it_named_is_of_other_categories() -> None:
    """With k = 1 it names the four nearest: for the first query chair-a to table-b, and no lamp."""
    far = LabelledQueries(
        QUERIES.codes[[0, 0]], np.array([CHAIR, LAMP]), [None, None], {"true": [CHAIRS, LAMPS]}
    )
    found = figures(["tree"], 1, far)
    assert list(found) == [("tree", "nothing"), ("tree", "true")]
    assert found["tree", "nothing"].wrong == pytest.approx(1 / 2)
    true = found["tree", "true"]
    assert (true.queries, true.hits, true.wrong, true.starved) == (2, 1, 0.0, 1)
    assert (true.known, true.as_dict()["hit_at_1"]) == (0, None)
    assert true.by_label[LAMP].precision is None


def test_no_hit_at_all_has_no_share() -> None:
    none = LabelledQueries(QUERIES.codes[:1], QUERIES.labels[:1], [None], {"true": [()]})
    found = figures(["category"], 3, none)["category", "true"]
    assert (found.queries, found.hits, found.wrong, found.starved) == (1, 0, None, 0)


def test_what_does_not_fit_together_is_refused() -> None:
    with pytest.raises(RetrievalError, match="7 ids, 6 codes"):
        LabelledProducts(PRODUCTS.ids, PRODUCTS.codes[:6], PRODUCTS.positions, PRODUCTS.labels)
    with pytest.raises(RetrievalError, match="2 queries and 1 entries of 'true'"):
        LabelledQueries(QUERIES.codes, QUERIES.labels, QUERIES.products, {"true": [CHAIRS]})
    with pytest.raises(RetrievalError, match="no kind of index"):
        figures(["round"])
