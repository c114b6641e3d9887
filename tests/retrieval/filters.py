"""Small random worlds of attributes and filters, in which everything collides."""

from __future__ import annotations

import numpy as np
from hypothesis import strategies as st

from shopthelook.retrieval import Attributes
from shopthelook.retrieval.query.ast import And, Filter, In, Not, Or, Range, Term

FIELDS = ("brand", "color", "price", "size", "category", "none")
TEXTS = ("acme", "Bolt", " bolt ", "red", "Rot  Blau", "ÄRGER", "10", "10.0", "1e1", "-3", "nan", "")
NUMBERS = (-3.0, 0.0, -0.0, 2, 10, 10.5, 1e9, float("nan"), float("inf"))

_values = st.lists(st.sampled_from(TEXTS) | st.sampled_from(NUMBERS), max_size=3)

attributes = st.dictionaries(
    st.sampled_from(("brand", "color", "price", "size", "Size")), _values, max_size=4
)

_limits = st.none() | st.sampled_from([-3.0, -2.5, 0.0, 2.0, 10.0, 10.5, 1e9, float("inf")])
_leaves = (
    st.builds(Term, st.sampled_from(FIELDS), st.sampled_from(TEXTS))
    | st.builds(In, st.sampled_from(FIELDS), st.lists(st.sampled_from(TEXTS), max_size=3).map(tuple))
    | st.builds(Range, st.sampled_from(FIELDS), _limits, _limits, st.booleans(), st.booleans())
)

filters: st.SearchStrategy[Filter] = st.recursive(
    _leaves,
    lambda inner: (
        st.builds(And, st.lists(inner, max_size=3).map(tuple))
        | st.builds(Or, st.lists(inner, max_size=3).map(tuple))
        | st.builds(Not, inner)
    ),
    max_leaves=6,
)

CASES: list[Filter] = [
    Term("brand", "acme"),
    Term("BRAND", " Acme"),
    Term("brand", "nobody"),
    Term("nothing", "acme"),
    Term("size", "10"),
    In("color", ("red", "BLUE", "nobody")),
    In("color", ()),
    Range("price", 20, 40),
    Range("price", 20, 20, low_open=True),
    Range("price", None, 50, high_open=True),
    Range("price", None, None),
    Range("category", 3, 17),
    Not(Range("category", 0, None)),
    Not(Range("price", None, 50)),
    Not(Term("brand", "acme")),
    And(()),
    Or(()),
    And((Term("gender", "men"), Or((Term("color", "red"), Range("price", 90, None))))),
    And((Not(Term("gender", "men")), Not(In("color", ("red", "blue"))))),
    Or((And((Term("brand", "bolt"), Range("price", None, 30))), Range("category", 5, 6))),
]
"""Filters for the rows of `random_attributes`, of every kind and of none to all rows."""


def random_attributes(rng: np.random.Generator, count: int) -> list[Attributes]:
    """Attributes of a shop: each field at some of the products, with one value or some."""
    rows: list[Attributes] = []
    for _ in range(count):
        row: dict[str, tuple[str | float, ...]] = {
            "brand": (("Acme", "Bolt", "Crux")[rng.integers(3)],),
            "color": tuple(rng.choice(["red", "Blue", "green", "black"], rng.integers(0, 3))),
            "gender": (("men", "women", "unisex")[rng.integers(3)],),
            "size": (str(rng.integers(8, 12)), float(rng.integers(8, 12))),
        }
        if rng.random() < 0.8:
            row["price"] = (float(rng.integers(1, 100)),)
        rows.append(row)
    return rows
