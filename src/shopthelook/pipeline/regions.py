"""Where to look for products: ranges of the taxonomy's depth-first order, and how they widen on request."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from shopthelook.taxonomy import Category, Taxonomy

Span = tuple[int, int]
"""Half-open range of positions."""


@dataclass(frozen=True, slots=True)
class Region:
    """Products to look among: those at these positions, or (None) all.

    `widened` says in words how this goes beyond what was asked for; None where it does not.
    """

    spans: tuple[Span, ...] | None
    widened: str | None = None


EVERYWHERE = Region(None)


def regions(taxonomy: Taxonomy, within: Category | None, branches: bool, relax: bool) -> list[Region]:
    """The regions to search one after the other until there are enough hits; no two overlap.

    Args:
        within: the category to search; None for all products.
        branches: take in the branches elsewhere that look like the category, see `Taxonomy.branches`.
        relax: go on to the coarse categories beside it, then to the rest of the category above.
    """
    if within is None:
        return [EVERYWHERE]
    kinds = taxonomy.branches(within) if branches else (within,)
    own = _spans(kinds)
    found = [Region(own)]
    parent = taxonomy.parent(within)
    if not relax or parent is None:
        return found
    beside = [
        branch
        for one in taxonomy.coarse_categories
        if taxonomy.covers(parent, one) and not taxonomy.covers(within, one)
        for branch in taxonomy.branches(one)
    ]
    siblings = without(_spans(beside), own)
    if siblings:
        found.append(Region(siblings, f"to the categories beside it in {parent}"))
    rest = without(_spans([parent]), (*own, *siblings))
    if rest:
        found.append(Region(rest, f"to all of {parent}"))
    return found


def without(spans: Iterable[Span], taken: Iterable[Span]) -> tuple[Span, ...]:
    """What is left of the spans, none of which overlap, where the taken ones are cut out."""
    left = sorted(spans)
    for first, end in taken:
        cut: list[Span] = []
        for low, high in left:
            pieces = ((low, min(high, first)), (max(low, end), high))
            cut.extend(piece for piece in pieces if piece[0] < piece[1])
        left = cut
    return tuple(left)


def _spans(categories: Iterable[Category]) -> tuple[Span, ...]:
    """Their subtrees, without what lies in another one."""
    found: list[Span] = []
    for span in sorted({(one.position, one.end) for one in categories}, key=lambda s: (s[0], -s[1])):
        if not found or span[0] >= found[-1][1]:
            found.append(span)
    return tuple(found)
