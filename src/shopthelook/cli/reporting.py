"""Print what an import did."""

from __future__ import annotations

import click

from shopthelook.cli.output import emit
from shopthelook.pipeline.reports import ImportReport


def print_report(report: ImportReport, what: str, as_json: bool) -> None:
    """Print the counts; ``what`` is "products" or "scenes"."""
    if as_json:
        emit(report.as_dict())
        return
    parts = [
        f"{number:,} {name}"
        for name, number in (
            ("added", report.added),
            ("updated", report.updated),
            ("unchanged", report.unchanged),
            ("removed", report.removed),
            ("failed", report.failed),
        )
        if number or name == "added"
    ]
    click.echo(
        f"{what}: {', '.join(parts)} ({report.embedded:,} pictures embedded, "
        f"{report.fetched:,} fetched, {report.seconds:.1f} s)"
        if what == "products"
        else f"{what}: {', '.join(parts)} ({report.embedded:,} objects embedded, {report.seconds:.1f} s)"
    )
    if report.problems:
        click.echo(f"{report.problems:,} problems were recorded; see: shopthelook products errors", err=True)
