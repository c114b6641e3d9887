"""Figures for the card of an embedder's bundle."""

from __future__ import annotations

from typing import TYPE_CHECKING

from shopthelook.evaluation.embedding.attributes.figures import NAMES as HEAD_FIGURES
from shopthelook.evaluation.embedding.results import CODES
from shopthelook.models.card import Metric

if TYPE_CHECKING:
    from shopthelook.evaluation.embedding.attributes import AttributeEvaluation
    from shopthelook.evaluation.embedding.results import Evaluation

FIGURES = ("p@1", "p@5")


def metrics(evaluation: Evaluation, place: int, command: str) -> list[Metric]:
    """P@1 and P@5 of the embedder at ``place``, for every benchmark, way and code, as ``command`` measured them."""
    found = []
    for one in evaluation.measured:
        asked = one.benchmark
        among = f", {asked.distractors} distractors"
        for way in one.ways:
            for code in CODES:
                scores = one.answers[place][way, code].scores
                for figure in FIGURES:
                    name = f"{asked.title}: {figure.upper()}, {way.name}, {code}{among}"
                    value = round(float(scores[figure].mean()), 4)
                    found.append(Metric(name, value, asked.name, asked.split, len(asked.queries), command))
    if evaluation.latency:
        took = evaluation.latency[place]
        asked = evaluation.measured[0].benchmark
        name = "milliseconds a crop, one thread, processor time"
        found.append(Metric(name, round(took.cpu_p50_ms, 2), asked.name, asked.split, took.n, command))
    return found


def attribute_metrics(evaluation: AttributeEvaluation, place: int, command: str) -> list[Metric]:
    """P@1 and coverage of the heads of the embedder at ``place`` on each data set, as ``command`` measured them."""
    found = []
    for one in evaluation.sets:
        for head, figures in one.heads[place].items():
            n = len(figures.question.views)
            for figure in ("p@1", "coverage", "said"):
                value = figures.interval(figure).value
                if value == value:
                    name = f"{head}: {HEAD_FIGURES[figure]}"
                    found.append(Metric(name, round(value, 4), one.name, one.split, n, command))
    return found
