"""Names of colours."""

from __future__ import annotations

import pytest

from shopthelook.pipeline.colors import one_spelling, plain_color


@pytest.mark.parametrize(
    ("written", "spelled"),
    [
        ("grey", "gray"),
        ("Dark Grey", "Dark Gray"),
        ("GREY-BLUE", "GRAY-BLUE"),
        ("Greyhound", "Greyhound"),
        ("grau", "grau"),
        ("Red", "Red"),
    ],
)
def test_one_spelling(written: str, spelled: str) -> None:
    assert one_spelling(written) == spelled
    assert one_spelling(spelled) == spelled


@pytest.mark.parametrize(
    ("color", "plain"),
    [
        ("Navy Blue", "Blue"),
        ("dark-red", "red"),
        ("Off White", "White"),
        ("Beige", "Beige"),
        ("Midnight", None),
        ("Blue Denim", None),
        ("Infrared", None),
        ("bleu", None),
        ("7", None),
        ("", None),
    ],
)
def test_plain_color(color: str, plain: str | None) -> None:
    assert plain_color(color) == plain
