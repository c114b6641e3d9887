"""The tables of a report on retrieval."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from shopthelook.evaluation.embedding.scores import NAMES
from shopthelook.evaluation.report.cells import Cell, Table, figure_cell, gain_cell
from shopthelook.taxonomy import Taxonomy

if TYPE_CHECKING:
    from collections.abc import Sequence

    from shopthelook.evaluation.embedding.results import Evaluation, Measured
    from shopthelook.evaluation.intervals import Interval
    from shopthelook.evaluation.latency import Latency
    from shopthelook.evaluation.variants import Variant

FEW = 10
"""Queries of a category below which it has no row."""


def embedders(variants: Sequence[Variant], latency: Sequence[Latency] = ()) -> Table:
    """Size, speed and origin of each embedder."""
    head = ["embedder", "file", "input", "bits"]
    if latency:
        head += ["median", "95% within", "processor time"]
    rows = []
    for i, one in enumerate(variants):
        card = one.bundle.card
        cells = [f"{one.megabytes:.1f} MB", one.input, f"{card.bits:,}"]
        if latency:
            took = latency[i]
            cells += [f"{ms:.1f} ms" for ms in (took.p50_ms, took.p95_ms, took.cpu_p50_ms)]
        rows.append((Cell(one.name, f"sha256 {card.sha256[:12]}"), *(Cell(text) for text in cells)))
    return Table(tuple(head), tuple(rows))


def overall(evaluation: Evaluation, one: Measured) -> Table:
    """A row for each way and embedder: figures of binary codes, and P@1 of the floats that they are the signs of."""
    head = ("asked with, among", *NAMES.values(), "P@1 of floats", "binary keeps")
    alone = len(evaluation.variants) == 1
    rows = []
    for way in one.ways:
        first = [answers[way, "binary"].scores["p@1"].mean() for answers in one.answers]
        for i, variant in enumerate(evaluation.variants):
            binary, floats = (one.answers[i][way, code].scores for code in ("binary", "float"))
            mark = "best" if not alone and first[i] == max(first) else ""
            cells = [
                figure_cell(one.draws.interval(binary[name]), mark if name == "p@1" else "") for name in NAMES
            ]
            cells.append(figure_cell(one.draws.interval(floats["p@1"])))
            cells.append(kept_cell(one.kept(i, way)))
            rows.append((Cell(way.name, "" if alone else variant.name), *cells))
    return Table(head, tuple(rows))


def gains(evaluation: Evaluation, one: Measured) -> Table | None:
    """P@1 of binary codes against the embedder before, and of the last against the first; None with one embedder."""
    n = len(evaluation.variants)
    pairs = [(i, i - 1) for i in range(1, n)] + ([(n - 1, 0)] if n > 2 else [])
    if not pairs:
        return None
    rows = []
    for new, old in pairs:
        for way in one.ways:
            gain = one.gain(new, old, way)
            rows.append(
                (
                    Cell(evaluation.variants[new].name, f"over {evaluation.variants[old].name}; {way.name}"),
                    gain_cell(gain.difference),
                    Cell(p_text(gain.p)),
                    Cell(f"{gain.won:,}"),
                    Cell(f"{gain.lost:,}"),
                )
            )
    return Table(
        ("gain in P@1, points", "binary", "p", "only the new right", "only the old right"), tuple(rows)
    )


def categories(evaluation: Evaluation, one: Measured) -> tuple[Table, list[list[Interval]]] | None:
    """P@1 of each category, asked in the first way, and its intervals; None where no category has `FEW` queries."""
    asked, way = one.benchmark, one.ways[0]
    of = np.array([view.category for view in asked.queries])
    offered = np.array([view.category for view in asked.corpus])
    ids, counts = np.unique(of[of >= 0], return_counts=True)
    chosen = sorted((-int(n), int(i)) for i, n in zip(ids, counts, strict=True) if n >= FEW)
    if not chosen:
        return None
    taxonomy = Taxonomy.builtin()
    rows, intervals = [], []
    for n, category in chosen:
        row = [
            one.draws.interval(answers[way, "binary"].scores["p@1"], of == category)
            for answers in one.answers
        ]
        intervals.append(row)
        counted = (Cell(f"{-n:,}"), Cell(f"{int((offered == category).sum()):,}"))
        rows.append((Cell(taxonomy.get(category).name), *counted, *(figure_cell(cell) for cell in row)))
    names = [variant.name for variant in evaluation.variants]
    head = ("category", "queries", "products", *(names if len(names) > 1 else ["P@1"]))
    return Table(head, tuple(rows)), intervals


def kept_cell(share: float) -> Cell:
    """How much of the floats' figure is left after binarisation."""
    return Cell("–" if share != share else f"{100 * share:.1f}%")


def p_text(p: float) -> str:
    """A p-value, in as many digits as mean something."""
    return "< 0.001" if p < 0.001 else f"{p:.3f}" if p < 0.1 else f"{p:.2f}"
