"""python -m benchmarks.load: an hour of mixed traffic on a real server, before a release.

A copy of a shop is served by `shopthelook serve` in a process of its own. Clients search by photos, look at scenes,
tap objects, load pictures, write and delete products and upload large photos, without a pause; others drip their
requests or never read answers. At the end every acknowledged write is looked up again, and the server gets SIGTERM.

    python -m benchmarks.load --minutes 60 --json load.json

The exit status is 1 where a call failed (503 and 429 with `Retry-After` are counted apart), a write was lost, the
server logged an error, or its memory grew by more than --most-growth after the warm-up.
"""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path

from benchmarks.load.running import Result, Wanted, run, wrong_with


def show(result: Result) -> None:
    print(
        f"{result.calls} calls in {result.seconds:.0f} s by {result.clients} clients "
        f"({result.calls / result.seconds:.1f} a second), {result.written} writes, "
        f"{result.slow_closed} slow connections closed"
    )
    print(f"{'':14}{'calls':>8}{'p50 ms':>10}{'p95 ms':>10}{'p99 ms':>10}{'max ms':>10}")
    for kind, found in result.latencies.items():
        times = "".join(f"{found[name]:10.1f}" for name in ("p50", "p95", "p99", "max"))
        print(f"{kind:14}{found['calls']:8.0f}{times}")
    for kind, count in sorted(result.refused.items()):
        print(f"refused: {kind} {count}")
    memory = result.memory
    print(
        f"memory: {memory.start / 2**20:.0f} MiB after the warm-up, {memory.end / 2**20:.0f} MiB at the end "
        f"({100 * memory.growth:+.1f} %), slope {memory.slope / 2**20:+.1f} MiB an hour, "
        f"most {memory.most / 2**20:.0f} MiB"
    )


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--shop", type=Path, default=Path("demo-shop"), help="served as a copy [demo-shop]")
    parser.add_argument("--minutes", type=float, default=60.0)
    parser.add_argument("--clients", type=int, default=6)
    parser.add_argument(
        "--slow", type=int, default=4, help="connections that drip, and as many that do not read"
    )
    parser.add_argument(
        "--most-growth", type=float, default=0.1, help="share of the memory after the warm-up"
    )
    parser.add_argument("--json", type=Path, help="write the figures here")
    options = parser.parse_args()
    result = run(
        options.shop, Wanted(seconds=60 * options.minutes, clients=options.clients, slow=options.slow)
    )
    show(result)
    wrong = wrong_with(result, options.most_growth)
    if options.json:
        options.json.write_text(json.dumps(result.as_dict() | {"wrong": wrong}, indent=1), encoding="utf-8")
    for line in wrong:
        print(f"WRONG: {line}")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
