"""python -m benchmarks.retrieval: filtered Hamming search beside other libraries.

Each engine answers the same queries, one a call and 16 a call, with filters that leave 100%, 10%, 1% and 0.1% of the
products, each with and without the query's category. Recall is that of the k nearest against a plain scan by NumPy,
where any of equally distant products counts. What takes long to make is kept in runs/retrieval.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Sequence
from pathlib import Path

from benchmarks.retrieval import callers, writing
from benchmarks.retrieval.engines import MAKERS, engines
from benchmarks.retrieval.measure import CLOCKS, Asking, Row
from benchmarks.retrieval.real import MOST, PICTURES
from benchmarks.retrieval.rows import HEAD, kept, line, written
from benchmarks.retrieval.summary import summary
from benchmarks.retrieval.world import world_of
from shopthelook.errors import ShopError

MODES = {"callers": callers.measured, "writes": writing.measured}
"""What is measured of the embedded index beside single calls, by the name that `--engines` knows."""


def parser() -> argparse.ArgumentParser:
    names = [*MAKERS, *MODES]
    found = argparse.ArgumentParser(prog="python -m benchmarks.retrieval", description=__doc__)
    found.add_argument("--n", type=int, default=1_000_000, help="products [1000000]")
    found.add_argument("--bits", type=int, default=512, help="length of a code [512]")
    found.add_argument("--queries", type=int, default=400, help="queries [400]")
    found.add_argument("--k", type=int, default=10)
    found.add_argument("--engines", default=",".join(names), help=f"of {','.join(names)} [all]")
    found.add_argument("--pictures", type=Path, default=PICTURES, help=f"folder of tar files [{PICTURES}]")
    found.add_argument("--crops", type=int, default=MOST, help=f"pictures embedded at most [{MOST}]")
    found.add_argument("--clock", choices=CLOCKS, default="wall", help="cpu: for a machine that is busy")
    found.add_argument("--budget", type=float, default=10, help="seconds a case at most [10]")
    found.add_argument("--json", type=Path, help="write the rows to this file, one a line")
    found.add_argument("--keep", action="store_true", help="keep rows of other engines that the file holds")
    found.add_argument("--plot", type=Path, help="draw recall against queries a second (needs matplotlib)")
    return found


def main(arguments: Sequence[str] | None = None) -> None:
    options = parser().parse_args(arguments)
    names = options.engines.split(",")
    if unknown := [name for name in names if name not in MAKERS and name not in MODES]:
        parser().error(f"no engine is called {', '.join(unknown)}; there are: {', '.join([*MAKERS, *MODES])}")
    begin = time.perf_counter()
    world = world_of(options.n, options.bits, options.queries, options.pictures, options.crops)
    asking = Asking(world, options.k)
    print(
        f"{len(world):,} products of {world.bits} bits in {time.perf_counter() - begin:.1f} s, made from {world.source}"
    )
    rows: list[Row] = []

    def take(row: Row) -> None:
        rows.append(row)
        print(line(row), flush=True)

    print(HEAD)
    before = kept(options.json, world) if options.keep and options.json is not None else []
    for name in names:
        if name in MODES:
            for row in MODES[name](asking, options.budget):
                take(row)
        else:
            try:
                for engine in engines([name], world):
                    for row in asking.measured(engine, options.clock, options.budget):
                        take(row)
            except ImportError as error:
                print(f"{name} is left out: {error}; pip install -e '.[bench]'", file=sys.stderr)
            except ShopError as error:
                print(f"{name} is left out: {error}", file=sys.stderr)
        if options.json is not None:
            fresh = {row.engine for row in rows}
            rest = [row for row in before if row.engine not in fresh]
            written(options.json, [*rest, *rows])
    fresh = {row.engine for row in rows}
    everything = [*(row for row in before if row.engine not in fresh), *rows]
    print("\n" + summary(everything))
    if options.plot is not None:
        from benchmarks.retrieval.plot import drawn

        drawn(everything, options.plot)


if __name__ == "__main__":
    main()
