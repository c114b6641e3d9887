"""A report on heads: a page for people, the same as Markdown, and the figures as JSON."""

from __future__ import annotations

import json
from html import escape
from typing import TYPE_CHECKING

from shopthelook.evaluation.embedding.attributes import tables
from shopthelook.evaluation.embedding.attributes.mistakes import surest_mistakes
from shopthelook.evaluation.embedding.attributes.sheet import draw
from shopthelook.evaluation.embedding.report.tables import embedders
from shopthelook.evaluation.embedding.report.words import caution
from shopthelook.evaluation.report import html, markdown
from shopthelook.evaluation.report.files import file_name, write_files
from shopthelook.evaluation.report.pictures import data_uri, webp

if TYPE_CHECKING:
    from pathlib import Path

    from shopthelook.evaluation.embedding.attributes.evaluating import AttributeEvaluation, SetAttributes
    from shopthelook.evaluation.report.cells import Table

TITLE = "Attributes, measured"
HOW = (
    "P@1: the share of views of which the value with the best score is the true one. Mean of the values: the mean of "
    "that share over the values, each counted once. Always the most frequent: P@1 of one who always says the value "
    "that most views here have.",
    "Says something: the share of views of which the best score reaches the head's least one, as in serving; P@1 of "
    "what it says is that of these.",
    "Views whose value is not known, or is none that the head can say, are left out.",
    "Smaller figures are 95% intervals from {replicates:,} draws of groups of views (all colours of a model, all "
    "things of a photo) with replacement; views of fewer than ten groups have none. p is of a paired randomisation "
    "test, group by group.",
)


def write_attribute_report(evaluation: AttributeEvaluation, folder: Path) -> None:
    """Write `report.html`, `report.md` with its `mistakes-*.webp`, and `figures.json` to ``folder``.

    Raises `ReportError` where the folder cannot be written, `DataError` for a picture that cannot be read.
    """
    warning = caution(evaluation.sets[0].split)
    parts, text = [html.caution(warning)], [f"# {TITLE}"]
    if warning:
        text.append(f"> {warning}")
    models = embedders(evaluation.variants)
    parts.append(html.table(models, "the embedders"))
    text.append(markdown.table(models))
    sheets: dict[str, bytes] = {}
    for number, one in enumerate(evaluation.sets, 1):
        size = _size(one)
        overall, gains = tables.overall(evaluation, one), tables.gains(evaluation, one)
        parts.append(f"<h2>{escape(one.name)}</h2>{html.dim(size)}")
        parts.append(html.table(overall, f"{one.name}: heads"))
        text += [f"## {markdown.plain(one.name)}", size + ".", markdown.table(overall)]
        if gains is not None:
            parts.append(f"<h3>Gains</h3>{html.table(gains, f'{one.name}: gains')}")
            text.append(markdown.table(gains))
        for i in reversed(range(len(evaluation.variants))):
            for head in one.heads[i]:
                _head(evaluation, one, (number, i), head, (parts, text, sheets))
    how = [sentence.format(replicates=evaluation.replicates) for sentence in HOW]
    parts.append(html.how(how))
    text.append(markdown.how(how))
    figures = json.dumps(evaluation.as_dict(), indent=1, ensure_ascii=False) + "\n"
    page = html.page(TITLE, parts)
    write_files(
        folder,
        {**sheets, "figures.json": figures, "report.md": "\n\n".join(text) + "\n", "report.html": page},
    )


def _head(
    evaluation: AttributeEvaluation,
    one: SetAttributes,
    place: tuple[int, int],
    head: str,
    out: tuple[list[str], list[str], dict[str, bytes]],
) -> None:
    """Add the confusions and the surest mistakes of a head to the page, the text and the files."""
    parts, text, sheets = out
    number, i = place
    name, figures = evaluation.variants[i].name, one.heads[i][head]
    title = f"{head}, {name}" if len(evaluation.variants) > 1 else head
    confusion: Table = tables.confusion(figures)
    mistakes = surest_mistakes(figures)
    body = html.dim("Rows are true, columns what was said.") + html.table(confusion, f"{title}: confusions")
    text += [
        f"### {markdown.plain(title)}",
        "Rows are true, columns what was said.",
        markdown.table(confusion),
    ]
    if mistakes:
        file = f"mistakes-{number}-{file_name(one.name)}-{file_name(head)}-{file_name(name)}.webp"
        sheets[file] = webp(draw(mistakes), 72)
        alt = escape(f"The surest mistakes in {head}")
        body += f'<h3>The surest mistakes</h3><div class="wide"><img class="sheet" src="{data_uri(sheets[file])}" '
        body += f'alt="{alt}" loading="lazy"></div>'
        text.append(f"![The surest mistakes]({file})")
    parts.append(html.folded(title, body, i == len(evaluation.variants) - 1))


def _size(one: SetAttributes) -> str:
    return f"{one.views:,} views" + ("" if one.split == "all" else f" of the split “{one.split}”")
