"""Figures into the card of a bundle, so that whoever opens it sees what was measured, and by which command."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING

from shopthelook.errors import ShopError
from shopthelook.models.card import CARD_FILE, Card, Metric

if TYPE_CHECKING:
    from collections.abc import Sequence

    from shopthelook.models import Bundle


class CardNotWritten(ShopError):  # noqa: N818 - what is wrong, as a caller reads it
    """The card of a bundle cannot be written."""


def write_card(bundle: Bundle, measured: Sequence[Metric]) -> Card:
    """Put figures into a bundle's card in the place of those of the same data and split; return the new card.

    Those of another command (`shopthelook eval ...`) stay. Raises `CardNotWritten` where the folder cannot be written.
    """
    card = Card.from_file(bundle.path / CARD_FILE)
    again = {_what(one) for one in measured} | {(one.data, one.split, ()) for one in measured}
    kept = [one for one in card.metrics if _what(one) not in again]
    card = dataclasses.replace(card, metrics=(*kept, *measured))
    try:
        card.write(bundle.path / CARD_FILE)
    except OSError as error:
        raise CardNotWritten(f"{bundle.path / CARD_FILE} cannot be written: {error.strerror}") from None
    return card


def _what(one: Metric) -> tuple[object, ...]:
    return one.data, one.split, tuple(one.command.split()[:3])
