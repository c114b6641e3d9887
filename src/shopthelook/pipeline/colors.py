"""Names of colours: one spelling, and the plain colour that a shade is one of."""

from __future__ import annotations

import re

# The basic colour terms of English (Berlin and Kay, 1969), and beige, in which much of fashion comes.
PLAIN = frozenset(
    ("black", "white", "gray", "red", "orange", "yellow", "green", "blue", "purple", "pink", "brown", "beige")
)

_GREY = re.compile(r"\bgrey\b", re.IGNORECASE)
_LAST_WORD = re.compile(r"[^\W\d_]+$")


def one_spelling(color: str) -> str:
    """The colour with "gray" for "grey", letter case as it was."""
    return _GREY.sub(lambda found: found[0][:2] + ("A" if found[0][2] == "E" else "a") + found[0][3:], color)


def plain_color(color: str) -> str | None:
    """The plain colour of a shade, "Blue" of "Navy Blue"; None where its last word names none.

    Only English is read; other languages put it elsewhere, or in other words.
    """
    found = _LAST_WORD.search(color)
    return found[0] if found and found[0].casefold() in PLAIN else None
