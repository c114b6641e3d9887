"""Printing: JSON for programs, columns for people."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import fields
from datetime import datetime
from decimal import Decimal
from typing import Any

import click

from shopthelook.catalog import Product
from shopthelook.pipeline.attributes import Attribute, told_of


def emit(value: Any) -> None:
    """Print one JSON object on one line."""
    click.echo(json.dumps(value, ensure_ascii=False, default=_plain))


def table(rows: Sequence[Sequence[object]], right: Sequence[int] = (), indent: int = 0) -> None:
    """Print rows in columns, ``indent`` spaces in; columns numbered in ``right`` are aligned to the right."""
    texts = [["" if cell is None else one_line(str(cell)) for cell in row] for row in rows]
    if not texts:
        return
    widths = [max(len(row[column]) for row in texts) for column in range(len(texts[0]))]
    for row in texts:
        cells = [
            cell.rjust(width) if column in right else cell.ljust(width)
            for column, (cell, width) in enumerate(zip(row, widths, strict=True))
        ]
        click.echo(" " * indent + "  ".join(cells).rstrip())


def one_line(text: str, longest: int = 100) -> str:
    """The text on one line, without control characters that could steer a terminal, cut when long."""
    clean = " ".join("".join(c if c.isprintable() else " " for c in text).split())
    return clean if len(clean) <= longest else clean[: longest - 1] + "…"


def price(product: Product) -> str:
    """What a product costs now, with its currency, or nothing."""
    now = product.price if product.sale_price is None else product.sale_price
    return "" if now is None else f"{now} {product.currency or ''}".strip()


def product_dict(product: Product) -> dict[str, Any]:
    """A product as the merchant describes it, and in `attributes` what is said of its looks, as JSON would hold it."""
    found = {one.name: getattr(product, one.name) for one in fields(product)}
    found["custom"] = dict(product.custom)
    del found["guesses"]
    found["attributes"] = [one.as_dict() for one in told_of(product)]
    return {name: value for name, value in found.items() if value not in (None, "", (), {}, [])}


def attribute_words(said: Iterable[Attribute], named: bool = False) -> str:
    """What is said, for people: "Red (0.93), female", with the names of the attributes where asked for."""
    words = []
    for one in said:
        sure = "" if one.confidence is None else f" ({one.confidence:.2f})"
        words.append(f"{one.name + ' ' if named else ''}{one.value}{sure}")
    return ", ".join(words)


def _plain(value: object) -> object:
    if isinstance(value, Decimal):
        return str(value)
    if isinstance(value, datetime):
        return value.isoformat()
    raise TypeError(f"{type(value).__name__} has no JSON form")
