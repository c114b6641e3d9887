"""The tables of a report on detectors."""

from __future__ import annotations

from typing import TYPE_CHECKING

from shopthelook.evaluation.detection.figures import NAMES, difference
from shopthelook.evaluation.report.cells import Cell, Table, figure_cell, gain_cell

if TYPE_CHECKING:
    from shopthelook.evaluation.detection.evaluating import Evaluation, SetFigures


def detectors(evaluation: Evaluation) -> Table:
    """Size, speed and origin of each detector."""
    head = ["detector", "file", "input", "labels"]
    if evaluation.latency:
        head += ["median", "95% within", "processor time"]
    rows = []
    for i, one in enumerate(evaluation.variants):
        cells = [
            Cell(one.name, f"sha256 {one.bundle.card.sha256[:12]}"),
            Cell(f"{one.megabytes:.1f} MB"),
            Cell(one.input),
            Cell(str(len(one.bundle.card.labels))),
        ]
        if evaluation.latency:
            took = evaluation.latency[i]
            cells += [Cell(f"{ms:.0f} ms") for ms in (took.p50_ms, took.p95_ms, took.cpu_p50_ms)]
        rows.append(tuple(cells))
    return Table(tuple(head), tuple(rows))


def overall(evaluation: Evaluation, one: SetFigures) -> Table:
    """A row for each detector, as in table 1 of the paper."""
    names = list(one.figures[0].drawn)
    best = {name: max(figures.drawn[name][0] for figures in one.figures) for name in names}
    alone = len(one.figures) == 1
    rows = []
    for variant, figures in zip(evaluation.variants, one.figures, strict=True):
        cells = [Cell(variant.name)]
        for name in names:
            mark = "" if alone or figures.drawn[name][0] != best[name] else "best"
            cells.append(figure_cell(figures.interval(name), mark))
        rows.append(tuple(cells))
    return Table(("detector", *(NAMES[name] for name in names)), tuple(rows))


def steps(evaluation: Evaluation, one: SetFigures) -> Table | None:
    """What each detector gains over the one before it, and the last over the first; None with one detector."""
    n = len(evaluation.variants)
    pairs = [(i, i - 1) for i in range(1, n)] + ([(n - 1, 0)] if n > 2 else [])
    if not pairs:
        return None
    names = list(one.figures[0].drawn)
    rows = []
    for new, old in pairs:
        cells = [Cell(evaluation.variants[new].name, f"over {evaluation.variants[old].name}")]
        cells += [
            gain_cell(difference(one.figures[new].drawn, one.figures[old].drawn, name)) for name in names
        ]
        rows.append(tuple(cells))
    return Table(("gain", *(NAMES[name] for name in names)), tuple(rows))


def classes(evaluation: Evaluation, one: SetFigures) -> Table:
    """AP50 of each class, as in table 2 of the paper; the last detector's gain over the first; sizes below."""
    several = len(evaluation.variants) > 1
    single = [] if several else ["AP", "precision", "recall"]
    head = ["class", "boxes", *(variant.name for variant in evaluation.variants)]
    if not several:
        head[-1] = "AP50"
    rows = []
    for k, kind in enumerate(one.figures[0].classes):
        cells = [Cell(kind.name), Cell(f"{kind.boxes:,}")]
        cells += [figure_cell(figures.classes[k].interval("ap50")) for figures in one.figures]
        cells += [figure_cell(kind.interval(name.lower())) for name in single]
        if several:
            last, first = one.figures[-1].classes[k], one.figures[0].classes[k]
            cells.append(gain_cell(difference(last.drawn, first.drawn, "ap50")))
        rows.append(tuple(cells))
    return Table((*head, *single, *(["gain"] if several else [])), tuple(rows))


def sizes(evaluation: Evaluation, one: SetFigures) -> Table:
    """AP50 of small, medium and large objects."""
    rows = []
    for size, counted in one.figures[0].sizes.items():
        cells = [Cell(size), Cell(f"{counted.n:,}")]
        cells += [Cell(f"{100 * figures.sizes[size].ap50:.1f}") for figures in one.figures]
        rows.append(tuple(cells))
    return Table(("size", "boxes", *(variant.name for variant in evaluation.variants)), tuple(rows))
