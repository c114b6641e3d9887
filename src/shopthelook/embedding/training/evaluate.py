"""Measure an embedder bundle on pictures that its training has not seen.

    python -m shopthelook.embedding.training.evaluate BUNDLE --data DIR --renders DIR --demo DIR

The bundle is measured as it is served: ONNX Runtime, the package's own cutting and resizing, Hamming
distances. Beside it stand the floats it was binarised from, and what EfficientNet-Lite0 gives untrained.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from shopthelook.datasets.splits import Split
from shopthelook.embedding import Embedder
from shopthelook.embedding.training.benchmarks import (
    Benchmark,
    benchmarks,
    bit_distances,
    cosine_distances,
    demo_benchmark,
    right_ranks,
    top,
)
from shopthelook.embedding.training.data import DataError, View, load, read_views
from shopthelook.embedding.training.data import demo as read_demo
from shopthelook.embedding.training.plain import CHANNELS, PlainFeatures
from shopthelook.errors import ShopError
from shopthelook.models.bundle import Bundle, open_bundle
from shopthelook.models.card import CARD_FILE, Metric

Floats = NDArray[np.float32]
MODULE = "shopthelook.embedding.training.evaluate"
CHUNK = 64  # pictures in memory at a time


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog=f"python -m {MODULE}", description=__doc__.split("\n")[0])
    parser.add_argument("bundle", help="a bundle's name or folder")
    parser.add_argument("--data", type=Path, help="folder of the data sets")
    parser.add_argument("--renders", type=Path, help="folder of rendered rooms and products to learn from")
    parser.add_argument("--demo", type=Path, help="folder of the demo, whose models nothing is trained on")
    parser.add_argument("--split", choices=("val", "test"), default="test")
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--json", type=Path, help="also write the figures to this file")
    parser.add_argument("--write-card", action="store_true", help="put the figures into the bundle's card")
    chosen = parser.parse_args(arguments)
    try:
        bundle = open_bundle(chosen.bundle, "embedder")
        metrics = evaluate(
            bundle, chosen.data, chosen.renders, chosen.demo, chosen.split, chosen.threads, _tell
        )
        if chosen.write_card:
            replace(bundle.card, metrics=tuple(metrics)).write(bundle.path / CARD_FILE)
    except ShopError as error:
        print(f"error: {error}", file=sys.stderr)
        return 1
    if chosen.json:
        chosen.json.write_text(json.dumps([asdict(metric) for metric in metrics], indent=1) + "\n")
    print(table(metrics))
    return 0


def evaluate(
    bundle: Bundle,
    data: Path | None = None,
    renders: Path | None = None,
    demo: Path | None = None,
    split: Split = "test",
    threads: int = 1,
    progress: Callable[[str], None] = lambda _: None,
) -> list[Metric]:
    """Return the bundle's figures on every benchmark that the given folders have pictures for.

    Raises:
        DataError: there is nothing to measure on.
    """
    views = [] if data is None else read_views(data, renders)
    shop = [] if demo is None else list(read_demo(demo))
    asked = [b for b in [*benchmarks(views, split), demo_benchmark(shop)] if b.queries]
    if not asked:
        raise DataError(
            "there is nothing to measure on: name folders with pictures by --data, --renders or --demo"
        )
    command = " ".join(
        [
            "python -m",
            MODULE,
            bundle.name,
            *(
                f"--{name} {name.upper()}"
                for name, given in (("data", data), ("renders", renders), ("demo", demo))
                if given is not None
            ),
        ]
    )
    embedder = Embedder(bundle, threads)
    plain = PlainFeatures(bundle.card.input.resize.size, bundle.card.input.resize.mode, threads)
    looks = Looks(embedder, plain)
    metrics = []
    for benchmark in asked:
        progress(f"{benchmark.name}: {len(benchmark.queries)} queries, {len(benchmark.gallery)} to find")
        metrics += _retrieval(benchmark, looks, command)
    held = [view for view in [*views, *shop] if view.split == split]
    for source in sorted({view.source for view in held}):
        progress(f"category head on {source}")
        metrics += _categories([view for view in held if view.source == source], embedder, looks, command)
    metrics.append(speed(embedder, command))
    return metrics


class Looks:
    """What the bundle and the untrained backbone make of views, each view computed once."""

    def __init__(self, embedder: Embedder, plain: PlainFeatures) -> None:
        self._embedder, self._plain = embedder, plain
        self._known: dict[str, tuple[Floats, Floats, Floats]] = {}
        # Signs of a random rotation: the usual code of features that nothing was trained for.
        rng = np.random.default_rng(0)
        self._rotation = rng.standard_normal((CHANNELS, embedder.bits), dtype=np.float32)

    def __call__(self, views: Sequence[View]) -> tuple[Floats, Floats, Floats]:
        """Return embeddings (n, bits), category scores (n, c) and pooled backbone features (n, 1280)."""
        missing = [view for view in dict.fromkeys(views) if view.key not in self._known]
        for start in range(0, len(missing), CHUNK):
            chunk = missing[start : start + CHUNK]
            pictures = [load(view) for view in chunk]
            embeddings = self._embedder.embed(pictures)
            for i, (view, picture) in enumerate(zip(chunk, pictures, strict=True)):
                pooled = self._plain([picture])[0]
                row = (embeddings.floats[i], embeddings.category_scores[i], pooled)
                self._known[view.key] = row
        rows = [self._known[view.key] for view in views]
        return np.stack([r[0] for r in rows]), np.stack([r[1] for r in rows]), np.stack([r[2] for r in rows])

    def plain_bits(self, pooled: Floats, mean: Floats) -> Floats:
        """Return (n, bits) whose signs are the untrained code of pooled features (n, 1280)."""
        return np.asarray((pooled - mean) @ self._rotation, dtype=np.float32)


def _retrieval(benchmark: Benchmark, looks: Looks, command: str) -> list[Metric]:
    queries, gallery = looks(benchmark.queries), looks(benchmark.gallery)
    mean = gallery[2].mean(0)
    distances = {
        "": bit_distances(queries[0], gallery[0]),
        ", floats": cosine_distances(queries[0], gallery[0]),
        ", untrained bits": bit_distances(
            looks.plain_bits(queries[2], mean), looks.plain_bits(gallery[2], mean)
        ),
        ", untrained floats": cosine_distances(queries[2], gallery[2]),
    }
    metrics = []
    for suffix, values in distances.items():
        ranks = right_ranks(benchmark, values)
        for k in (1, 5):
            name = f"{benchmark.name}: hit@{k}{suffix}"
            metrics.append(
                Metric(name, round(top(ranks, k), 4), benchmark.data, benchmark.split, len(ranks), command)
            )
    return metrics


def _categories(views: Sequence[View], embedder: Embedder, looks: Looks, command: str) -> list[Metric]:
    ids = [category.id for category in embedder.categories]
    known = [view for view in views if view.category in ids]
    if not known:
        return []
    guesses = np.array(ids)[looks(known)[1].argmax(1)]
    right = float((guesses == np.array([view.category for view in known])).mean())
    source, split = known[0].source, known[0].split
    return [Metric("category: accuracy", round(right, 4), source, split, len(known), command)]


def speed(embedder: Embedder, command: str, runs: int = 30) -> Metric:
    """Return the median milliseconds that one picture takes with a batch of one, resizing included."""
    picture = np.random.default_rng(0).integers(0, 256, (320, 240, 3), dtype=np.uint8)
    embedder.embed([picture])
    times = []
    for _ in range(runs):
        start = time.perf_counter()
        embedder.embed([picture])
        times.append(time.perf_counter() - start)
    return Metric(
        "milliseconds a crop, one thread", round(1000 * float(np.median(times)), 2), n=runs, command=command
    )


def table(metrics: Sequence[Metric]) -> str:
    """Return the figures as a Markdown table."""
    lines = ["| figure | value | data | split | n |", "|---|---|---|---|---|"]
    lines += [f"| {m.name} | {m.value:g} | {m.data} | {m.split} | {m.n} |" for m in metrics]
    return "\n".join(lines)


def _tell(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


if __name__ == "__main__":
    sys.exit(main())
