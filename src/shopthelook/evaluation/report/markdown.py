"""The parts of a report in Markdown."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

    from shopthelook.evaluation.report.cells import Cell, Table


def table(content: Table) -> str:
    """A table; what stands out is bold."""
    lines = ["| " + " | ".join(map(plain, content.head)) + " |"]
    lines.append("|---|" + "---:|" * (len(content.head) - 1))
    lines += ["| " + " | ".join(_cell(cell) for cell in row) + " |" for row in content.rows]
    return "\n".join(lines)


def how(sentences: Iterable[str]) -> str:
    """How it was measured."""
    return "## How it was measured\n\n" + "\n".join(f"- {text}" for text in sentences)


def plain(text: str) -> str:
    """The text itself, whatever it holds: names come from folders and cards of others."""
    return re.sub(r"([\\`*_\[\]<>|#])", r"\\\1", " ".join(text.split()))


def _cell(cell: Cell) -> str:
    text = f"**{plain(cell.text)}**" if cell.mark else plain(cell.text)
    return f"{text} ({plain(cell.small)})" if cell.small else text
