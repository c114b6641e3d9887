"""Write products and keep the index, until killed. SHOP; a child is started for each line of input.

Prints `pid N` when a child has started, `done N` when change N was acknowledged, `keeping` before each snapshot and
`kept` after it; the child is a fork, so that fifty of them do not import everything fifty times.
"""

from __future__ import annotations

import os
import random
import sys
import threading

import numpy as np

from shopthelook import Shop
from shopthelook.catalog import Product, ProductRecord, product_store
from shopthelook.retrieval.embedded import EmbeddedIndex

MOST = 3000


def write_for_ever(folder: str, seed: int) -> None:
    rng = np.random.default_rng(seed)
    with Shop.open(folder, threads=1) as shop:
        bundle = shop.embedder_bundle
        while True:
            numbers = rng.integers(0, MOST, rng.integers(1, 900))
            shop.catalog.put_products(
                [
                    ProductRecord(
                        Product(id=f"p{number}", title="a", image_link="a.png", color=f"c{number % 7}"),
                        image_hash=None,
                        code=rng.bytes(bundle.card.bits // 8),
                        bundle=bundle.key,
                    )
                    for number in dict.fromkeys(numbers.tolist())
                ]
            )
            shop.catalog.delete_products([f"p{number}" for number in rng.integers(0, MOST, 40)])
            print(f"done {shop.catalog.last_seq()}", flush=True)
            index = shop.index.refresh()
            assert isinstance(index, EmbeddedIndex)
            choice = rng.integers(4)
            if choice == 0:
                # A snapshot while a merge runs and more is written.
                threading.Thread(target=index.compact, daemon=True).start()
            if choice <= 1:
                print("keeping", flush=True)
                shop.index.keep()
                print("kept", flush=True)


if __name__ == "__main__":
    product_store._LOG_SLACK = 0  # the change log is shortened often: one more thing to die in
    seeds = random.Random(5)
    for _ in sys.stdin:
        seed = seeds.randrange(2**32)
        child = os.fork()
        if not child:
            write_for_ever(sys.argv[1], seed)
        print(f"pid {child}", flush=True)
        os.waitpid(child, 0)
        print("dead", flush=True)
