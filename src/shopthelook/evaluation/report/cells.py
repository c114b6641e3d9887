"""Tables before they are Markdown or HTML."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from shopthelook.evaluation.intervals import Interval


@dataclass(frozen=True, slots=True)
class Cell:
    """A cell: its text, a smaller one after it, and how it stands out: "" or "better", "worse" or "best"."""

    text: str
    small: str = ""
    mark: str = ""


@dataclass(frozen=True, slots=True)
class Table:
    """A head and rows of cells; the first column is text, the others are numbers."""

    head: tuple[str, ...]
    rows: tuple[tuple[Cell, ...], ...]


def figure_cell(interval: Interval, mark: str = "") -> Cell:
    """A share in percent with its interval."""
    if interval.value != interval.value:
        return Cell("–")
    small = "" if interval.low != interval.low else f"{100 * interval.low:.1f} to {100 * interval.high:.1f}"
    return Cell(f"{100 * interval.value:.1f}", small, mark)


def gain_cell(interval: Interval, note: str = "") -> Cell:
    """A difference of shares in points with its interval and a note; it stands out where that leaves out 0."""
    if interval.value != interval.value:
        return Cell("–")
    mark = ("better" if interval.low > 0 else "worse") if interval.is_clear else ""
    small = "" if interval.low != interval.low else f"{points(interval.low)} to {points(interval.high)}"
    return Cell(points(interval.value), ", ".join(part for part in (small, note) if part), mark)


def points(share: float) -> str:
    """A difference of shares in points, with its sign."""
    # The sum with 0 makes a positive zero of a negative one.
    return f"{round(100 * share, 1) + 0.0:+.1f}".replace("-", "−")
