"""The tables of a ladder, and its report."""

from __future__ import annotations

import json
from html import escape
from typing import TYPE_CHECKING

from shopthelook.evaluation.embedding.attributes.comparing import compare_heads
from shopthelook.evaluation.embedding.attributes.report import HOW as HEADS_HOW
from shopthelook.evaluation.embedding.attributes.report import write_attribute_report
from shopthelook.evaluation.embedding.report import write_report
from shopthelook.evaluation.embedding.report.tables import p_text
from shopthelook.evaluation.embedding.report.words import caution, how, size
from shopthelook.evaluation.report import html, markdown
from shopthelook.evaluation.report.cells import Cell, Table, figure_cell, gain_cell
from shopthelook.evaluation.report.files import write_files

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from shopthelook.evaluation.embedding.ladder.running import Climbed

TITLE = "Embedders, step by step"


def write_ladder_report(climbed: Climbed, folder: Path) -> None:
    """Write `report.html`, `report.md` and `figures.json` to ``folder``, and whole reports to folders in it.

    Raises `ReportError` where the folder cannot be written.
    """
    warning = caution(climbed.ladder.measure.split)
    parts, text = [html.caution(warning)], [f"# {TITLE}"]
    if climbed.ladder.summary:
        parts.append(html.dim(climbed.ladder.summary))
        text.append(markdown.plain(climbed.ladder.summary))
    if warning:
        text.append(f"> {warning}")
    for title, rows in climbed.ladder.tables.items():
        parts.append(f"<h2>{escape(title)}</h2>")
        text.append(f"## {markdown.plain(title)}")
        for heading, table in tables(climbed, rows):
            parts.append(f"<h3>{escape(heading)}</h3>{html.table(table, f'{title}: {heading}')}")
            text += [f"### {heading}", markdown.table(table)]
    said = []
    if climbed.retrieval:
        said += [f"{one.benchmark.title}: {size(one)}." for one in climbed.retrieval.measured]
        said += [
            f"Asked with {climbed.retrieval.measured[0].ways[0].name}, on binary codes.",
            *how(climbed.retrieval),
        ]
        write_report(climbed.retrieval, folder / "retrieval")
    if climbed.attributes:
        said += [sentence.format(replicates=climbed.attributes.replicates) for sentence in HEADS_HOW[:1]]
        write_attribute_report(climbed.attributes, folder / "attributes")
    parts.append(html.how(said))
    text.append(markdown.how(said))
    figures = json.dumps(climbed.as_dict(), indent=1, ensure_ascii=False) + "\n"
    page = html.page(TITLE, parts)
    write_files(folder, {"figures.json": figures, "report.md": "\n\n".join(text) + "\n", "report.html": page})


def tables(climbed: Climbed, rows: Sequence[int]) -> list[tuple[str, Table]]:
    """Titles and tables of some variants: P@1 of products and of attributes, and the gains from row to row."""
    found = []
    if climbed.retrieval:
        found += [("P@1 of products", _retrieval(climbed, rows)), ("Gains, in points", _gains(climbed, rows))]
    if climbed.attributes:
        found += [
            ("P@1 of attributes", _attributes(climbed, rows)),
            ("Gains, in points", _heads(climbed, rows)),
        ]
    return [(title, table) for title, table in found if table.rows]


def _retrieval(climbed: Climbed, rows: Sequence[int]) -> Table:
    measured = climbed.retrieval.measured if climbed.retrieval else ()
    made = []
    for i in rows:
        cells = []
        for one in measured:
            scores = [one.answers[j][one.ways[0], "binary"].scores["p@1"] for j in rows]
            best = max(float(values.mean()) for values in scores)
            mine = one.answers[i][one.ways[0], "binary"].scores["p@1"]
            mark = "best" if len(rows) > 1 and float(mine.mean()) == best else ""
            cells.append(figure_cell(one.draws.interval(mine), mark))
        made.append((Cell(climbed.ladder.variants[i].name), *cells))
    return Table(("variant", *(one.benchmark.title for one in measured)), tuple(made))


def _gains(climbed: Climbed, rows: Sequence[int]) -> Table:
    measured = climbed.retrieval.measured if climbed.retrieval else ()
    made = []
    for new, old in _steps(climbed, rows):
        gains = [one.gain(new, old, one.ways[0]) for one in measured]
        cells = [gain_cell(gain.difference, f"p {p_text(gain.p)}") for gain in gains]
        made.append((_step(climbed, new, old), *cells))
    return Table(("gain", *(one.benchmark.title for one in measured)), tuple(made))


def _attributes(climbed: Climbed, rows: Sequence[int]) -> Table:
    columns = _columns(climbed)
    made = []
    for i in rows:
        cells = []
        for place, head in columns:
            heads = climbed.attributes.sets[place].heads[i] if climbed.attributes else {}
            cells.append(figure_cell(heads[head].interval("p@1")) if head in heads else Cell("–"))
        made.append((Cell(climbed.ladder.variants[i].name), *cells))
    return Table(("variant", *_titles(climbed)), tuple(made))


def _heads(climbed: Climbed, rows: Sequence[int]) -> Table:
    made = []
    for new, old in _steps(climbed, rows):
        cells = []
        for place, head in _columns(climbed):
            heads = climbed.attributes.sets[place].heads if climbed.attributes else ()
            both = head in heads[new] and head in heads[old]
            gain = compare_heads(heads[new][head], heads[old][head]) if both else None
            cells.append(Cell("–") if gain is None else gain_cell(gain.difference, f"p {p_text(gain.p)}"))
        made.append((_step(climbed, new, old), *cells))
    return Table(("gain", *_titles(climbed)), tuple(made))


def _columns(climbed: Climbed) -> list[tuple[int, str]]:
    sets = climbed.attributes.sets if climbed.attributes else ()
    return [(place, head) for place, one in enumerate(sets) for head in one.names]


def _titles(climbed: Climbed) -> list[str]:
    sets = climbed.attributes.sets if climbed.attributes else ()
    return [f"{head}, {sets[place].name}" for place, head in _columns(climbed)]


def _steps(climbed: Climbed, rows: Sequence[int]) -> list[tuple[int, int]]:
    """Each variant of a table with the one that it changes; where that is no row of the table, with the row before."""
    steps = []
    for place, new in enumerate(rows):
        on = climbed.ladder.base(new)
        if on is not None and on in rows:
            steps.append((new, on))
        elif place:
            steps.append((new, rows[place - 1]))
    return steps


def _step(climbed: Climbed, new: int, old: int) -> Cell:
    names = climbed.ladder.variants
    return Cell(names[new].name, f"over {names[old].name}")
