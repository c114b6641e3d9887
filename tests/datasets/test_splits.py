from collections import Counter

import pytest

from shopthelook.datasets.splits import split_of


@pytest.mark.parametrize(
    ("key", "expected"),
    [("chair-1", "train"), (b"\x00\xff", "train"), ("", "test"), ("стул", "test"), ("lamp-6", "val")],
)
def test_the_split_of_a_key_never_changes(key, expected):
    assert split_of(key) == expected


def test_text_and_its_utf8_bytes_are_one_key():
    assert split_of("sofa é") == split_of("sofa é".encode())


def test_shares_are_seventy_ten_twenty():
    counts = Counter(split_of(f"picture {n}") for n in range(20_000))
    assert counts["train"] / 20_000 == pytest.approx(0.7, abs=0.015)
    assert counts["val"] / 20_000 == pytest.approx(0.1, abs=0.015)
    assert counts["test"] / 20_000 == pytest.approx(0.2, abs=0.015)
