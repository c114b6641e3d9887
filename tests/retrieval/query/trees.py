"""Random filters and rows for the tests of the query language."""

from __future__ import annotations

from hypothesis import strategies as st

from shopthelook.retrieval.query import And, Filter, In, Not, Or, Range, Term

FIELDS = ("brand", "color", "price", "seat_height", "größe", "in", "*")
VALUES = ("red", "Dark  Blue", "10", "10.5", "-3", "and", "*", 'say "hi"', "it's", "back\\slash", "", "日本")

fields = st.sampled_from(FIELDS) | st.text(min_size=1, max_size=8).filter(str.strip)
values = st.sampled_from(VALUES) | st.text(max_size=8)
# Surrogates are no characters; the language refuses them.
fields = fields.filter(lambda name: name.isprintable())
values = values.filter(lambda text: not any("\ud800" <= letter <= "\udfff" for letter in text))
numbers = st.sampled_from([-3.0, 0.0, 9.99, 10.0, 10.5, 1e300, 5e-324]) | st.floats(
    allow_nan=False, allow_infinity=False
)


@st.composite
def ranges(draw: st.DrawFn) -> Range:
    low, high = draw(st.none() | numbers), draw(st.none() | numbers)
    if low is not None and high is not None and low > high:
        low, high = high, low
    return Range(draw(fields), low, high, draw(st.booleans()), draw(st.booleans()))


leaves = (
    st.builds(Term, fields, values)
    | st.builds(In, fields, st.lists(values, min_size=1, max_size=4).map(tuple))
    | ranges()
)


def _operators(children: st.SearchStrategy[Filter]) -> st.SearchStrategy[Filter]:
    several = st.lists(children, min_size=2, max_size=3).map(tuple)
    return st.builds(And, several) | st.builds(Or, several) | st.builds(Not, children)


filters: st.SearchStrategy[Filter] = st.recursive(leaves, _operators, max_leaves=12)

rows = st.dictionaries(
    st.sampled_from(FIELDS),
    st.lists(values | numbers, max_size=3).map(tuple),
    max_size=4,
)
