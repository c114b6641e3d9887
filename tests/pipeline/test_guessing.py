"""What heads say, and of which things."""

from __future__ import annotations

import numpy as np
import pytest

from shopthelook.catalog import Guess
from shopthelook.models.card import Head
from shopthelook.pipeline.guessing import fitting, guesses_of, heads_for, own_gender
from shopthelook.taxonomy import Taxonomy

TAXONOMY = Taxonomy.builtin()
COLOR = Head("color", ("Red", "Green", "Blue"), 0.5)
GENDER = Head("gender", ("Men", "Women", "Girls"), 0.75)
NECK = Head("neckline", ("V", "Crew"), 0.5, within=("apparel & accessories>Clothing > Shirts & Tops",))


@pytest.mark.parametrize(
    ("head", "scores", "said"),
    [
        (COLOR, [0.7, 0.2, 0.1], Guess("Red", 0.7)),
        (COLOR, [0.2, 0.3, 0.5], Guess("Blue", 0.5)),  # from the least score on
        (COLOR, [0.3, 0.45, 0.25], None),
        (COLOR, [np.nan, np.nan, np.nan], None),
        (COLOR, [0.0, 1.0000001, 0.0], Guess("Green", 1.0)),
        (GENDER, [0.75, 0.2, 0.05], Guess("male", 0.75)),
        (GENDER, [0.1, 0.9, 0.0], Guess("female", 0.9)),
        (GENDER, [0.1, 0.7, 0.2], Guess("unisex", 0.7)),
        (GENDER, [0.05, 0.05, 0.9], None),  # no word of the specification
    ],
)
def test_a_value_is_said_from_the_heads_least_score_on(
    head: Head, scores: list[float], said: Guess | None
) -> None:
    rows = np.array([scores, scores], np.float32)
    found = guesses_of([head], {head.name: rows}, 2)
    expected = {} if said is None else {head.name: said}
    for guesses in found:
        assert {name: guess.value for name, guess in guesses.items()} == {
            name: guess.value for name, guess in expected.items()
        }
        assert [guess.confidence for guess in guesses.values()] == pytest.approx(
            [guess.confidence for guess in expected.values()], abs=1e-4
        )


def test_no_heads_say_nothing() -> None:
    assert guesses_of([], {}, 3) == [{}, {}, {}]
    assert guesses_of([COLOR], {"color": np.empty((0, 3), np.float32)}, 0) == []


@pytest.mark.parametrize(
    ("kind", "names"),
    [
        ("Sofas", {"color", "fabric"}),
        ("Lighting", {"color"}),
        ("Rugs", {"color", "fabric"}),
        ("Dresses", {"color", "fabric", "gender", "dress_style", "lower_body_length"}),
        ("Mini Skirts", {"color", "fabric", "gender", "lower_body_length"}),
        ("Shirts & Tops", {"color", "fabric", "gender", "neckline"}),
        ("Shoes", {"color", "fabric", "gender"}),
        (None, {"color"}),
    ],
)
def test_heads_speak_of_what_makes_sense(kind: str | None, names: set[str]) -> None:
    others = [Head(name, ("a", "b")) for name in ("dress_style", "lower_body_length", "fabric")]
    heads = [COLOR, GENDER, NECK, *others]
    category = None if kind is None else TAXONOMY.get(kind)
    assert heads_for(category, heads) == names
    guesses = {head.name: Guess("a", 0.9) for head in heads}
    assert fitting(guesses, category, heads).keys() == names


def test_the_card_decides_where_it_says_so() -> None:
    sofas = TAXONOMY.get("Sofas")
    assert heads_for(sofas, [Head("gender", ("Men", "Women"), 0.5, within=("Furniture",))]) == {"gender"}
    assert heads_for(sofas, [Head("color", ("Red", "Blue"), 0.5, within=("Furniture > Chairs",))]) == set()


@pytest.mark.parametrize(
    ("said", "guess", "own"),
    [
        ("male", "female", "male"),
        ("unisex", "female", "unisex"),
        (None, "female", "female"),
        (None, "unisex", None),
        (None, None, None),
    ],
)
def test_own_gender(said: str | None, guess: str | None, own: str | None) -> None:
    guesses = {} if guess is None else {"gender": Guess(guess, 0.8)}
    assert own_gender(said, guesses) == own
