"""Groups of like codes: each code is in one, like codes are together, and nothing hangs on chance or on luck."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from shopthelook.retrieval.embedded.counting import nearest_centre, nearest_of_near
from shopthelook.retrieval.embedded.grouping import ROWS, grouped, majorities

WORDS = 2


def random_words(rng: np.random.Generator, count: int) -> NDArray[np.uint64]:
    return rng.integers(0, 2**64, (count, WORDS), dtype=np.uint64)


def clusters(rng: np.random.Generator, count: int, size: int) -> tuple[NDArray[np.uint64], NDArray[np.int64]]:
    """Codes of `count` clusters in any order, each a centre with a twentieth of its bits changed; and whose."""
    cluster = rng.permutation(np.repeat(np.arange(count), size))
    changed = rng.random((len(cluster), WORDS * 64)) < 0.05
    flips = np.packbits(changed, axis=1, bitorder="little").view(np.uint64)
    return random_words(rng, count)[cluster] ^ flips, cluster


def groups_of(codes: NDArray[np.uint64], seed: int = 0) -> NDArray[np.int64]:
    return grouped(codes, np.random.default_rng(seed))


@pytest.mark.parametrize("count", [1, 2, ROWS, ROWS + 1, 3000, 48 * ROWS, 49 * ROWS, 6000])
def test_every_code_is_in_a_group(count: int) -> None:
    groups = groups_of(random_words(np.random.default_rng(count), count))
    assert groups.shape == (count,)
    assert groups.dtype == np.int64
    assert groups.min() >= 0
    # About as many as are aimed at: what is in groups of groups is rounded up in each.
    assert groups.max() < 2 * -(-count // ROWS)


def test_few_codes_are_one_group() -> None:
    assert not groups_of(random_words(np.random.default_rng(0), ROWS)).any()


@pytest.mark.parametrize("count", [ROWS + 1, 1000, 6000])
def test_equal_codes_are_one_group(count: int) -> None:
    codes = np.broadcast_to(random_words(np.random.default_rng(0), 1), (count, WORDS)).copy()
    assert len(np.unique(groups_of(codes))) == 1


def test_equal_codes_beside_others_stay_together() -> None:
    rng = np.random.default_rng(1)
    equal = rng.permutation(6000) < 4000
    codes = random_words(rng, 6000)
    codes[equal] = codes[0]
    groups = groups_of(codes)
    assert len(np.unique(groups[equal])) == 1
    assert len(np.unique(groups[~equal])) > 10


@pytest.mark.parametrize(("count", "size"), [(20, 100), (100, 80)])
def test_groups_of_clusters_are_nearly_pure(count: int, size: int) -> None:
    codes, cluster = clusters(np.random.default_rng(count), count, size)
    groups = groups_of(codes)
    shared = np.zeros((groups.max() + 1, count), np.int64)
    np.add.at(shared, (groups, cluster), 1)
    assert shared.max(axis=1).sum() > 0.8 * len(codes)
    # Beside it, groups by chance.
    by_chance = np.zeros_like(shared)
    np.add.at(by_chance, (np.random.default_rng(0).permutation(groups), cluster), 1)
    assert by_chance.max(axis=1).sum() < 0.3 * len(codes)


def test_the_same_codes_have_the_same_groups() -> None:
    codes, _ = clusters(np.random.default_rng(3), 90, 60)
    assert np.array_equal(groups_of(codes), groups_of(codes))
    assert not np.array_equal(groups_of(codes), groups_of(codes, seed=1))


@given(st.integers(1, 40), st.integers(1, 6), st.integers(0, 2**32 - 1))
def test_a_mean_has_the_bits_of_more_than_half(count: int, groups: int, seed: int) -> None:
    rng = np.random.default_rng(seed)
    # Few codes, so that some bits are those of exactly half.
    codes = random_words(rng, 2)[rng.integers(0, 2, count)]
    group_of = rng.integers(0, groups, count)
    means, sizes = majorities(codes, group_of, groups)
    for group in range(groups):
        members = [sum(int(word) << 64 * i for i, word in enumerate(one)) for one in codes[group_of == group]]
        assert sizes[group] == len(members)
        mean = sum(
            1 << bit for bit in range(64 * WORDS) if 2 * sum(one >> bit & 1 for one in members) > len(members)
        )
        assert sum(int(word) << 64 * i for i, word in enumerate(means[group])) == mean


@given(st.integers(0, 30), st.integers(1, 9), st.integers(0, 2**32 - 1))
def test_the_nearest_centre_is_the_first_of_the_nearest(count: int, centres: int, seed: int) -> None:
    rng = np.random.default_rng(seed)
    codes, of_centres = random_words(rng, count), random_words(rng, centres)
    of_centres[-1] = of_centres[0]
    out = np.empty(count, np.int64)
    nearest_centre(codes.reshape(-1), WORDS, of_centres.reshape(-1), out)
    far = np.bitwise_count(codes[:, None] ^ of_centres).sum(axis=2, dtype=np.int64)
    assert out.tolist() == far.argmin(axis=1).tolist()


@given(st.integers(1, 20), st.integers(1, 8), st.integers(0, 2**32 - 1))
def test_the_nearest_of_near_is_of_the_three_nearest(count: int, coarse: int, seed: int) -> None:
    rng = np.random.default_rng(seed)
    codes, of_coarse = random_words(rng, count), random_words(rng, coarse)
    bounds = np.cumsum([0, *rng.integers(1, 5, coarse)])
    fine = random_words(rng, int(bounds[-1]))
    out = np.full(count, -1)
    nearest_of_near(codes.reshape(-1), WORDS, of_coarse.reshape(-1), bounds, fine.reshape(-1), out)
    for code, found in zip(codes, out.tolist(), strict=True):
        far = np.bitwise_count(of_coarse ^ code).sum(axis=1, dtype=np.int64)
        near = np.argsort(far, kind="stable")[:3]
        members = np.concatenate([np.arange(bounds[i], bounds[i + 1]) for i in near])
        of_fine = np.bitwise_count(fine ^ code).sum(axis=1, dtype=np.int64)
        assert found in members
        assert of_fine[found] == of_fine[members].min()


def test_codes_that_are_much_the_same_are_parted_once() -> None:
    rng = np.random.default_rng(0)
    codes = np.repeat(random_words(rng, 1), 20_000, axis=0)
    for row in range(0, len(codes), 3):
        for bit in rng.integers(0, 64, 4).tolist():
            codes[row, 0] ^= np.uint64(1) << np.uint64(bit)
    groups = groups_of(codes)
    assert len(np.unique(groups)) < 4 * len(codes) / ROWS
