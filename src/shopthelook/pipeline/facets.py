"""What the products found have in common: how many have each value of a field.

The counts of a field are made without the filter's own conditions on that field, so that a shopper who chose red
still sees how many blue ones there are.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from decimal import Decimal
from functools import cached_property

from shopthelook.catalog import Product
from shopthelook.pipeline.attributes import Values, attributes_of
from shopthelook.pipeline.colors import plain_color
from shopthelook.pipeline.encoding import known_category
from shopthelook.pipeline.listing import Facet, FacetValue, main_currency, paid
from shopthelook.retrieval.protocol import CATEGORY
from shopthelook.retrieval.query import And, Filter, In, Not, Or, Range, Term, all_of, fold, matches, to_text
from shopthelook.taxonomy import Category, Taxonomy

MOST_VALUES = 20
"""Values of one field that are told, the most frequent ones."""

PRICE = "price"
_STEPS = (1, 2, 5)


class Counted:
    """Products whose values are counted, nearest first; their attributes are looked up once for all fields."""

    def __init__(self, products: Sequence[Product], complete: bool) -> None:
        self.products = products
        self.complete = complete

    @cached_property
    def attributes(self) -> list[dict[str, Values]]:
        """Of each product."""
        return [attributes_of(one) for one in self.products]


def split(where: Filter | None, field: str) -> tuple[Filter | None, Filter | None]:
    """A filter without its conditions on ``field``, and these; None where nothing is left.

    Only what stands at the top, joined by AND, and asks for values of this field alone can be taken away.
    """
    children = where.children if isinstance(where, And) else () if where is None else (where,)
    allowed = {field, "currency"} if field == PRICE else {field}
    own = [one for one in children if _asks_for(one, field) and _fields(one) <= allowed]
    rest = [one for one in children if one not in own]
    return all_of(*rest), all_of(*own)


def facet(
    field: str,
    counted: Counted,
    own: Filter | None,
    searched: Category | None,
    taxonomy: Taxonomy,
) -> Facet:
    """Count the values of ``field``.

    Args:
        own: the filter's conditions on the field, with categories as names, paths or ids.
        searched: the category that the products were searched in; its own name says nothing about them.
    """
    if field == CATEGORY:
        values = _categories(counted.products, own, searched, taxonomy)
    elif field in {PRICE, "list_price", "sale_price"}:
        values = _prices(field, counted, own)
    else:
        values = _texts(field, counted, own)
    return Facet(field, len(counted.products), counted.complete, tuple(values))


def _fields(node: Filter) -> set[str]:
    match node:
        case And(children) | Or(children):
            return {name for one in children for name in _fields(one)}
        case Not(child):
            return _fields(child)
    return {node.field}


def _asks_for(node: Filter, field: str) -> bool:
    """Whether it chooses among values of the field, rather than ruling some out."""
    match node:
        case And(children) | Or(children):
            return bool(children) and all(_asks_for(one, field) for one in children)
        case Not():
            return False
    return True


def _named(node: Filter | None, field: str) -> Iterable[str]:
    """The values that conditions on the field name."""
    match node:
        case And(children) | Or(children):
            for one in children:
                yield from _named(one, field)
        case Term(name, value) if name == field:
            yield value
        case In(name, values) if name == field:
            yield from values


def _texts(field: str, counted: Counted, own: Filter | None) -> list[FacetValue]:
    counts: dict[str, int] = {}
    spelled: dict[str, str] = {}

    def see(value: str, n: int) -> None:
        key = fold(value)
        if key:
            spelled.setdefault(key, value)
            counts[key] = counts.get(key, 0) + n

    for attributes in counted.attributes:
        values = [one for one in attributes.get(field, ()) if isinstance(one, str)]
        if field == "color":
            # A shade stands beside its plain colour, which is what people look for.
            values = [plain_color(one) or one for one in values]
        for value in {fold(one): one for one in values}.values():
            see(value, 1)
    for value in _named(own, field):
        see(value, 0)

    def told(key: str) -> FacetValue:
        value = spelled[key]
        selected = own is not None and matches(own, {field: [value]})
        return FacetValue(value, counts[key], selected, to_text(Term(field, value)))

    return _most(map(told, counts))


def _most(values: Iterable[FacetValue]) -> list[FacetValue]:
    """The most frequent ones, and all that were selected."""
    ordered = sorted(values, key=lambda one: (-one.count, fold(one.value)))
    return [one for n, one in enumerate(ordered) if n < MOST_VALUES or one.selected]


def _categories(
    products: Sequence[Product], own: Filter | None, searched: Category | None, taxonomy: Taxonomy
) -> list[FacetValue]:
    counts: dict[Category, int] = {}
    for product in products:
        kind = known_category(taxonomy, product.category_id)
        shown = None if kind is None else _below(taxonomy, kind, searched)
        if shown is not None:
            counts[shown] = counts.get(shown, 0) + 1
    named = [taxonomy.get(value) for value in _named(own, CATEGORY)]
    for one in named:
        counts.setdefault(one, 0)

    def told(kind: Category) -> FacetValue:
        selected = any(taxonomy.covers(one, kind) for one in named)
        where = to_text(Term(CATEGORY, str(kind.id)))
        return FacetValue(str(kind.id), counts[kind], selected, where, kind)

    return _most(map(told, counts))


def _below(taxonomy: Taxonomy, kind: Category, searched: Category | None) -> Category | None:
    """What to call a product's category: the coarse one, or within a category the one right below it.

    None where it is the searched category itself.
    """
    if searched is None:
        return taxonomy.coarse(kind) or kind
    for branch in taxonomy.branches(searched):
        if taxonomy.covers(branch, kind):
            if branch != searched:
                return branch
            line = [*taxonomy.ancestors(kind), kind]
            return line[searched.depth] if kind.depth > searched.depth else None
    return taxonomy.coarse(kind) or kind


def _prices(field: str, counted: Counted, own: Filter | None) -> list[FacetValue]:
    """Stretches from 1, 2 or 5 times a power of ten to the next, which stay the same whatever else is chosen."""
    currency = main_currency(counted.products)
    several = len({one.currency for one in counted.products if paid(one) is not None}) > 1
    counts: dict[tuple[Decimal, Decimal], int] = {}
    for product, attributes in zip(counted.products, counted.attributes, strict=True):
        if product.currency != currency:
            continue
        for value in attributes.get(field, ()):
            if not isinstance(value, str):
                stretch = price_stretch(Decimal(repr(value)))
                counts[stretch] = counts.get(stretch, 0) + 1
    for low, high in _stretches(own, field):
        counts.setdefault((low, high), 0)

    def told(low: Decimal, high: Decimal) -> FacetValue:
        limits = Range(field, float(low), float(high), high_open=True)
        text = f"{low:f}-{high:f}"
        condition: Filter = limits
        if several and currency is not None:
            text = f"{text} {currency}"
            condition = And((Term("currency", currency), limits))
        # The middle is within whatever condition asks for the stretch.
        at: dict[str, list[str | float]] = {field: [float((low + high) / 2)], "currency": [currency or ""]}
        selected = own is not None and matches(own, at)
        return FacetValue(text, counts[low, high], selected, to_text(condition))

    return [told(*stretch) for stretch in sorted(counts)]


def _stretches(node: Filter | None, field: str) -> Iterable[tuple[Decimal, Decimal]]:
    """The stretches that conditions name."""
    match node:
        case And(children) | Or(children):
            for one in children:
                yield from _stretches(one, field)
        case Range(name, low, high) if name == field and low is not None and high is not None:
            first = Decimal(repr(low)).normalize()
            if price_stretch(first) == (first, Decimal(repr(high)).normalize()):
                yield price_stretch(first)


def price_stretch(amount: Decimal) -> tuple[Decimal, Decimal]:
    """The limits around a price, [low, high): 1, 2 or 5 times a power of ten; from 0 below one.

    >>> price_stretch(Decimal("79.90"))
    (Decimal('50'), Decimal('100'))
    """
    if amount < 1:
        return Decimal(0), Decimal(1)
    power = Decimal(10) ** amount.adjusted()
    limits = [step * power for step in _STEPS] + [10 * power]
    low = max(limit for limit in limits if limit <= amount)
    high = next(limit for limit in limits if limit > amount)
    return Decimal(f"{low:f}"), Decimal(f"{high:f}")
