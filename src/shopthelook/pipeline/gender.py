"""Whose clothes: the restriction of a search for apparel by gender."""

from __future__ import annotations

from typing import Literal, TypeAlias

from shopthelook.catalog.feeds.enumerations import normal_value
from shopthelook.pipeline.errors import SearchError
from shopthelook.retrieval.query import Filter, In, Not, Term
from shopthelook.taxonomy import Category

Gender: TypeAlias = Literal["women", "men", "unisex", "any"]

_APPAREL = "apparel & accessories"
# What must not come: a product without a gender counts as unisex, so the others are what is excluded.
_OTHERS: dict[str, Filter] = {
    "female": Term("gender", "male"),
    "male": Term("gender", "female"),
    "unisex": In("gender", ("female", "male")),
}
LARGEST = Not(_OTHERS["unisex"])
"""The restriction that takes the most room in a filter."""


def gender_filter(asked: str | None, own: str | None, kind: Category | None, named: bool) -> Filter | None:
    """What a search is restricted to: one gender, unisex and products that name none.

    Args:
        asked: what the user wants, a `Gender` or the specification's word; "any" turns the restriction off
            and None leaves it to the object.
        own: the gender of the object that is searched for, where it is known; see ``own_gender``.
        kind: the object's category; None where it is not known.
        named: whether the user's own filter speaks of the gender; then the object's does not count.

    Raises:
        SearchError: `asked` is no gender.
    """
    if asked == "any":
        return None
    wanted = None if named else own
    if asked is not None:
        wanted = normal_value("gender", asked)
        if wanted is None:
            raise SearchError(f"gender must be women, men, unisex or any, not {asked[:40]!r}")
        # Sofas have no gender; where nobody knows what it is, the user's word counts.
        applies = kind is None or _is_apparel(kind)
    else:
        applies = kind is not None and _is_apparel(kind)
    if wanted not in _OTHERS or not applies:
        return None
    return Not(_OTHERS[wanted])


def _is_apparel(category: Category) -> bool:
    return category.path[0].casefold() == _APPAREL
