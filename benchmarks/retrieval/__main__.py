"""python -m benchmarks.retrieval: filtered Hamming search beside other libraries.

Each engine answers the same queries, one a call unless its setting says otherwise, with filters that leave 100%, 10%,
1% and 0.1% of the products, each with and without a category. Recall is that of the k nearest against a plain
scan by NumPy, where any of equally distant products counts.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from dataclasses import asdict
from pathlib import Path

from benchmarks.retrieval.engines import MAKERS, engines
from benchmarks.retrieval.measure import CLOCKS, Asking
from benchmarks.retrieval.world import made


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.retrieval", description=__doc__)
    parser.add_argument("--n", type=int, default=1_000_000, help="products [1000000]")
    parser.add_argument("--bits", type=int, default=512, help="length of a code [512]")
    parser.add_argument("--queries", type=int, default=200, help="queries [200]")
    parser.add_argument("--k", type=int, default=10)
    parser.add_argument("--engines", default=",".join(MAKERS), help=f"of {','.join(MAKERS)}")
    parser.add_argument("--clock", choices=CLOCKS, default="wall", help="cpu: for a machine that is busy")
    parser.add_argument("--budget", type=float, default=20, help="seconds a case at most [20]")
    parser.add_argument("--json", type=Path, help="write the rows to this file too")
    options = parser.parse_args()
    begin = time.perf_counter()
    world = made(options.n, options.bits, options.queries)
    asking = Asking(world, options.k)
    print(f"{options.n:,} products of {options.bits} bits made in {time.perf_counter() - begin:.1f} s")
    print(f"{'engine':20} {'setting':32} {'filter':12} cat. recall      qps  p50 ms  p99 ms  B/prod")
    rows = []
    for engine in engines(options.engines.split(","), world):
        for row in asking.measured(engine, options.clock, options.budget):
            rows.append(asdict(row))
            print(
                f"{row.engine:20} {row.setting:32} {row.filter:12} {'yes' if row.category else 'no':4}"
                f" {row.recall:.4f} {row.qps:8.0f} {row.p50_ms:7.3f} {row.p99_ms:7.3f}"
                f" {row.bytes_per_product:7.0f}"
            )
            sys.stdout.flush()
        if options.json is not None:
            options.json.write_text("\n".join(json.dumps(row) for row in rows) + "\n")


if __name__ == "__main__":
    main()
