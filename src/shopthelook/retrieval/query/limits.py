"""How large a filter may be, so that no request holds a server up."""

from __future__ import annotations

import math

from shopthelook.retrieval.query.ast import And, Filter, In, Not, Or, Range, Term
from shopthelook.retrieval.query.errors import QueryError

MOST_TEXT = 65_536
"""Characters of a filter as text."""

DEEPEST = 64
"""Nodes from the root to a leaf; also parentheses and NOTs within each other."""

MOST_NODES = 1_000
MOST_VALUES = 10_000
"""Values in all lists of a filter together."""

TOO_DEEP = f"the filter is nested more than {DEEPEST} deep"
_TOO_MANY_NODES = f"the filter has more than {MOST_NODES} conditions and operators; use IN for long lists"
_TOO_MANY_VALUES = f"the filter lists more than {MOST_VALUES} values"


def check(root: Filter) -> None:
    """Raise `QueryError` unless this is a filter within the limits, with fields and finite numbers."""
    nodes = values = 0
    level: list[Filter] = [root]
    depth = 0
    while level:
        depth += 1
        if depth > DEEPEST:
            raise QueryError(TOO_DEEP)
        below: list[Filter] = []
        for node in level:
            _check_node(node)
            nodes += 1
            values += len(node.values) if isinstance(node, In) else 0
            if isinstance(node, And | Or):
                below.extend(node.children)
            elif isinstance(node, Not):
                below.append(node.child)
        if nodes > MOST_NODES:
            raise QueryError(_TOO_MANY_NODES)
        if values > MOST_VALUES:
            raise QueryError(_TOO_MANY_VALUES)
        level = below


def _check_node(node: Filter) -> None:
    if not isinstance(node, Filter):
        raise QueryError(f"a filter is made of And, Or, Not, Term, In and Range, not {type(node).__name__}")
    if isinstance(node, Term | In | Range) and not node.field:
        raise QueryError("a field has no name")
    if isinstance(node, Term | In):
        values = (node.value,) if isinstance(node, Term) else node.values
        if not all(isinstance(value, str) for value in values):
            raise QueryError(f"the values of {node.field} must be texts")
    if isinstance(node, Range):
        for limit in (node.low, node.high):
            if limit is not None and not math.isfinite(limit):
                raise QueryError(f"the limits of {node.field} must be finite numbers")
