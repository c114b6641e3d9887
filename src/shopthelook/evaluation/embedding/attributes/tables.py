"""The tables of a report on heads."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from shopthelook.evaluation.embedding.attributes.comparing import compare_heads
from shopthelook.evaluation.embedding.attributes.figures import NAMES
from shopthelook.evaluation.embedding.report.tables import p_text
from shopthelook.evaluation.report.cells import Cell, Table, figure_cell, gain_cell

if TYPE_CHECKING:
    from shopthelook.evaluation.embedding.attributes.evaluating import AttributeEvaluation, SetAttributes
    from shopthelook.evaluation.embedding.attributes.figures import HeadFigures


def overall(evaluation: AttributeEvaluation, one: SetAttributes) -> Table:
    """A row for each head and embedder that has it."""
    alone = len(evaluation.variants) == 1
    rows = []
    for head in one.names:
        for variant, heads in zip(evaluation.variants, one.heads, strict=True):
            if head in heads:
                figures = heads[head]
                left = figures.question.unsayable
                counted = Cell(f"{len(figures.question.views):,}", f"{left:,} left out" if left else "")
                cells = [figure_cell(figures.interval(name)) for name in NAMES]
                rows.append((Cell(head, "" if alone else variant.name), counted, *cells))
    return Table(("head", "views", *NAMES.values()), tuple(rows))


def gains(evaluation: AttributeEvaluation, one: SetAttributes) -> Table | None:
    """P@1 of each head against that of the embedder before; None where no two have the same head."""
    rows = []
    for head in one.names:
        for i in range(1, len(evaluation.variants)):
            if head not in one.heads[i] or head not in one.heads[i - 1]:
                continue
            gain = compare_heads(one.heads[i][head], one.heads[i - 1][head])
            if gain is not None:
                new, old = evaluation.variants[i].name, evaluation.variants[i - 1].name
                counts = (Cell(f"{gain.won:,}"), Cell(f"{gain.lost:,}"))
                cells = (gain_cell(gain.difference), Cell(p_text(gain.p)), *counts)
                rows.append((Cell(head, f"{new} over {old}"), *cells))
    head_row = ("gain in P@1, points", "gain", "p", "only the new right", "only the old right")
    return Table(head_row, tuple(rows)) if rows else None


def confusion(figures: HeadFigures) -> Table:
    """True values as rows, said ones as columns; values that neither are nor were said are left out."""
    counts, values = figures.confusion, figures.question.values
    true = [i for i in np.argsort(-counts.sum(axis=1), kind="stable") if counts[i].sum()]
    said = [
        *true,
        *(i for i in np.argsort(-counts.sum(axis=0), kind="stable") if counts[:, i].sum() and i not in true),
    ]
    rows = tuple(
        (
            Cell(values[i], f"{counts[i].sum():,}"),
            *(
                Cell(f"{counts[i, j]:,}" if counts[i, j] else "", mark="better" if i == j else "")
                for j in said
            ),
        )
        for i in true
    )
    return Table(("", *(values[j] for j in said)), rows)
