"""From a feed row to a product: what each attribute means and what is wrong with it."""

import html
import re
from typing import TYPE_CHECKING, Any

from shopthelook.catalog.feeds.enumerations import ALLOWED, normal_value
from shopthelook.catalog.feeds.price import PriceError, parse_price
from shopthelook.catalog.feeds.row import FeedProblem, FeedRow
from shopthelook.catalog.product import Product

if TYPE_CHECKING:
    from shopthelook.taxonomy import Taxonomy

MAX_ID = 255
MAX_TEXT = 100_000
MAX_PICTURES = 100
MAX_CUSTOM = 200

_WORDS = ("product_type", "brand", "gtin", "mpn", "color", "pattern", "material", "size", "item_group_id")
_KNOWN = (
    "id",
    "title",
    "description",
    "link",
    "image_link",
    "additional_image_link",
    "availability",
    "price",
    "sale_price",
    "currency",
    "google_product_category",
)
_CONSUMED = frozenset((*_KNOWN, *_WORDS, *ALLOWED))
# Names without "_" as some tools write them ("imageLink"), and the plurals of the product API.
_ALIASES = {name.replace("_", ""): name for name in _CONSUMED} | {
    "image": "image_link",
    "additional_image_links": "additional_image_link",
    "additionalimagelinks": "additional_image_link",
    "product_types": "product_type",
    "producttypes": "product_type",
}
_SCHEME = re.compile(r"([A-Za-z][A-Za-z0-9+.-]+):")
_CONTROL = re.compile(r"[\x00-\x08\x0e-\x1f\x7f]")
_SURROGATE = re.compile("[\ud800-\udfff]")


def parse_product(row: FeedRow, taxonomy: "Taxonomy") -> tuple[Product | None, list[FeedProblem]]:
    """The product of a row, and what was wrong with it.

    A bad optional field is dropped and reported. A missing or bad id drops the row: the product is None.
    """
    reader = _Row(row)
    product_id = reader.identity()
    if product_id is None:
        return None, reader.problems
    values: dict[str, Any] = {"id": product_id, "title": " ".join(reader.text("title").split())}
    values["description"] = reader.text("description")
    values["link"] = reader.link("link", relative=False)
    values["image_link"] = reader.link("image_link", relative=True)
    values["additional_image_links"] = reader.pictures()
    values |= {name: " ".join(reader.text(name).split()) or None for name in _WORDS}
    values |= {name: reader.choice(name) for name in ALLOWED}
    values |= reader.money()
    values |= reader.category(taxonomy)
    values["custom"] = reader.custom()
    return Product(**values), reader.problems


class _Row:
    """The fields of one row, and the problems found while they are read."""

    def __init__(self, row: FeedRow):
        self.line = row.line
        self.id: str | None = None
        self.problems: list[FeedProblem] = []
        self.fields: dict[str, list[str]] = {}
        for name, value in row.fields.items():
            values = [value] if isinstance(value, str) else list(value)
            known = name if name in _CONSUMED else _ALIASES.get(name, name)
            if known == name:
                self.fields[name] = values + self.fields.get(name, [])
            else:
                self.fields.setdefault(known, []).extend(values)

    def problem(self, field: str | None, reason: str) -> None:
        self.problems.append(FeedProblem(self.line, self.id, field, reason))

    def identity(self) -> str | None:
        """The id, or None with a problem."""
        given = self.text("id")
        if any(p.field == "id" for p in self.problems):
            return None
        if not given:
            self.problem("id", "the row has no id")
        elif len(given) > MAX_ID:
            self.problem("id", f'the id "{given[:40]}..." is longer than {MAX_ID} characters')
        elif not given.isprintable():
            self.problem("id", f"the id {given[:40]!a} has characters that cannot be printed")
        else:
            self.id = given
        return self.id

    def text(self, name: str) -> str:
        """The first value that says something, "" where there is none or where it had to be dropped."""
        return next((clean for value in self.fields.get(name, ()) if (clean := self._clean(name, value))), "")

    def _clean(self, name: str, value: str) -> str:
        bad = _SURROGATE.search(value)
        if bad:
            code = ord(bad[0])
            if 0xDC80 <= code <= 0xDCFF:
                reason = (
                    f"{name} has the byte 0x{code - 0xDC00:02X}, which is not UTF-8; save the feed as UTF-8"
                )
            else:
                reason = f"{name} has half of a UTF-16 pair (U+{code:04X})"
            self.problem(name, reason)
            return ""
        if len(value) > MAX_TEXT:
            self.problem(name, f"{name} is longer than {MAX_TEXT} characters")
            return ""
        bad = _CONTROL.search(value)
        if bad:
            self.problem(name, f"{name} has the control character U+{ord(bad[0]):04X}")
            return ""
        return value.strip()

    def link(self, name: str, relative: bool) -> str:
        """An http(s) URL, or a relative path where that is allowed."""
        return self._link(name, self.text(name), relative)

    def _link(self, name: str, value: str, relative: bool) -> str:
        scheme = _SCHEME.match(value)
        if not value or (scheme is not None and scheme[1].lower() in ("http", "https")):
            return value
        # Pages show links, so a javascript: link in a feed must not get through.
        if scheme is not None or not relative:
            kinds = "an http or https URL, or a path beside the feed" if relative else "an http or https URL"
            self.problem(name, f'{name} "{value[:80]}" is not {kinds}')
            return ""
        return value

    def pictures(self) -> tuple[str, ...]:
        """The additional pictures; the text formats separate them with commas."""
        name = "additional_image_link"
        found: dict[str, None] = {}
        for raw in self.fields.get(name, ()):
            value = self._clean(name, raw)
            # A URL may have a comma in it; then only a comma before the next URL separates.
            parts = re.split(r",(?=\s*https?://)", value) if "://" in value else value.split(",")
            for part in parts:
                link = self._link(name, part.strip(), relative=True)
                if link:
                    found[link] = None
        if len(found) > MAX_PICTURES:
            self.problem(
                name, f"there are {len(found)} additional pictures; the first {MAX_PICTURES} are kept"
            )
        return tuple(found)[:MAX_PICTURES]

    def choice(self, name: str) -> str | None:
        """A value of the specification's list."""
        value = self.text(name)
        if not value:
            return None
        normal = normal_value(name, value)
        if normal is None:
            self.problem(name, f'{name} "{value[:40]}" is not one of {", ".join(ALLOWED[name])}')
        return normal

    def money(self) -> dict[str, Any]:
        """price, sale_price and their currency."""
        default = self.text("currency") or None
        price = sale = currency = None
        if given := self.text("price"):
            try:
                price, currency = parse_price(given, default)
            except PriceError as error:
                self.problem("price", f"price {error}")
        if given := self.text("sale_price"):
            try:
                sale, sale_currency = parse_price(given, default)
            except PriceError as error:
                self.problem("sale_price", f"sale_price {error}")
            else:
                if price is not None and sale_currency != currency:
                    self.problem("sale_price", f"sale_price is in {sale_currency} and price in {currency}")
                    sale = None
                elif price is not None and sale > price:
                    self.problem("sale_price", f"sale_price {sale} is above the price {price}")
                    sale = None
                else:
                    currency = sale_currency
        return {"price": price, "sale_price": sale, "currency": currency}

    def category(self, taxonomy: "Taxonomy") -> dict[str, Any]:
        """The merchant's category, by id or path."""
        from shopthelook.taxonomy import UnknownCategory

        name = "google_product_category"
        given = self.text(name)
        if not given:
            return {}
        try:
            category = taxonomy.get(html.unescape(given))
        except UnknownCategory as error:
            self.problem(name, str(error))
            return {}
        return {"category_id": category.id, "category_source": "merchant"}

    def custom(self) -> dict[str, str]:
        """Every other field, repeated ones joined."""
        others = [name for name in self.fields if name not in _CONSUMED]
        if len(others) > MAX_CUSTOM:
            self.problem(None, f"the row has {len(others)} other columns; the first {MAX_CUSTOM} are kept")
        kept = {}
        for name in others[:MAX_CUSTOM]:
            if not name or len(name) > MAX_ID or not name.isprintable():
                self.problem(None, f"the column name {name[:40]!a} is empty, too long or cannot be printed")
                continue
            values = [clean for value in self.fields[name] if (clean := self._clean(name, value))]
            if values:
                kept[name] = ", ".join(values)
        return kept
