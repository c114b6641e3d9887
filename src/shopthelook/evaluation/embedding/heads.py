"""The attribute heads that a bundle's card names."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from shopthelook.models import Bundle


@dataclass(frozen=True, slots=True)
class Head:
    """A classifier of one attribute: below the score ``least`` it says nothing."""

    name: str
    labels: tuple[str, ...]
    least: float = 0.0


def heads_of(bundle: Bundle) -> tuple[Head, ...]:
    """The heads of an embedder beside the category, in the order of its card; none for a card without them."""
    found = getattr(bundle.card, "heads", ())
    return tuple(Head(one.name, tuple(one.labels), float(one.least)) for one in found)
