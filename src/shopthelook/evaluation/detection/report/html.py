"""The report as one page that needs no other file and no network."""

from __future__ import annotations

from html import escape
from pathlib import Path
from typing import TYPE_CHECKING

from shopthelook.evaluation.detection.report import curves, tables, words
from shopthelook.evaluation.detection.report.pictures import figure

if TYPE_CHECKING:
    from collections.abc import Sequence

    from shopthelook.evaluation.detection.bootstrap import Interval
    from shopthelook.evaluation.detection.evaluating import Evaluation, SetFigures
    from shopthelook.evaluation.detection.mistakes import Mistake, Mistakes
    from shopthelook.evaluation.detection.report.tables import Cell, Table

_CSS = Path(__file__).with_name("page.css")
_SORTS = (
    ("confused", "Shown as something else"),
    ("false", "Shown where there is no such object"),
    ("missed", "Large objects that were missed"),
)


def as_html(evaluation: Evaluation, mistakes: Sequence[Sequence[Mistakes]]) -> str:
    """The whole page; ``mistakes`` of each data set and detector."""
    parts = [f"<h1>{words.TITLE}</h1>"]
    if caution := words.caution(evaluation):
        parts.append(f'<p class="caution">{escape(caution)}</p>')
    parts.append(_table(tables.detectors(evaluation), "the detectors"))
    if evaluation.latency:
        parts.append(f'<p class="dim">{escape(words.LATENCY.format(n=evaluation.latency[0].n))}</p>')
    for one, found in zip(evaluation.sets, mistakes, strict=True):
        parts.append(f"<section>{_set(evaluation, one, found)}</section>")
    how = "".join(f"<li>{escape(text)}</li>" for text in words.how(evaluation))
    parts.append(f"<h2>How it was measured</h2><ul>{how}</ul>")
    return (
        '<!doctype html>\n<html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>{words.TITLE}</title><style>{_CSS.read_text(encoding='utf-8')}{curves.STYLE}</style></head>"
        f"<body><main>{''.join(parts)}</main></body></html>\n"
    )


def _set(evaluation: Evaluation, one: SetFigures, found: Sequence[Mistakes]) -> str:
    name = one.data.name
    parts = [
        f"<h2>{escape(words.heading(one))}</h2>",
        f'<p class="dim">{escape(words.size(one))}</p>',
        _table(tables.overall(evaluation, one), f"{name}: all classes"),
    ]
    if (steps := tables.steps(evaluation, one)) is not None:
        parts.append(f"<h3>Gains, in points</h3>{_table(steps, f'{name}: gains')}")
    n = len(evaluation.variants)
    plots = [
        _whiskers([figures.classes[k].interval("ap50") for figures in one.figures]) for k in _places(one)
    ]
    parts += [
        "<h3>Classes, by AP50</h3>",
        _key(evaluation) if n > 1 else "",
        _table(tables.classes(evaluation, one), f"{name}: classes", plots),
        f"<h3>Sizes, by AP50</h3>{_table(tables.sizes(evaluation, one), f'{name}: sizes')}",
        "<h3>Precision over recall, IoU 0.5</h3>",
        _key(evaluation) if n > 1 else "",
        '<div class="charts">',
        *(curves.chart(title, lines) for title, lines in curves.all_curves(evaluation, one)),
        "</div>",
    ]
    for i in reversed(range(n)):
        title = escape(f"The worst mistakes of {evaluation.variants[i].name}")
        body = _mistakes(found[i])
        is_open = " open" if i == n - 1 else ""
        parts.append(f"<details{is_open}><summary>{title}</summary>{body}</details>")
    return "".join(parts)


def _places(one: SetFigures) -> range:
    return range(len(one.figures[0].classes))


def _key(evaluation: Evaluation) -> str:
    n = len(evaluation.variants)
    items = (
        f'<li class="{curves.color(i, n)}"><i></i>{escape(variant.name)}</li>'
        for i, variant in enumerate(evaluation.variants)
    )
    return f'<ul class="key">{"".join(items)}</ul>'


def _table(table: Table, label: str, plots: Sequence[str] = ()) -> str:
    head = "".join(f'<th scope="col">{escape(text)}</th>' for text in table.head)
    head += '<th scope="col" aria-hidden="true">0 – 100</th>' if plots else ""
    rows = []
    for i, row in enumerate(table.rows):
        cells = [
            f'<th scope="row">{_text(row[0])}</th>',
            *(f"<td{_mark(c)}>{_text(c)}</td>" for c in row[1:]),
        ]
        if plots:
            cells.append(f'<td class="plot" aria-hidden="true">{plots[i]}</td>')
        rows.append(f"<tr>{''.join(cells)}</tr>")
    return (
        f'<div class="wide" role="region" tabindex="0" aria-label="{escape(label)}"><table>'
        f"<thead><tr>{head}</tr></thead><tbody>{''.join(rows)}</tbody></table></div>"
    )


def _text(cell: Cell) -> str:
    small = f"<small>{escape(cell.small)}</small>" if cell.small else ""
    return escape(cell.text) + small


def _mark(cell: Cell) -> str:
    return f' class="{cell.mark}"' if cell.mark else ""


def _whiskers(intervals: Sequence[Interval]) -> str:
    """A dot with its interval for each detector, from 0 to 1."""
    height = 14 * len(intervals) + 8
    parts = [f'<path d="M0 0v{height}M100 0v{height}M200 0v{height}" stroke="var(--faint)"/>']
    for i, one in enumerate(intervals):
        y, kind = 11 + 14 * i, curves.color(i, len(intervals))
        low, high = (one.value if end != end else end for end in (one.low, one.high))
        parts.append(
            f'<g class="{kind}"><path d="M{200 * low:.1f} {y}H{200 * high:.1f}" stroke="var(--c)" '
            f'stroke-width="2.5" stroke-linecap="round" opacity=".55"/>'
            f'<circle cx="{200 * one.value:.1f}" cy="{y}" r="4.5" fill="var(--c)"/></g>'
        )
    return f'<svg viewBox="-6 0 212 {height}">{"".join(parts)}</svg>'


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
