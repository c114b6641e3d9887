"""What embedders answered, and its figures."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal, TypeAlias

from shopthelook.evaluation.embedding.comparing import Gain, compare

if TYPE_CHECKING:
    from collections.abc import Mapping

    import numpy as np
    from numpy.typing import NDArray

    from shopthelook.evaluation.embedding.asking import Benchmark
    from shopthelook.evaluation.embedding.crops import Found
    from shopthelook.evaluation.embedding.scores import Draws
    from shopthelook.evaluation.embedding.searching import Ranked
    from shopthelook.evaluation.latency import Latency
    from shopthelook.evaluation.variants import Variant

Crops: TypeAlias = Literal["detector", "given"]
Within: TypeAlias = Literal["detector", "label", "everything"]
Code: TypeAlias = Literal["binary", "float"]
CODES: tuple[Code, ...] = ("binary", "float")


@dataclass(frozen=True, slots=True)
class Way:
    """How a query is asked: who cuts it out of its picture, and which products may answer.

    ``within`` is "detector" for the category that the detector says, "label" for that of the data set; a query of
    which neither is known asks everything, as in serving.
    """

    crops: Crops
    within: Within

    @property
    def name(self) -> str:
        """What the way is called in reports."""
        boxes = {"detector": "the detector's box", "given": "the given box"}[self.crops]
        where = {"detector": "its category", "label": "the label's category", "everything": "all products"}
        return f"{boxes}, {where[self.within]}"


@dataclass(frozen=True, slots=True, eq=False)
class Answers:
    """What one embedder answered: scores (n,) by the figures of `scores.NAMES`, and what was found.

    A query that the detector missed has 0 in every figure, and no hits.
    """

    scores: Mapping[str, NDArray[np.float64]]
    ranked: Ranked


@dataclass(frozen=True, slots=True, eq=False)
class Measured:
    """All embedders on one benchmark; ``answers`` has for each of them its answers by way and code.

    ``found`` is what the detector has in the place of the queries, None where none was asked.
    """

    benchmark: Benchmark
    ways: tuple[Way, ...]
    answers: tuple[Mapping[tuple[Way, Code], Answers], ...]
    found: Found | None
    draws: Draws

    def gain(self, new: int, old: int, way: Way, figure: str = "p@1", code: Code = "binary") -> Gain:
        """By how much embedder ``new`` is better than ``old``."""
        mine, others = (self.answers[i][way, code].scores[figure] for i in (new, old))
        return compare(mine, others, self.draws)

    def kept(self, embedder: int, way: Way, figure: str = "p@1") -> float:
        """The share of the floats' figure that binary codes keep; NaN where that is 0."""
        binary, floats = (float(self.answers[embedder][way, code].scores[figure].mean()) for code in CODES)
        return binary / floats if floats else math.nan


@dataclass(frozen=True, slots=True, eq=False)
class Evaluation:
    """Embedders, oldest first, on benchmarks; ``detector`` is the key of the one that cut out the queries, if any.

    ``latency`` has for each embedder what a crop takes, or nothing.
    """

    variants: tuple[Variant, ...]
    detector: str | None
    measured: tuple[Measured, ...]
    replicates: int
    latency: tuple[Latency, ...] = ()

    def as_dict(self) -> dict[str, Any]:
        """The figures for JSON."""
        return {
            "replicates": self.replicates,
            "detector": self.detector,
            "embedders": [
                {**_variant_dict(one), "latency": self.latency[i].as_dict() if self.latency else None}
                for i, one in enumerate(self.variants)
            ],
            "benchmarks": [self._measured_dict(one) for one in self.measured],
        }

    def _measured_dict(self, one: Measured) -> dict[str, Any]:
        asked = one.benchmark
        results = []
        for i, variant in enumerate(self.variants):
            for way in one.ways:
                row: dict[str, Any] = {"embedder": variant.name, "crops": way.crops, "within": way.within}
                for code in CODES:
                    scores = one.answers[i][way, code].scores
                    row[code] = {
                        name: one.draws.interval(values).as_dict() for name, values in scores.items()
                    }
                if i:
                    row["better_than_before"] = one.gain(i, i - 1, way).as_dict()
                    row["better_than_first"] = one.gain(i, 0, way).as_dict()
                results.append(row)
        return {
            "name": asked.name,
            "role": asked.role,
            "same": list(asked.same),
            "split": asked.split,
            "queries": len(asked.queries),
            "groups": one.draws.count,
            "unanswerable": asked.unanswerable,
            "missed_by_detector": int(one.found.missed.sum()) if one.found else None,
            "corpus": len(asked.corpus),
            "distractors": asked.distractors,
            "results": results,
        }


def ways_of(detected: bool, given: bool) -> tuple[Way, ...]:
    """All ways to ask, that of serving first."""
    ways = []
    if detected:
        ways += [Way("detector", within) for within in ("detector", "label", "everything")]
    if given or not detected:
        ways += [Way("given", within) for within in ("label", "everything")]
    return tuple(ways)


def _variant_dict(one: Variant) -> dict[str, Any]:
    card = one.bundle.card
    return {
        "name": one.name,
        "bundle": one.bundle.id,
        "sha256": card.sha256,
        "megabytes": round(one.megabytes, 2),
        "bits": card.bits,
        "input": one.input,
        "trained_on": [use.name for use in card.data],
    }
