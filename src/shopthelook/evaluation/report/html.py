"""The parts of a page that needs no other file and no network."""

from __future__ import annotations

from html import escape
from pathlib import Path
from typing import TYPE_CHECKING

from shopthelook.evaluation.report.colors import STYLE, color

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from shopthelook.evaluation.intervals import Interval
    from shopthelook.evaluation.report.cells import Cell, Table

_CSS = Path(__file__).with_name("page.css")


def page(title: str, parts: Iterable[str]) -> str:
    """A whole page; ``parts`` are its HTML."""
    return (
        '<!doctype html>\n<html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>{escape(title)}</title><style>{_CSS.read_text(encoding='utf-8')}{STYLE}</style></head>"
        f"<body><main><h1>{escape(title)}</h1>{''.join(parts)}</main></body></html>\n"
    )


def caution(text: str) -> str:
    """A warning in a box; nothing where there is none."""
    return f'<p class="caution">{escape(text)}</p>' if text else ""


def dim(text: str) -> str:
    """A paragraph of less weight."""
    return f'<p class="dim">{escape(text)}</p>'


def how(sentences: Iterable[str]) -> str:
    """How it was measured."""
    items = "".join(f"<li>{escape(text)}</li>" for text in sentences)
    return f"<h2>How it was measured</h2><ul>{items}</ul>"


def folded(title: str, body: str, is_open: bool) -> str:
    """A part that opens at a click."""
    return f"<details{' open' if is_open else ''}><summary>{escape(title)}</summary>{body}</details>"


def key(names: Sequence[str]) -> str:
    """The colours of the models; nothing where there is only one."""
    if len(names) == 1:
        return ""
    items = (f'<li class="{color(i, len(names))}"><i></i>{escape(name)}</li>' for i, name in enumerate(names))
    return f'<ul class="key">{"".join(items)}</ul>'


def table(content: Table, label: str, plots: Sequence[str] = ()) -> str:
    """A table that scrolls by itself; ``plots`` are a last column from 0 to 100."""
    head = "".join(f'<th scope="col">{escape(text)}</th>' for text in content.head)
    head += '<th scope="col" aria-hidden="true">0 – 100</th>' if plots else ""
    rows = []
    for i, row in enumerate(content.rows):
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


def whiskers(intervals: Sequence[Interval]) -> str:
    """A dot with its interval for each model, from 0 to 1."""
    height = 14 * len(intervals) + 8
    parts = [f'<path d="M0 0v{height}M100 0v{height}M200 0v{height}" stroke="var(--faint)"/>']
    for i, one in enumerate(intervals):
        if one.value != one.value:
            continue
        y, kind = 11 + 14 * i, color(i, len(intervals))
        low, high = (one.value if end != end else end for end in (one.low, one.high))
        parts.append(
            f'<g class="{kind}"><path d="M{200 * low:.1f} {y}H{200 * high:.1f}" stroke="var(--c)" '
            f'stroke-width="2.5" stroke-linecap="round" opacity=".55"/>'
            f'<circle cx="{200 * one.value:.1f}" cy="{y}" r="4.5" fill="var(--c)"/></g>'
        )
    return f'<svg viewBox="-6 0 212 {height}">{"".join(parts)}</svg>'


def _text(cell: Cell) -> str:
    small = f"<small>{escape(cell.small)}</small>" if cell.small else ""
    return escape(cell.text) + small


def _mark(cell: Cell) -> str:
    return f' class="{cell.mark}"' if cell.mark else ""
