"""Precision over recall as SVG, coloured by the page that holds it."""

from __future__ import annotations

from dataclasses import dataclass
from html import escape
from typing import TYPE_CHECKING

import numpy as np

from shopthelook.evaluation.report.colors import STYLE, color

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from shopthelook.evaluation.detection.evaluating import Evaluation, SetFigures

_STANDALONE = """
svg{font:12px system-ui,sans-serif;--ink:#1d232b;--faint:#d9dde3;--dim:#667080;--paper:#fff}
@media(prefers-color-scheme:dark){svg{--ink:#e8eaed;--faint:#3a414b;--dim:#9aa3af;--paper:#14181d}}
"""
_LEFT, _TOP, _RIGHT, _BOTTOM = 42, 22, 10, 32


@dataclass(frozen=True, slots=True)
class Curve:
    """Precision at the 101 recalls, of the colour class ``color``, and the recall and precision of what is shown."""

    color: str
    precision: NDArray[np.float64]
    point: tuple[float, float] | None = None


def all_curves(evaluation: Evaluation, one: SetFigures) -> list[tuple[str, list[Curve]]]:
    """The mean of the classes first, then each class: a title and a curve for each detector."""
    n = len(evaluation.variants)
    charts = [
        ("mean of the classes", [Curve(color(i, n), one.figures[i].curve) for i in range(n)]),
    ]
    for k, kind in enumerate(one.figures[0].classes):
        drawn = [one.figures[i].classes[k] for i in range(n)]
        points = [(float(d.drawn["recall"][0]), float(d.drawn["precision"][0])) for d in drawn]
        charts.append(
            (
                kind.name,
                [
                    Curve(color(i, n), d.curve, points[i] if np.isfinite(points[i]).all() else None)
                    for i, d in enumerate(drawn)
                ],
            )
        )
    return charts


def chart(title: str, curves: Sequence[Curve], width: int = 240, height: int = 190) -> str:
    """One chart as an SVG element."""
    return (
        f'<svg class="chart" viewBox="0 0 {width} {height}" role="img" '
        f'aria-label="precision over recall: {escape(title)}">{_inside(title, curves, width, height)}</svg>'
    )


def sheet(charts: Sequence[tuple[str, Sequence[Curve]]], names: Sequence[str], columns: int = 4) -> str:
    """All charts in one SVG file that stands alone, with the names of the detectors above."""
    width, height, head = 240, 190, 34
    rows = -(-len(charts) // columns)
    parts = []
    place = 8.0
    for i, name in enumerate(names):
        kind = color(i, len(names))
        parts.append(
            f'<g class="{kind}"><rect x="{place}" y="12" width="14" height="4" fill="var(--c)"/>'
            f'<text x="{place + 20}" y="18" fill="var(--ink)">{escape(name)}</text></g>'
        )
        place += 44 + 7 * len(name)
    for i, (title, curves) in enumerate(charts):
        x, y = i % columns * width, head + i // columns * height
        parts.append(f'<g transform="translate({x} {y})">{_inside(title, curves, width, height)}</g>')
    full = (columns * width, head + rows * height)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {full[0]} {full[1]}" width="{full[0]}">'
        f"<style>{_STANDALONE}{STYLE}</style>"
        f'<rect width="100%" height="100%" fill="var(--paper)"/>{"".join(parts)}</svg>\n'
    )


def _inside(title: str, curves: Sequence[Curve], width: int, height: int) -> str:
    wide, high = width - _LEFT - _RIGHT, height - _TOP - _BOTTOM

    def at(recall: float, precision: float) -> str:
        return f"{_LEFT + recall * wide:.1f},{_TOP + (1 - precision) * high:.1f}"

    parts = [f'<text x="{_LEFT}" y="14" fill="var(--ink)" font-weight="600">{escape(title)}</text>']
    for share in (0.0, 0.5, 1.0):
        x, y = _LEFT + share * wide, _TOP + (1 - share) * high
        parts.append(
            f'<path d="M{_LEFT} {y:.1f}h{wide}M{x:.1f} {_TOP}v{high}" stroke="var(--faint)" fill="none"/>'
            f'<text x="{_LEFT - 5}" y="{y + 4:.1f}" text-anchor="end" fill="var(--dim)">{share:g}</text>'
            f'<text x="{x:.1f}" y="{_TOP + high + 14}" text-anchor="middle" fill="var(--dim)">{share:g}</text>'
        )
    parts.append(
        f'<text x="{_LEFT + wide / 2:.1f}" y="{height - 5}" text-anchor="middle" fill="var(--dim)">recall</text>'
        f'<text transform="translate(12 {_TOP + high / 2:.1f}) rotate(-90)" text-anchor="middle" '
        'fill="var(--dim)">precision</text>'
    )
    for curve in curves:
        path = " ".join(at(i / 100, float(p)) for i, p in enumerate(curve.precision))
        parts.append(
            f'<polyline class="{curve.color}" points="{path}" fill="none" stroke="var(--c)" stroke-width="2" '
            'stroke-linejoin="round"/>'
        )
    for curve in curves:
        if curve.point is not None:
            cx, cy = at(*curve.point).split(",")
            parts.append(
                f'<circle class="{curve.color}" cx="{cx}" cy="{cy}" r="4" fill="var(--c)" stroke="var(--paper)" '
                'stroke-width="1.5"/>'
            )
    return "".join(parts)
