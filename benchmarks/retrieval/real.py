"""Real embeddings: labelled pictures through the shipped embedder, kept in a file once made."""

from __future__ import annotations

import hashlib
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from benchmarks.retrieval.keeping import kept, wrote
from benchmarks.retrieval.pictures import Look, listed, pixels, sampled
from shopthelook.embedding import Embedder
from shopthelook.models import open_bundle

PICTURES = Path(__file__).parents[2].parent / "shared" / "data"

MOST = 9000
_MOVED = 1000
_APART = 8  # a second look at one thing in eight at most
_SEED = 0
_STEP = 64


@dataclass(frozen=True, eq=False)
class Real:
    """Embeddings of m labelled things, and how far a second look at a thing lies from the first.

    floats: (m, 512) float32, what codes are the signs of; categories: (m,) ids of coarse categories; moves:
    (p, 512) float32, second look minus first; source: the data in words; key: tells these from all others.
    """

    floats: NDArray[np.float32]
    categories: NDArray[np.int64]
    moves: NDArray[np.float32]
    source: str
    key: str


def real(folder: Path = PICTURES, most: int = MOST, threads: int = 0) -> Real:
    """Up to `most` things of the pictures in `folder`, or of the demo's where none lie there."""
    looks = sampled(listed(folder), most, _SEED)
    apart = max(_APART, len(looks) // _MOVED)
    again = looks[::apart]
    bundle = open_bundle("embedder-lite", "embedder")
    what = hashlib.sha256(repr((looks, bundle.card.sha256, len(again), 1)).encode()).hexdigest()[:16]
    path = kept(f"real-{what}.npz")
    if not path.is_file():
        embedder = Embedder(bundle, threads)
        floats = _embedded(embedder, pixels(folder, looks), len(looks))
        first = floats[::apart]
        moves = _embedded(embedder, pixels(folder, again, moved=_SEED), len(again)) - first
        halves = {"floats": floats.astype(np.float16), "moves": moves.astype(np.float16)}
        wrote(path, lambda half: np.savez(half, allow_pickle=False, **halves))
    with np.load(path) as arrays:
        floats, moves = arrays["floats"].astype(np.float32), arrays["moves"].astype(np.float32)
    categories = np.array([look.category for look in looks])
    return Real(floats, categories, moves, _in_words(looks), what)


def _embedded(embedder: Embedder, pictures: Iterator[NDArray[np.uint8]], count: int) -> NDArray[np.float32]:
    floats = np.empty((count, embedder.bits), np.float32)
    for start in range(0, count, _STEP):
        floats[start : start + _STEP] = embedder.embed(list(islice(pictures, _STEP))).floats
        if sys.stderr.isatty():
            done = min(count, start + _STEP)
            print(f"\rembedding {done:,} of {count:,}", end="\n" if done == count else "", file=sys.stderr)
    return floats


def _in_words(looks: list[Look]) -> str:
    sources = sorted({look.source for look in looks})
    counts = [f"{sum(look.source == source for look in looks):,} of {source}" for source in sources]
    return f"{len(looks):,} crops and product photos ({', '.join(counts)})"
