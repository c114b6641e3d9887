"""Writing the files of a report."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from shopthelook.evaluation.detection.mistakes import find_mistakes
from shopthelook.evaluation.detection.report import curves
from shopthelook.evaluation.detection.report.html import as_html
from shopthelook.evaluation.detection.report.markdown import as_markdown
from shopthelook.evaluation.report.files import ReportError, file_name, write_files

if TYPE_CHECKING:
    from pathlib import Path

    from shopthelook.evaluation.detection.evaluating import Evaluation

__all__ = ["ReportError", "write_report"]


def write_report(evaluation: Evaluation, folder: Path) -> None:
    """Write `report.html`, `report.md` with its `curves-*.svg`, and `figures.json` to ``folder``.

    The page holds its pictures. Raises `ReportError` where the folder cannot be written.
    """
    mistakes = [[find_mistakes(one.data, said) for said in one.said] for one in evaluation.sets]
    names = [variant.name for variant in evaluation.variants]
    sheets = {
        f"curves-{i}-{file_name(one.data.name)}.svg": curves.sheet(curves.all_curves(evaluation, one), names)
        for i, one in enumerate(evaluation.sets, 1)
    }
    files: dict[str, str | bytes] = {
        **sheets,
        "figures.json": json.dumps(evaluation.as_dict(), indent=1, ensure_ascii=False) + "\n",
        "report.md": as_markdown(evaluation, mistakes, list(sheets)),
        "report.html": as_html(evaluation, mistakes),
    }
    write_files(folder, files)
