"""How hits are listed: in which order, and with which counts of what they have in common."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Literal, TypeAlias, TypeVar

from shopthelook.catalog import Product
from shopthelook.pipeline.errors import SearchError
from shopthelook.retrieval.query import fold_field
from shopthelook.taxonomy import Category

Sort: TypeAlias = Literal["similarity", "price", "-price"]
SORTS: tuple[Sort, ...] = ("similarity", "price", "-price")

FACETS = ("category", "color", "price", "brand", "pattern", "gender", "availability")
"""The fields that are counted where the caller does not say which."""

AMONG = 200
MOST_AMONG = 1000
MOST_FACETS = 20

_T = TypeVar("_T")


@dataclass(frozen=True, slots=True)
class Listing:
    """What a caller wants besides the nearest hits in their order.

    Attributes:
        sort: "similarity"; "price" (lowest first) and "-price" order the nearest ``among`` products by what a
            shopper pays, and list no others: it is the alike that are sorted, not the whole shop. What a widened
            search finds besides comes behind.
        facets: the fields whose values are counted, among the nearest ``among`` products; a filter's own
            condition on a field does not count for that field.
        among: how many of the nearest products are looked at for both.

    Raises:
        SearchError: ``sort`` is none of these, ``among`` is not from 1 to 1000, or there are too many facets.
    """

    sort: Sort = "similarity"
    facets: tuple[str, ...] = ()
    among: int = AMONG

    def __post_init__(self) -> None:
        if self.sort not in SORTS:
            raise SearchError(f"sort must be one of {', '.join(SORTS)}, not {str(self.sort)[:40]!r}")
        if not 1 <= self.among <= MOST_AMONG:
            raise SearchError(f"among must be from 1 to {MOST_AMONG}, not {self.among}")
        names = tuple(dict.fromkeys(map(fold_field, self.facets)))
        if len(names) > MOST_FACETS:
            raise SearchError(f"facets must name at most {MOST_FACETS} fields, not {len(names)}")
        if "" in names:
            raise SearchError("facets holds a field without a name")
        object.__setattr__(self, "facets", names)

    def needed(self, enough: int) -> int:
        """How many hits to find so that the first ``enough`` of the list are known."""
        # One more says whether those that are counted are all.
        looked_at = self.among + bool(self.facets)
        if self.sort != "similarity":
            return looked_at
        return max(enough, looked_at) if self.facets else enough


PLAIN = Listing()


@dataclass(frozen=True, slots=True)
class FacetValue:
    """One value of a field.

    Attributes:
        value: as a filter takes it; a category's id; for prices "50-100", from the first to below the second.
        count: products with it, of those that were counted.
        selected: whether the filter asks for it.
        where: the condition that finds it, as a filter writes it.
        category: the category of ``value``, for the field "category".
    """

    value: str
    count: int
    selected: bool
    where: str
    category: Category | None = None

    def as_dict(self) -> dict[str, Any]:
        """``{"value", "count", "selected", "where"}``, and ``"category"`` as a path for categories."""
        found: dict[str, Any] = {} if self.category is None else {"category": self.category.full}
        return found | {
            "value": self.value,
            "count": self.count,
            "selected": self.selected,
            "where": self.where,
        }


@dataclass(frozen=True, slots=True)
class Facet:
    """The values of one field, the most frequent first, prices from the lowest.

    Attributes:
        counted: how many products were looked at, nearest first.
        complete: whether these were all that qualify; otherwise there may be more with each value.
    """

    field: str
    counted: int
    complete: bool
    values: tuple[FacetValue, ...]

    def as_dict(self) -> dict[str, Any]:
        """``{"field", "counted", "complete", "values"}``."""
        values = [one.as_dict() for one in self.values]
        return {"field": self.field, "counted": self.counted, "complete": self.complete, "values": values}


def paid(product: Product) -> Decimal | None:
    """What a shopper pays."""
    return product.price if product.sale_price is None else product.sale_price


def main_currency(products: Iterable[Product]) -> str | None:
    """The currency that most of the products with a price have; of several as frequent, the first by name."""
    return next(iter(_currencies(products)), None) or None


def by_price(found: Sequence[tuple[Product, _T]], sort: Sort) -> list[_T]:
    """What belongs to each product, in the order of the prices; products without one come last.

    Prices in different currencies cannot be compared: those in the most frequent currency come first. Equal
    prices stay in the order given.
    """
    currencies = _currencies(product for product, _ in found)

    def place(entry: tuple[Product, _T]) -> tuple[int, Decimal]:
        product = entry[0]
        amount = paid(product)
        if amount is None:
            return len(currencies), Decimal(0)
        return currencies.index(product.currency or ""), -amount if sort == "-price" else amount

    return [belonging for _, belonging in sorted(found, key=place)]


def _currencies(products: Iterable[Product]) -> list[str]:
    """Of the products with a price, the most frequent first, then by name; "" where none is told."""
    counts = Counter(one.currency or "" for one in products if paid(one) is not None)
    return sorted(counts, key=lambda code: (-counts[code], code))
