"""Whatever comes in, a filter or a QueryError comes out; and what is written reads back as it was."""

from __future__ import annotations

import json

from hypothesis import example, given, settings
from hypothesis import strategies as st

from shopthelook.retrieval.query import Filter, QueryError, from_json, parse, to_json, to_text
from tests.retrieval.query.trees import filters

PIECES = ["a", "AND", "or", "NOT", "IN", "to", ":", "(", ")", "[", "]", "{", "}", ",", "<", "<=", "!=", "="]
PIECES += ['"', "'", "\\", '"x y"', "10", "-0.5", "*", " ", "  ", "\n", "!", "é", "\0", "\ud800", "𝒳", "1e9"]

few = settings(max_examples=150, deadline=None)


def read(text: str) -> None:
    try:
        found = parse(text)
    except QueryError as error:
        failed = error
    else:
        assert parse(to_text(found)) == found
        assert from_json(json.loads(json.dumps(to_json(found)))) == found
        return
    assert failed.column is None or 1 <= failed.column <= len(text) + 1
    str(failed).encode()


@few
@given(st.text(st.characters(), max_size=60))
def test_any_text(text: str) -> None:
    read(text)


@few
@given(st.lists(st.sampled_from(PIECES), max_size=30), st.sampled_from(["", " "]))
def test_any_pieces(pieces: list[str], between: str) -> None:
    read(between.join(pieces))


@few
@given(filters, st.data())
def test_grammar_with_mutations(where: Filter, data: st.DataObject) -> None:
    text = to_text(where)
    for _ in range(data.draw(st.integers(1, 3))):
        first = data.draw(st.integers(0, len(text)))
        end = data.draw(st.integers(first, min(len(text), first + 3)))
        text = text[:first] + data.draw(st.sampled_from(["", *PIECES])) + text[end:]
    read(text)


@few
@given(filters)
def test_round_trips(where: Filter) -> None:
    assert parse(to_text(where)) == where
    assert from_json(json.loads(json.dumps(to_json(where)))) == where


scalars = st.none() | st.booleans() | st.integers() | st.floats() | st.text(st.characters(), max_size=5)
keys = st.sampled_from(["and", "or", "not", "field", "value", "in", "gt", "gte", "lt", "lte"]) | st.text()
documents = st.recursive(
    scalars, lambda inside: st.lists(inside, max_size=4) | st.dictionaries(keys, inside, max_size=3)
)


def near_filter(inside: st.SearchStrategy[object]) -> st.SearchStrategy[object]:
    return (
        st.fixed_dictionaries({"and": st.lists(inside, max_size=3)})
        | st.fixed_dictionaries({"not": inside})
        | st.fixed_dictionaries(
            {"field": scalars}, optional={"value": scalars, "gt": scalars, "lte": scalars}
        )
        | st.fixed_dictionaries({"field": st.just("a"), "in": st.lists(scalars, max_size=3)})
    )


@few
@given(documents | st.recursive(scalars, near_filter, max_leaves=10))
@example({"field": "a", "gte": 10**400})
@example({"field": "a", "value": float("nan")})
@example({"field": "\ud800", "value": 1})
def test_any_json(value: object) -> None:
    try:
        found = from_json(value)
    except QueryError as error:
        failed = error
    else:
        assert from_json(to_json(found)) == found
        to_text(found)
        return
    assert failed.path is not None
    assert failed.path.startswith("where")
    str(failed).encode()
