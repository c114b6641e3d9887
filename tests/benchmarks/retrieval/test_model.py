"""Made products: the same for the same arguments, and as near to each other as real things are."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from benchmarks.retrieval.likeness import continued, seen
from benchmarks.retrieval.model import CATEGORIES, Model, fitted
from benchmarks.retrieval.real import Real, real
from benchmarks.retrieval.world import made, to_codes

from shopthelook.embedding import pack


def test_embeddings_are_read_again_from_their_file(embedded: Real, no_pictures: Path) -> None:
    again = real(no_pictures, len(embedded.floats))
    assert "of demo" in again.source
    assert (again.key, again.source) == (embedded.key, embedded.source)
    assert np.array_equal(again.floats, embedded.floats)
    assert real(no_pictures, 16).key != embedded.key


def test_the_same_arguments_make_the_same_world(embedded: Real, model: Model) -> None:
    first, second = made(model, 500, 512, 20), made(fitted(embedded), 500, 512, 20)
    assert all(np.array_equal(first[name], second[name]) for name in first)
    other = made(model, 500, 512, 20, seed=1)
    assert not np.array_equal(first["codes"], other["codes"])


def test_a_world_fits_together(model: Model) -> None:
    world = made(model, 5000, 256, 40)
    assert world["codes"].shape == (5000, 32)
    assert world["queries"].shape == (40, 32)
    sizes = np.diff(world["starts"])
    assert len(sizes) == CATEGORIES
    assert sizes.sum() == 5000
    assert sizes[0] > 20 * sizes[-1] > 0
    assert np.array_equal(world["positions"], np.repeat(np.arange(CATEGORIES), sizes))


def test_no_query_is_a_seed(model: Model) -> None:
    seeds = {code.tobytes() for code in pack(model.seeds)}
    queries = made(model, 2000, 512, 100)["queries"]
    assert not any(query.tobytes() in seeds for query in queries)


def test_neighbours_are_as_far_as_real_ones(model: Model) -> None:
    """As many made products as seeds: the nearest and the tenth lie within a fifth of where the real ones do."""
    asked = pack(model.held_out)
    real_ones = seen(asked, pack(model.seeds))
    rng = np.random.default_rng(0)
    # Evenly from all categories' seeds, as the real things are.
    parents = np.sort(rng.integers(0, len(model.seeds), len(model.seeds) + len(asked)))
    codes = rng.permutation(to_codes(model.descendants(parents, rng), 512))
    made_ones = seen(codes[: len(asked)], codes[len(asked) :])
    assert abs(made_ones.first[1] / real_ones.first[1] - 1) < 0.2
    assert abs(made_ones.tenth / real_ones.tenth - 1) < 0.2
    noise = rng.integers(0, 256, codes.shape, np.uint8)
    assert seen(noise[: len(asked)], noise[len(asked) :]).first[1] > 1.1 * made_ones.first[1]


def test_neighbours_draw_nearer_with_more_products(model: Model) -> None:
    rng = np.random.default_rng(0)
    codes = made(model, 8000, 512, 50)["codes"]
    codes = codes[rng.permutation(len(codes))]
    asked, others = codes[:50], codes[50:]
    rows = [seen(asked, others[:things]) for things in (500, 2000, 7950)]
    assert [row.things for row in rows] == [500, 2000, 7950]
    assert rows[0].first[1] > rows[1].first[1] > rows[2].first[1]
    assert rows[0].tenth > rows[1].tenth > rows[2].tenth
    first, tenth = continued(rows, 32_000)
    assert first < rows[2].first[1]
    assert tenth < rows[2].tenth
