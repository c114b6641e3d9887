"""The report as Markdown: tables, and the curves as files beside it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from shopthelook.evaluation.detection.report import tables, words
from shopthelook.evaluation.report import markdown

if TYPE_CHECKING:
    from collections.abc import Sequence

    from shopthelook.evaluation.detection.evaluating import Evaluation
    from shopthelook.evaluation.detection.mistakes import Mistakes


def as_markdown(evaluation: Evaluation, mistakes: Sequence[Sequence[Mistakes]], curves: Sequence[str]) -> str:
    """The whole report; ``mistakes`` of each data set and detector, ``curves`` the file names of each data set."""
    parts = [f"# {words.TITLE}"]
    if caution := words.caution(evaluation):
        parts.append(f"> {caution}")
    parts.append(markdown.table(tables.detectors(evaluation)))
    if evaluation.latency:
        parts.append(words.LATENCY.format(n=evaluation.latency[0].n))
    for one, found, file in zip(evaluation.sets, mistakes, curves, strict=True):
        parts += [
            f"## {markdown.plain(words.heading(one))}",
            words.size(one) + ".",
            markdown.table(tables.overall(evaluation, one)),
        ]
        if (steps := tables.steps(evaluation, one)) is not None:
            parts.append(markdown.table(steps))
        parts += [
            markdown.table(tables.classes(evaluation, one)),
            markdown.table(tables.sizes(evaluation, one)),
        ]
        parts.append(f"![Precision over recall of each class]({file})")
        for variant, worst in zip(evaluation.variants, found, strict=True):
            if worst.pairs:
                pairs = ", ".join(f"{true} as {said} ({n})" for true, said, n in worst.pairs[:8])
                parts.append(f"{markdown.plain(variant.name)} shows {pairs}.")
    parts.append(markdown.how(words.how(evaluation)))
    return "\n\n".join(parts) + "\n"
