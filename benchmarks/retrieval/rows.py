"""Rows on the screen and in files."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path

from benchmarks.retrieval.measure import Row
from benchmarks.retrieval.world import World

HEAD = (
    f"{'engine':20} {'setting':30} {'filter':10} {'cat.':4} {'batch':>5} {'recall':>6} {'qps':>9}"
    f" {'p50 ms':>8} {'p99 ms':>8} {'B/prod':>6}"
)


def line(row: Row) -> str:
    """A row under `HEAD`."""
    size = "" if row.bytes_per_product is None else f"{row.bytes_per_product:.0f}"
    known = "" if row.recall is None else f"{row.recall:.4f}"
    return (
        f"{row.engine:20} {row.setting:30} {row.filter:10} {'yes' if row.category else 'no':4} {row.batch:5}"
        f" {known:>6} {row.qps:9,.0f} {row.p50_ms:8.3f} {row.p99_ms:8.3f} {size:>6}"
    )


def written(path: Path, rows: Sequence[Row]) -> None:
    """Write one JSON object a line."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("".join(json.dumps(asdict(row)) + "\n" for row in rows))


def read(path: Path) -> list[Row]:
    """The rows of a file that `written` wrote."""
    return [Row(**json.loads(line)) for line in path.read_text().splitlines() if line]


def kept(path: Path, world: World) -> list[Row]:
    """The rows of a file that are of this world; none where there is no file."""
    if not path.is_file():
        return []
    same = (len(world), world.bits, world.source)
    return [row for row in read(path) if (row.n, row.bits, row.data) == same]
