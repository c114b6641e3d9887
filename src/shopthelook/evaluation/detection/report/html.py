"""The report as one page that needs no other file and no network."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING

from shopthelook.evaluation.detection.report import curves, tables, words
from shopthelook.evaluation.detection.report.pictures import figure
from shopthelook.evaluation.report import html

if TYPE_CHECKING:
    from collections.abc import Sequence

    from shopthelook.evaluation.detection.evaluating import Evaluation, SetFigures
    from shopthelook.evaluation.detection.mistakes import Mistake, Mistakes

_SORTS = (
    ("confused", "Shown as something else"),
    ("false", "Shown where there is no such object"),
    ("missed", "Large objects that were missed"),
)


def as_html(evaluation: Evaluation, mistakes: Sequence[Sequence[Mistakes]]) -> str:
    """The whole page; ``mistakes`` of each data set and detector."""
    parts = [
        html.caution(words.caution(evaluation)),
        html.table(tables.detectors(evaluation), "the detectors"),
    ]
    if evaluation.latency:
        parts.append(html.dim(words.LATENCY.format(n=evaluation.latency[0].n)))
    for one, found in zip(evaluation.sets, mistakes, strict=True):
        parts.append(f"<section>{_set(evaluation, one, found)}</section>")
    return html.page(words.TITLE, [*parts, html.how(words.how(evaluation))])


def _set(evaluation: Evaluation, one: SetFigures, found: Sequence[Mistakes]) -> str:
    name, names = one.data.name, [variant.name for variant in evaluation.variants]
    parts = [
        f"<h2>{escape(words.heading(one))}</h2>",
        html.dim(words.size(one)),
        html.table(tables.overall(evaluation, one), f"{name}: all classes"),
    ]
    if (steps := tables.steps(evaluation, one)) is not None:
        parts.append(f"<h3>Gains, in points</h3>{html.table(steps, f'{name}: gains')}")
    plots = [
        html.whiskers([figures.classes[k].interval("ap50") for figures in one.figures])
        for k in range(len(one.figures[0].classes))
    ]
    parts += [
        "<h3>Classes, by AP50</h3>",
        html.key(names),
        html.table(tables.classes(evaluation, one), f"{name}: classes", plots),
        f"<h3>Sizes, by AP50</h3>{html.table(tables.sizes(evaluation, one), f'{name}: sizes')}",
        "<h3>Precision over recall, IoU 0.5</h3>",
        html.key(names),
        '<div class="charts">',
        *(curves.chart(title, lines) for title, lines in curves.all_curves(evaluation, one)),
        "</div>",
    ]
    for i in reversed(range(len(names))):
        title = f"The worst mistakes of {names[i]}"
        parts.append(html.folded(title, _mistakes(found[i]), i == len(names) - 1))
    return "".join(parts)


def _mistakes(found: Mistakes) -> str:
    parts = [
        '<p class="dim"><b class="said">Dashed</b> is what the detector says, with its score, '
        '<b class="true">solid</b> what the data set says. A box may be missing in the data.</p>'
    ]
    for sort, title in _SORTS:
        worst: tuple[Mistake, ...] = getattr(found, sort)
        if not worst:
            continue
        parts.append(f"<h3>{title}</h3>")
        if sort == "confused":
            pairs = "; ".join(f"{true} as {said}: {n}" for true, said, n in found.pairs[:8])
            parts.append(f'<p class="dim">{escape(pairs)}</p>')
        parts.append(f'<div class="photos">{"".join(figure(one) for one in worst)}</div>')
    return "".join(parts)
