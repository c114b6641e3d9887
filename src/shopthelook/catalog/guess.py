"""What a model says of a picture's thing: never mixed with what the merchant says."""

from collections.abc import Mapping
from typing import NamedTuple, TypeAlias


class Guess(NamedTuple):
    """A value, as "Red", and how sure the model is of it, in [0, 1]."""

    value: str
    confidence: float


Guesses: TypeAlias = Mapping[str, Guess]
"""Guesses by the name of the attribute, as "color"."""
