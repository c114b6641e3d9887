"""One photo is known again at another size and quality, and taken for no other."""

import io
from collections.abc import Callable

import numpy as np
import pytest
from PIL import Image

from shopthelook import images
from shopthelook.datasets import likeness
from shopthelook.datasets.likeness import Look, alike, look_of
from shopthelook.images import Rgb

Photo = Callable[[int], Image.Image]


def saved(picture: Image.Image, quality: int) -> Rgb:
    kept = io.BytesIO()
    picture.save(kept, "JPEG", quality=quality)
    return images.read(kept.getvalue(), max_side=128)


def test_copies_are_found_and_nothing_else(photo: Photo) -> None:
    originals = [photo(seed) for seed in range(40)]
    copies = [one.resize((150, 100)) for one in originals[:10]]
    copies += [one.crop((3, 2, 237, 158)) for one in originals[10:20]]
    copies += [photo(seed) for seed in range(100, 120)]
    found = set(
        alike([look_of(saved(one, 90)) for one in originals], [look_of(saved(one, 40)) for one in copies])
    )
    assert found == {(i, i) for i in range(20)}


def test_another_colour_is_another_picture(photo: Photo) -> None:
    one = photo(1)
    other = Image.merge("RGB", one.split()[::-1])
    assert not list(alike([look_of(np.asarray(one))], [look_of(np.asarray(other))]))


def test_in_blocks_as_one_by_one(monkeypatch: pytest.MonkeyPatch) -> None:
    rng = np.random.default_rng(0)
    looks = [
        Look(np.uint64(rng.integers(0, 1 << 12)), rng.integers(0, 12, 12).astype(np.int16)) for _ in range(70)
    ]
    one, other = looks[:40], looks[40:]
    slow = {
        (i, j)
        for i, a in enumerate(one)
        for j, b in enumerate(other)
        if bin(int(a.bits) ^ int(b.bits)).count("1") <= likeness.NEAR_BITS
        and np.abs(a.thumb.astype(float) - b.thumb).mean() <= likeness.NEAR_LEVELS
    }
    monkeypatch.setattr(likeness, "_ROWS", 7)
    assert 0 < len(slow) < len(one) * len(other)
    assert set(alike(one, other)) == slow
    assert not list(alike([], other))
