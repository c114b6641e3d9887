"""Embedders side by side on the same queries (section 6.3 of the paper)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from shopthelook.evaluation.detection.predicting import MeasuredDetector
from shopthelook.evaluation.embedding.crops import Crop, Found, find
from shopthelook.evaluation.embedding.looks import LookStore, MeasuredEmbedder
from shopthelook.evaluation.embedding.results import (
    CODES,
    Answers,
    Code,
    Evaluation,
    Measured,
    Way,
    ways_of,
)
from shopthelook.evaluation.embedding.scores import Draws, score
from shopthelook.evaluation.embedding.searching import (
    Ranked,
    Task,
    cosine_distances,
    hamming_distances,
    search,
)
from shopthelook.evaluation.intervals import REPLICATES
from shopthelook.evaluation.latency import Latency, time_in_turns
from shopthelook.evaluation.progress import Progress, Tick
from shopthelook.evaluation.variants import name_variants

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from shopthelook.evaluation.detection.store import PredictionStore
    from shopthelook.evaluation.embedding.asking import Benchmark
    from shopthelook.models import Bundle


def evaluate(
    bundles: Sequence[Bundle],
    benchmarks: Sequence[Benchmark],
    *,
    detector: Bundle | None = None,
    given: bool = True,
    looks: LookStore | None = None,
    predictions: PredictionStore | None = None,
    replicates: int = REPLICATES,
    latency_crops: int = 0,
    progress: Progress | None = None,
) -> Evaluation:
    """Ask every embedder every benchmark, on binary codes and on floats.

    Args:
        bundles: the embedders, oldest first: each is compared with the first one and with the one before it.
        benchmarks: what `ask` makes of data sets.
        detector: cuts the objects out of scenes; without one only given boxes are asked with.
        given: ask with the given boxes of scenes too, where there is a detector.
        looks, predictions: where to keep what the models say, to go on after a stop; not kept where left out.
        replicates: of the bootstrap over groups of queries.
        progress: told of every picture.

    Raises:
        BundleError: a bundle is of the wrong kind or does not work.
        DataError: a picture cannot be read.
    """
    embedders = [MeasuredEmbedder(bundle, looks) for bundle in bundles]
    variants = name_variants(bundles)
    finder = None if detector is None else MeasuredDetector(detector)
    measured = []
    for asked in benchmarks:
        found = None
        if finder is not None and asked.role == "scene":
            tick = Tick(progress, f"{finder.detector.bundle.id} on {asked.name}", len(asked.queries))
            found = find(finder, asked.queries, predictions, tick)
        ways = ways_of(found is not None, given)
        answers = []
        for variant, embedder in zip(variants, embedders, strict=True):
            tick = Tick(progress, f"{variant.name} on {asked.title}", _work(asked, found, ways))
            answers.append(_answers(embedder, asked, ways, found, tick))
        draws = Draws(asked.groups, replicates)
        measured.append(Measured(asked, ways, tuple(answers), found, draws))
    used = any(one.found is not None for one in measured)
    key = detector.key if detector and used else None
    latency = _latency(embedders, benchmarks, latency_crops, progress)
    return Evaluation(variants, key, tuple(measured), replicates, latency)


def _latency(
    embedders: Sequence[MeasuredEmbedder], benchmarks: Sequence[Benchmark], n: int, progress: Progress | None
) -> tuple[Latency, ...]:
    """What a crop takes, alone, from its pixels to its code; crops of all benchmarks, evenly."""
    views = [view for asked in benchmarks for view in asked.queries]
    chosen = views[:: max(1, -(-len(views) // max(n, 1)))][:n]
    if not chosen:
        return ()
    crops = [Crop(view).pixels() for view in chosen]
    works = [lambda pixels, one=one: one.embedder.embed([pixels]) for one in embedders]
    return tuple(time_in_turns(works, crops, Tick(progress, "latency", len(crops))))


def _work(asked: Benchmark, found: Found | None, ways: Sequence[Way]) -> int:
    by_detector = 0 if found is None else int((~found.missed).sum())
    by_given = len(asked.queries) if any(way.crops == "given" for way in ways) else 0
    return len(asked.corpus) + by_detector + by_given


def _answers(
    embedder: MeasuredEmbedder, asked: Benchmark, ways: Sequence[Way], found: Found | None, tick: Tick
) -> dict[tuple[Way, Code], Answers]:
    corpus = embedder.look([Crop(view) for view in asked.corpus], tick)
    corpus_codes = corpus.codes
    answers: dict[tuple[Way, Code], Answers] = {}
    for crops in dict.fromkeys(way.crops for way in ways):
        if crops == "detector" and found is not None:
            there = np.flatnonzero(~found.missed)
            cut = [crop for crop in found.crops if crop is not None]
        else:
            there = np.arange(len(asked.queries))
            cut = [Crop(view) for view in asked.queries]
        looks = embedder.look(cut, tick)
        distances = {
            "binary": hamming_distances(looks.codes, corpus_codes),
            "float": cosine_distances(looks.floats, corpus.floats),
        }
        for way in ways:
            if way.crops == crops:
                task = _task(asked, way, found, there)
                for code in CODES:
                    answers[way, code] = _spread(search(distances[code], task), there, len(asked.queries))
    return answers


def _task(asked: Benchmark, way: Way, found: Found | None, there: NDArray[np.int64]) -> Task:
    within = np.full(len(asked.queries), -1, np.int64)
    if way.within == "label":
        within = np.array([view.category for view in asked.queries], np.int64)
    elif way.within == "detector" and found is not None:
        within = found.categories
    return Task(
        asked.wanted[there],
        asked.shown,
        asked.groups[there],
        asked.barred,
        within[there],
        np.array([view.category for view in asked.corpus], np.int64),
    )


def _spread(ranked: Ranked, there: NDArray[np.int64], n: int) -> Answers:
    """The answers of all n queries, from those of the queries ``there``; the others got none."""

    def of_all(values: NDArray[Any], nothing: float) -> NDArray[Any]:
        out = np.full((n, *values.shape[1:]), nothing, values.dtype)
        out[there] = values
        return out

    scores = {name: of_all(values, 0.0) for name, values in score(ranked).items()}
    return Answers(
        scores,
        Ranked(
            of_all(ranked.first, -1),
            of_all(ranked.hits, -1),
            of_all(ranked.right, False),
            of_all(ranked.rights, 0),
        ),
    )
