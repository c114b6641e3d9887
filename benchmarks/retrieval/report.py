"""python -m benchmarks.retrieval.report: the tables of the page, from the rows that the benchmark wrote.

They are printed, or with `--page` put between the page's two marks, so that no number is copied by hand.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from benchmarks.retrieval.measure import Row
from benchmarks.retrieval.rows import read
from benchmarks.retrieval.summary import EXACT, best, compared


def table(head: Sequence[str], rows: Iterable[Sequence[str]], text_columns: int) -> str:
    """A Markdown table, its first columns of text and the others of numbers."""
    lines = ["| " + " | ".join(head) + " |"]
    lines.append("|" + "|".join(["---"] * text_columns + ["---:"] * (len(head) - text_columns)) + "|")
    lines += ["| " + " | ".join(row) + " |" for row in rows]
    return "\n".join(lines)


def report(rows: Sequence[Row], scales: Sequence[dict[str, float | int | str]] = ()) -> str:
    """Everything there is to show, as Markdown."""
    first = rows[0]
    parts = [
        f"{first.n:,} products of {first.bits} bits, made from {first.data}; {first.machine}; "
        f"time by the {'clock on the wall' if first.clock == 'wall' else 'CPU'}.",
        "### Exact search beside the best peer",
        f"Queries a second, one a call and 16 a call; of each the fastest setting with recall of at least {EXACT}.",
        table(
            ("filter", "category", "a call", "shopthelook", "best peer", "times", "its name"),
            _beside(rows),
            3,
        ),
        "### Exact search, one a call, queries a second",
        _engines(rows, 1),
        "### Exact search, 16 a call, queries a second",
        _engines(rows, 16),
        "### Unrestricted search, one a call",
        _settings(rows, category=False),
        "### Search in the query's category, one a call",
        _settings(rows, category=True),
    ]
    if callers := [row for row in rows if row.engine == "shopthelook, callers"]:
        parts += ["### Two callers on one index", _callers(callers)]
    if writes := [row for row in rows if row.engine == "shopthelook, writes"]:
        parts += ["### Searches while products are written", _writes(writes)]
    if memory := [row for row in rows if row.engine == "memory"]:
        parts += ["### The memory", _memory(rows, memory[0])]
    if scales:
        parts += ["### Many millions", _scales(scales)]
    return "\n\n".join(parts)


def _beside(rows: Sequence[Row]) -> Iterator[Sequence[str]]:
    for ours, peer in compared(rows):
        name = f"{peer.engine}, {peer.setting}"
        times = f"{ours.qps / peer.qps:.2f}"
        yield ours.filter, _yes(ours), str(ours.batch), f"{ours.qps:,.0f}", f"{peer.qps:,.0f}", times, name


def _engines(rows: Sequence[Row], batch: int) -> str:
    exact = [row for row in rows if row.batch == batch and row.recall is not None and row.recall >= EXACT]
    engines = list(dict.fromkeys(row.engine for row in exact))
    cases = dict.fromkeys((row.filter, row.category) for row in rows)
    lines = []
    for name, category in cases:
        here = [row for row in exact if (row.filter, row.category) == (name, category)]
        found = [best((row for row in here if row.engine == engine), EXACT) for engine in engines]
        numbers = ["" if row is None else f"{row.qps:,.0f}" for row in found]
        lines.append((name, "yes" if category else "no", *numbers))
    return table(("filter", "category", *engines), lines, 2)


def _settings(rows: Sequence[Row], *, category: bool) -> str:
    wanted = [row for row in rows if (row.filter, row.category, row.batch) == ("100%", category, 1)]
    lines = [
        (
            row.engine,
            row.setting,
            f"{row.recall:.4f}",
            f"{row.qps:,.0f}",
            f"{row.p50_ms:.3f}",
            f"{row.p99_ms:.3f}",
            str(row.threads),
            "" if row.bytes_per_product is None else f"{row.bytes_per_product:.0f}",
        )
        for row in wanted
        if row.recall is not None
    ]
    head = ("engine", "setting", "recall@10", "queries/s", "p50 ms", "p99 ms", "threads", "bytes a product")
    return table(head, lines, 2)


def _callers(rows: Sequence[Row]) -> str:
    lines = []
    for one, two in zip(rows[::2], rows[1::2], strict=True):
        times = f"{two.qps / one.qps:.2f}"
        lines.append((one.filter, _yes(one), str(one.batch), f"{one.qps:,.0f}", f"{two.qps:,.0f}", times))
    return table(("filter", "category", "a call", "one caller", "two callers", "times"), lines, 3)


def _writes(rows: Sequence[Row]) -> str:
    cases = list(dict.fromkeys((row.filter, row.category) for row in rows))
    rows = sorted(rows, key=lambda row: cases.index((row.filter, row.category)))
    lines = [
        (
            row.filter,
            _yes(row),
            row.setting,
            f"{row.p50_ms:.3f}",
            f"{row.p99_ms:.3f}",
            f"{row.p99_ms / row.p50_ms:.1f}",
        )
        for row in rows
    ]
    return table(("filter", "category", "writes", "p50 ms", "p99 ms", "p99 / p50"), lines, 3)


def _memory(rows: Sequence[Row], memory: Row) -> str:
    codes = memory.n * memory.bits / 8
    scans = [memory, *(row for row in rows if row.setting in ("exact", "gather", "scan"))]
    lines = [
        (row.engine, row.setting, f"{row.qps * codes / 1e9:.1f}", f"{100 * row.qps / memory.qps:.0f}%")
        for row in scans
        if (row.filter, row.category, row.batch) == ("100%", False, 1)
    ]
    return table(("engine", "", "GB of codes a second", "of the sum"), lines, 2)


def _scales(scales: Sequence[dict[str, float | int | str]]) -> str:
    names = list(dict.fromkeys(name for scale in scales for name in scale))
    lines = [(name.replace("_", " "), *(_shown(scale.get(name, "")) for scale in scales)) for name in names]
    return table(("", *(f"{scale['n']:,} products" for scale in scales)), lines, 1)


def _shown(value: float | int | str) -> str:
    return f"{value:,.3f}" if isinstance(value, float) else f"{value:,}" if isinstance(value, int) else value


def _yes(row: Row) -> str:
    return "yes" if row.category else "no"


def put_in(page: str, name: str, text: str) -> str:
    """The page with another text between the marks of this name. Raises `ValueError` where it lacks them."""
    begin, end = (f"<!-- {name}: {side} -->" for side in ("begin", "end"))
    if page.count(begin) != 1 or page.count(end) != 1:
        raise ValueError(f"the page needs one line {begin} and one line {end}")
    before, rest = page.split(begin)
    return f"{before}{begin}\n\n{text}\n\n{end}{rest.split(end)[1]}"


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.retrieval.report", description=__doc__)
    parser.add_argument("rows", type=Path, help="what --json of the benchmark wrote")
    parser.add_argument("--scale", type=Path, action="append", default=[], help="what --json of scale wrote")
    parser.add_argument("--page", type=Path, help="put the tables into this page")
    options = parser.parse_args()
    tables = report(read(options.rows), [json.loads(path.read_text()) for path in options.scale])
    if options.page is None:
        print(tables)
    else:
        options.page.write_text(put_in(options.page.read_text(), "tables", tables))


if __name__ == "__main__":
    main()
