"""Print what an import did."""

from __future__ import annotations

from collections.abc import Sequence

import click

from shopthelook.catalog import Catalog
from shopthelook.cli.output import emit, one_line
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
        said = "1 problem was" if report.problems == 1 else f"{report.problems:,} problems were"
        click.echo(f"{said} recorded; see: shopthelook {what} errors", err=True)


def print_problems(
    catalog: Catalog, kinds: Sequence[str], import_id: int | None, limit: int, as_json: bool
) -> None:
    """Print what was wrong in an import; without a number, in the last one of these kinds."""
    if import_id is None:
        # The import of photos must not hide what was wrong with the products, nor the other way round.
        last = [made.id for kind in kinds if (made := catalog.last_import(kind)) is not None]
        found = catalog.problems(max(last), limit=limit + 1) if last else []
    else:
        found = catalog.problems(import_id, limit=limit + 1)
    if as_json:
        for one in found[:limit]:
            emit(
                {
                    "import": one.import_id,
                    "line": one.line,
                    "product_id": one.product_id,
                    "field": one.field,
                    "reason": one.reason,
                }
            )
        return
    if not found:
        click.echo("no problems")
    for one in found[:limit]:
        where = [f"line {one.line}" if one.line else "", one.product_id or "", one.field or ""]
        at = ", ".join(one_line(part) for part in where if part)
        click.echo(f"{at}: {one_line(one.reason, 300)}" if at else one_line(one.reason, 300))
    if len(found) > limit:
        click.echo(f"There are more; see them with -n {10 * limit}", err=True)
