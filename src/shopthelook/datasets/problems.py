"""What an import leaves out, and why."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import NamedTuple

from shopthelook.datasets.labels import plain

PROBLEMS_FILE = "problems.tsv"


class Problem(NamedTuple):
    """A picture or an annotation that was left out: where it stands, and why."""

    where: str
    reason: str


def write_problems(folder: Path, problems: Iterable[Problem]) -> None:
    """Write ``problems.tsv``, a line each."""
    lines = ("\t".join(plain(part) for part in problem) + "\n" for problem in problems)
    (folder / PROBLEMS_FILE).write_text("".join(lines), encoding="utf-8")
