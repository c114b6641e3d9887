"""Change a shop's embedder, until killed. SHOP; a child is started for each line of input.

Prints `pid N` when a child has started, `at N` after each step of it and `done 0` when it was not killed; the child is
a fork, so that fifty of them do not import everything fifty times.
"""

from __future__ import annotations

import os
import sys

from shopthelook import Shop
from shopthelook.catalog import changeover
from shopthelook.pipeline import reembedding
from shopthelook.pipeline.reports import ImportReport


def change(folder: str) -> None:
    def tell(report: ImportReport) -> None:
        print(f"at {report.read}", flush=True)

    with Shop.open(folder, threads=1) as shop:
        shop.embed_products(on_progress=tell)
    print("done 0", flush=True)


if __name__ == "__main__":
    # Many small steps: more to die in.
    reembedding.BATCH = 4
    changeover._PAGE = 4
    for _ in sys.stdin:
        child = os.fork()
        if not child:
            change(sys.argv[1])
            os._exit(0)
        print(f"pid {child}", flush=True)
        os.waitpid(child, 0)
        print("dead 0", flush=True)
