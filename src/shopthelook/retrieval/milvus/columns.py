"""How a product's attributes are written in Milvus, so that a filter is one expression over them.

A text is a word `color=red` and a number a word `size#10.0` of the array `words`; a field that has a number
has the word `size#`, and the number itself stands in the JSON object `numbers`, for ranges. What does not fit in
there goes to `odd` as a whole, and is looked at after the search. Expressions are made in `expressions.py`.
"""

from __future__ import annotations

import hashlib
import json
import math
import re
from typing import Any, NamedTuple

from shopthelook.retrieval.protocol import CATEGORY, Attributes, RetrievalError
from shopthelook.retrieval.query import Filter, fold, fold_field, matches

MOST_WORDS = 4096
"""Elements of an array in Milvus."""

LONGEST_WORD = 512
"""Bytes of a word; of what is longer the digest stands there."""

LONGEST_TEXT = 65_535
"""Bytes of a text in Milvus."""

# Milvus takes the characters of JSON pointers in a key for a path.
_NOT_IN_KEYS = re.compile(r"[^a-z0-9_]")


class Columns(NamedTuple):
    """What Milvus holds of a product's attributes; `odd` is empty where the other two say all."""

    words: list[str]
    numbers: dict[str, float]
    odd: str


def columns_of(product_id: str, attributes: Attributes, position: int) -> Columns:
    """The columns of one product.

    Raises:
        RetrievalError: the attributes are too large for Milvus; the message names the product.
    """
    words: dict[str, None] = {}
    numbers: dict[str, set[float]] = {}
    odd = False
    for name, values in attributes.items():
        field = fold_field(name)
        if field == CATEGORY:  # the position's name: no attribute can have it
            continue
        for value in values:
            if isinstance(value, str):
                words[text_word(field, fold(value))] = None
            elif value == value:  # a number that is none is never asked for
                exact = _as_float(value)
                odd = odd or exact is None
                if exact is not None:
                    words[number_word(field, exact)] = None
                    words[has_number(field)] = None
                    numbers.setdefault(number_key(field), set()).add(exact)
    if not odd and len(words) <= MOST_WORDS and all(len(found) == 1 for found in numbers.values()):
        return Columns(list(words), {key: found.pop() for key, found in numbers.items()}, "")
    text = json.dumps(
        {"position": position, "attributes": {name: list(of) for name, of in attributes.items()}}
    )
    if len(text) > LONGEST_TEXT:
        raise RetrievalError(
            f"the attributes of product {product_id!r} take {len(text):,} bytes; Milvus holds {LONGEST_TEXT:,}"
        )
    return Columns([], {}, text)


def odd_matches(where: Filter, odd: str) -> bool:
    """Whether a filter lets a product through of which `odd` holds the attributes."""
    held: dict[str, Any] = json.loads(odd)
    attributes = {name: of for name, of in held["attributes"].items() if fold_field(name) != CATEGORY}
    position = held["position"]
    return matches(where, attributes if position < 0 else {**attributes, CATEGORY: (position,)})


def text_word(field: str, folded: str) -> str:
    """The word of a field's text, both folded."""
    return _short(f"{_escaped(field)}={folded}")


def number_word(field: str, value: float) -> str:
    """The word of a field's number."""
    return _short(f"{_escaped(field)}#{value + 0.0!r}")  # one zero of both


def has_number(field: str) -> str:
    """The word of a field that has a number."""
    return _short(f"{_escaped(field)}#")


def number_key(field: str) -> str:
    """The key of a field in `numbers`; capitals, which no folded name has, stand around what is spelled out."""
    # Nor does it take an empty key, and one that is a number may be taken for a place in a list.
    key = "f_" + _NOT_IN_KEYS.sub(lambda found: f"Z{ord(found[0]):x}Z", field)
    return key if len(key) <= LONGEST_WORD else f"Z{hashlib.sha256(key.encode()).hexdigest()}"


def _escaped(field: str) -> str:
    # A field ends at the first of = # ~; two fields must never make one word.
    return field.replace("%", "%25").replace("=", "%3D").replace("#", "%23").replace("~", "%7E")


def _short(word: str) -> str:
    data = word.encode(errors="surrogatepass")
    # Milvus holds UTF-8 only, which a lone half of a character is not.
    if len(data) <= LONGEST_WORD and data.decode(errors="replace") == word:
        return word
    return f"~{hashlib.sha256(data).hexdigest()}"


def _as_float(value: float) -> float | None:
    """The number as Milvus can hold it: finite, and neither rounded nor of another kind."""
    try:
        found = float(value)
    except OverflowError:
        return None
    return found if math.isfinite(found) and found == value else None
