"""The benchmark's filters in the words of databases."""

from __future__ import annotations

from shopthelook.retrieval.query import Filter, In, Range


def condition(where: Filter | None, category: int | None) -> str:
    """SQL for a filter and a category, "" for neither. Only what the benchmark asks is known."""
    parts = [] if category is None else [f"category = {category}"]
    if isinstance(where, Range):
        parts.append(f"{where.field} <= {where.high}")
    elif isinstance(where, In):
        parts.append(f"{where.field} IN ({', '.join(repr(value) for value in where.values)})")
    return " AND ".join(parts)
