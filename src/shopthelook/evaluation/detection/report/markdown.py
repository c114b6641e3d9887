"""The report as Markdown: tables, and the curves as files beside it."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from shopthelook.evaluation.detection.report import tables, words

if TYPE_CHECKING:
    from collections.abc import Sequence

    from shopthelook.evaluation.detection.evaluating import Evaluation
    from shopthelook.evaluation.detection.mistakes import Mistakes
    from shopthelook.evaluation.detection.report.tables import Cell, Table


def as_markdown(evaluation: Evaluation, mistakes: Sequence[Sequence[Mistakes]], curves: Sequence[str]) -> str:
    """The whole report; ``mistakes`` of each data set and detector, ``curves`` the file names of each data set."""
    parts = [f"# {words.TITLE}"]
    if caution := words.caution(evaluation):
        parts.append(f"> {caution}")
    parts.append(_table(tables.detectors(evaluation)))
    if evaluation.latency:
        parts.append(words.LATENCY.format(n=evaluation.latency[0].n))
    for one, found, file in zip(evaluation.sets, mistakes, curves, strict=True):
        parts += [
            f"## {_plain(words.heading(one))}",
            words.size(one) + ".",
            _table(tables.overall(evaluation, one)),
        ]
        if (steps := tables.steps(evaluation, one)) is not None:
            parts.append(_table(steps))
        parts += [_table(tables.classes(evaluation, one)), _table(tables.sizes(evaluation, one))]
        parts.append(f"![Precision over recall of each class]({file})")
        for variant, worst in zip(evaluation.variants, found, strict=True):
            if worst.pairs:
                pairs = ", ".join(f"{true} as {said} ({n})" for true, said, n in worst.pairs[:8])
                parts.append(f"{_plain(variant.name)} shows {pairs}.")
    parts += ["## How it was measured", "\n".join(f"- {text}" for text in words.how(evaluation))]
    return "\n\n".join(parts) + "\n"


def _table(table: Table) -> str:
    lines = ["| " + " | ".join(map(_plain, table.head)) + " |"]
    lines.append("|---|" + "---:|" * (len(table.head) - 1))
    lines += ["| " + " | ".join(_cell(cell) for cell in row) + " |" for row in table.rows]
    return "\n".join(lines)


def _cell(cell: Cell) -> str:
    text = f"**{_plain(cell.text)}**" if cell.mark else _plain(cell.text)
    return f"{text} ({_plain(cell.small)})" if cell.small else text


def _plain(text: str) -> str:
    """The text itself, whatever it holds: names come from folders and cards of others."""
    return re.sub(r"([\\`*_\[\]<>|#])", r"\\\1", " ".join(text.split()))
