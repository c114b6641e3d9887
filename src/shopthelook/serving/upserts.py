"""What became of each product of a write, in the order given."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from typing import Literal

from shopthelook.pipeline.reports import UpsertReport
from shopthelook.serving.schemas import Problem, UpsertResult

Outcome = Literal["added", "updated", "unchanged", "failed"]


def results(ids: Sequence[str], report: UpsertReport) -> list[UpsertResult]:
    """One result per entry of ``ids``. A refused entry may be known by its place (``#3``) only."""
    outcome: dict[str, Outcome] = {}
    for status, members in (
        ("added", report.added),
        ("updated", report.updated),
        ("unchanged", report.unchanged),
        ("failed", report.failed),
    ):
        outcome.update(dict.fromkeys(members, status))  # type: ignore[arg-type]
    problems: defaultdict[int, list[Problem]] = defaultdict(list)
    for problem in report.problems:
        place = problem.line if problem.line is not None else _place(ids, problem.product_id)
        problems[place].append(Problem(field=problem.field, reason=problem.reason))
    answers = []
    for place, product_id in enumerate(ids, start=1):
        status = outcome.get(product_id) or outcome.get(f"#{place}", "failed")
        answers.append(UpsertResult(id=product_id, status=status, problems=problems[place]))
    return answers


def _place(ids: Sequence[str], product_id: str | None) -> int:
    return ids.index(product_id) + 1 if product_id in ids else 0
