"""Writing the files of a report on retrieval."""

from __future__ import annotations

import json
from html import escape
from typing import TYPE_CHECKING

from shopthelook.evaluation.embedding.examples import Examples, choose
from shopthelook.evaluation.embedding.report import sheet, tables, words
from shopthelook.evaluation.report import html, markdown
from shopthelook.evaluation.report.files import file_name, write_files
from shopthelook.evaluation.report.pictures import data_uri, webp

if TYPE_CHECKING:
    from pathlib import Path

    from shopthelook.evaluation.embedding.results import Evaluation, Measured

_KEY = "Left: what was asked with, and what is right. Then the first hits, green where right and red where wrong."


def write_report(evaluation: Evaluation, folder: Path) -> None:
    """Write `report.html`, `report.md` with its `hits-*.webp` and `misses-*.webp`, and `figures.json` to ``folder``.

    The page holds its pictures. Raises `ReportError` where the folder cannot be written, `DataError` for a picture that
    cannot be read.
    """
    sheets: dict[str, bytes] = {}
    parts = [html.caution(words.caution(evaluation.measured[0].benchmark.split))]
    models = tables.embedders(evaluation.variants, evaluation.latency)
    parts.append(html.table(models, "the embedders"))
    text = [f"# {words.TITLE}"]
    if caution := words.caution(evaluation.measured[0].benchmark.split):
        text.append(f"> {caution}")
    text.append(markdown.table(models))
    if evaluation.latency:
        speed = words.LATENCY.format(n=evaluation.latency[0].n)
        parts.append(html.dim(speed))
        text.append(speed)
    for number, one in enumerate(evaluation.measured, 1):
        drawn = _sheets(evaluation, one, number)
        sheets |= {name: data for _, examples in drawn for name, data in examples.items()}
        parts.append(f"<section>{_page(evaluation, one, drawn)}</section>")
        text += _text(evaluation, one, drawn)
    parts.append(html.how(words.how(evaluation)))
    text.append(markdown.how(words.how(evaluation)))
    write_files(
        folder,
        {
            **sheets,
            "figures.json": json.dumps(evaluation.as_dict(), indent=1, ensure_ascii=False) + "\n",
            "report.md": "\n\n".join(text) + "\n",
            "report.html": html.page(words.TITLE, parts),
        },
    )


_Drawn = list[tuple[str, dict[str, bytes]]]
"""Of each embedder a title and its sheets by file name, the last embedder first."""


def _sheets(evaluation: Evaluation, one: Measured, number: int) -> _Drawn:
    drawn: _Drawn = []
    for i in reversed(range(len(evaluation.variants))):
        name = evaluation.variants[i].name
        examples: Examples = choose(one, i, one.ways[0])
        files = {}
        for what, some in (("hits", examples.hits), ("misses", examples.misses)):
            if some:
                file = f"{what}-{number}-{file_name(one.benchmark.name)}-{file_name(name)}.webp"
                files[file] = webp(sheet.draw(some), 72)
        title = f"{name}: {examples.n_hits:,} right at once, {examples.n_misses:,} not"
        drawn.append((title, files))
    return drawn


def _page(evaluation: Evaluation, one: Measured, drawn: _Drawn) -> str:
    name = one.benchmark.title
    parts = [
        f"<h2>{escape(name)}</h2>",
        html.dim(words.size(one)),
        html.table(tables.overall(evaluation, one), f"{name}: figures"),
    ]
    if (gains := tables.gains(evaluation, one)) is not None:
        parts.append(f"<h3>Gains</h3>{html.table(gains, f'{name}: gains')}")
    if (found := tables.categories(evaluation, one)) is not None:
        table, intervals = found
        plots = [html.whiskers(row) for row in intervals]
        parts.append(f"<h3>Categories, by P@1 ({escape(one.ways[0].name)})</h3>")
        parts.append(html.key([variant.name for variant in evaluation.variants]))
        parts.append(html.table(table, f"{name}: categories", plots))
    for i, (title, files) in enumerate(drawn):
        pictures = "".join(_picture(file, data) for file, data in sorted(files.items(), reverse=True))
        parts.append(html.folded(title, html.dim(_KEY) + pictures, i == 0))
    return "".join(parts)


def _picture(file: str, data: bytes) -> str:
    image = f'<img class="sheet" src="{data_uri(data)}" alt="{_alt(file)}" loading="lazy">'
    return f'<div class="wide" role="region" tabindex="0" aria-label="{_alt(file)}">{image}</div>'


def _text(evaluation: Evaluation, one: Measured, drawn: _Drawn) -> list[str]:
    parts = [
        f"## {markdown.plain(one.benchmark.title)}",
        words.size(one) + ".",
        markdown.table(tables.overall(evaluation, one)),
    ]
    if (gains := tables.gains(evaluation, one)) is not None:
        parts.append(markdown.table(gains))
    if (found := tables.categories(evaluation, one)) is not None:
        parts.append(f"P@1 of each category ({one.ways[0].name}):")
        parts.append(markdown.table(found[0]))
    for title, files in drawn:
        parts.append(f"{markdown.plain(title)}. {_KEY}")
        parts += [f"![{_alt(file)}]({file})" for file in files]
    return parts


def _alt(file: str) -> str:
    return "Queries and their first hits" if file.startswith("hits") else "Queries whose first hit is wrong"
