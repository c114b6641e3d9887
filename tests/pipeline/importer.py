"""Import a feed and say, line by line, what is reported as done; to be killed. SHOP FEED"""

from __future__ import annotations

import sys

from shopthelook import Shop
from shopthelook.pipeline import product_import
from shopthelook.pipeline.reports import ImportReport


def tell(report: ImportReport) -> None:
    print(report.added + report.updated + report.unchanged, flush=True)


if __name__ == "__main__":
    product_import.BATCH = 8  # many small transactions: many places to die in
    with Shop.open(sys.argv[1], threads=1) as shop:
        shop.import_products(sys.argv[2], on_progress=tell)
    print("done", flush=True)
