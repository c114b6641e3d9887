"""python -m benchmarks.serving.report serving.json --page docs/serving-benchmark.md: writes the tables of a page."""

from __future__ import annotations

import argparse
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from benchmarks.retrieval.report import put_in

QUIET = 0.5
"""The load average up to which times by the clock are worth telling."""


def tables(report: dict[str, Any]) -> str:
    """The figures of a run as Markdown."""
    one, rows = report["one_core"], report["rows"]
    quiet = report["load_before"] < QUIET
    lines = [
        f"{len(report['photos'])} photos; {', '.join(report['models'])}; {report['machine']}, "
        f"{report['rounds']} rounds of {report['seconds']:g} seconds each. {_load(report['load_before'])}",
        "",
        "| one core, one photo | bare | request | ratio |",
        "|---|---:|---:|---:|",
        f"| processor time, ms | {one['bare_cpu']:.1f} | {one['request_cpu']:.1f} | {one['ratio_cpu']:.2f} |",
    ]
    if quiet:
        lines.append(f"| by the clock, ms | {one['bare']:.1f} | {one['request']:.1f} | {one['ratio']:.2f} |")
    for what in dict.fromkeys(row["what"] for row in rows):
        chosen = [row for row in rows if row["what"] == what]
        lines += ["", *(_by_the_clock(what, chosen) if quiet else _by_cpu(what, chosen))]
    return "\n".join(lines)


def _by_the_clock(what: str, rows: list[dict[str, Any]]) -> list[str]:
    return [
        f"| {what}: server | clients | a second | p50 ms | p95 ms | p99 ms | cpu ms |",
        "|---|---:|---:|---:|---:|---:|---:|",
        *(
            f"| {row['server']} | {row['clients']} | {row['per_second']:.1f} | {row['p50_ms']:.1f} | "
            f"{row['p95_ms']:.1f} | {row['p99_ms']:.1f} | {row['cpu_ms']:.2f} |"
            for row in sorted(rows, key=lambda row: (row["clients"], row["server"] != "shopthelook"))
        ),
    ]


def _by_cpu(what: str, rows: list[dict[str, Any]]) -> list[str]:
    clients = sorted({row["clients"] for row in rows})
    spent = {(row["server"], row["clients"]): row["cpu_ms"] for row in rows}
    return [
        f"| {what}: cpu ms a request with | {' | '.join(f'{one} clients' for one in clients)} |",
        "|---|" + "---:|" * len(clients),
        *(
            f"| {server} | {' | '.join(f'{spent[server, one]:.1f}' for one in clients)} |"
            for server in dict.fromkeys(row["server"] for row in rows)
        ),
    ]


def _load(before: float) -> str:
    if before < QUIET:
        return "Nothing else ran on the machine."
    return (
        f"**The machine was busy with other work** (load {before:.1f} before the run), which took most of both cores. "
        "How long answers took by the clock says more about that work than about the servers, and is left out."
    )


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.serving.report", description=__doc__)
    parser.add_argument("report", type=Path)
    parser.add_argument("--page", type=Path, help="write the tables there, between its marks")
    asked = parser.parse_args(arguments)
    text = tables(json.loads(asked.report.read_text()))
    if asked.page is None:
        print(text)
    else:
        asked.page.write_text(put_in(asked.page.read_text(), "figures", text))


if __name__ == "__main__":
    main()
