"""From the filter that a user writes to the one that an index answers."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, NoReturn, TypeAlias

from shopthelook.catalog.feeds.enumerations import ALLOWED, normal_value
from shopthelook.pipeline.colors import one_spelling
from shopthelook.pipeline.gender import LARGEST
from shopthelook.retrieval.protocol import CATEGORY
from shopthelook.retrieval.query import (
    And,
    Filter,
    In,
    Not,
    Or,
    QueryError,
    Range,
    Term,
    any_of,
    check,
    from_json,
    parse,
)
from shopthelook.taxonomy import Taxonomy, UnknownCategory

Where: TypeAlias = str | Mapping[str, Any] | Filter
"""A filter as text, as JSON (parsed, or as text that starts with a brace) or as a tree."""


@dataclass(frozen=True, slots=True)
class Resolved:
    """A filter that an index can answer.

    Attributes:
        written: the filter as it was given, with the specification's words ("Men" is "male", "grey" "gray").
        where: the same with each category as the range of its subtree's positions.
        names_category: whether it asks for a category, rather than only against one; then it decides
            where to search, and an object's own category does not.
        names_gender: whether it speaks of the gender, which then takes no default.
    """

    written: Filter
    where: Filter
    names_category: bool
    names_gender: bool


def resolve(where: Where, taxonomy: Taxonomy) -> Resolved:
    """Read a filter and look its categories up, each by name, path or id; it covers its whole subtree.

    Raises:
        QueryError: it is malformed, or names an unknown category (the message names close ones); it
            points at the column where the filter is text.
    """
    text = where if isinstance(where, str) else None
    written = read(where)
    if text is not None and _is_json(text):
        text = None
    reading = _Reading(taxonomy, text)
    spoken = reading.in_words_of_the_specification(written)
    resolved = reading.with_positions(spoken, positive=True)
    # A list of categories becomes a range for each, and the restriction by gender must still fit in.
    for tree in (spoken, resolved):
        check(And((tree, LARGEST)))
    return Resolved(spoken, resolved, reading.names_category, reading.names_gender)


def read(where: Where) -> Filter:
    """The tree of a filter that is given in any form.

    Raises:
        QueryError: it is malformed.
    """
    if isinstance(where, Filter):
        check(where)
        return where
    if isinstance(where, str):
        return from_json(_document(where)) if _is_json(where) else parse(where)
    return from_json(where)


def _is_json(text: str) -> bool:
    # No filter in the language starts with a brace.
    return text.lstrip().startswith("{")


def _document(text: str) -> object:
    try:
        return json.loads(text)
    except json.JSONDecodeError as error:
        raise QueryError(f"this is not JSON: {error.msg}", text, (error.pos, error.pos + 1)) from None
    except (ValueError, RecursionError) as error:
        raise QueryError(f"this is not JSON that can be read: {error}") from None


class _Reading:
    """One pass over a tree; remembers what it speaks of."""

    def __init__(self, taxonomy: Taxonomy, text: str | None) -> None:
        self._taxonomy = taxonomy
        self._text = text
        self.names_category = False
        self.names_gender = False

    def in_words_of_the_specification(self, node: Filter) -> Filter:
        """The tree with "Men" as "male" and the like, as the index has them."""
        match node:
            case And(children) | Or(children):
                return replace(node, children=tuple(map(self.in_words_of_the_specification, children)))
            case Not(child):
                return replace(node, child=self.in_words_of_the_specification(child))
            case Term(field, value) if field in ALLOWED:
                return replace(node, value=normal_value(field, value) or value)
            case In(field, values) if field in ALLOWED:
                return replace(node, values=tuple(normal_value(field, one) or one for one in values))
            case Term("color", value):
                return replace(node, value=one_spelling(value))
            case In("color", values):
                return replace(node, values=tuple(map(one_spelling, values)))
        return node

    def with_positions(self, node: Filter, positive: bool) -> Filter:
        """The tree with categories as ranges; `positive` is whether an even number of NOTs is above."""
        match node:
            case And(children) | Or(children):
                return replace(node, children=tuple(self.with_positions(one, positive) for one in children))
            case Not(child):
                return replace(node, child=self.with_positions(child, not positive))
        if node.field == "gender":
            self.names_gender = True
        if node.field != CATEGORY:
            return node
        if isinstance(node, Range):
            self._fail("category takes names, paths and ids, not numbers to compare", node)
        values = (node.value,) if isinstance(node, Term) else node.values
        self.names_category |= positive
        return any_of(*(self._subtree(value, node) for value in values))

    def _subtree(self, name: str, node: Term | In) -> Range:
        try:
            category = self._taxonomy.get(name)
        except UnknownCategory as error:
            self._fail(str(error), node)
        return Range(CATEGORY, category.position, category.end - 1, span=node.span)

    def _fail(self, reason: str, node: Filter) -> NoReturn:
        raise QueryError(reason, self._text, None if self._text is None else node.span) from None
