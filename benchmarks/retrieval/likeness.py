"""python -m benchmarks.retrieval.likeness: are made products' neighbourhoods like those of real things?

For growing numbers of things it prints how far the nearest and the tenth nearest of them are from a query, and the
local intrinsic dimension that the distances speak of (the estimate of Levina and Bickel, 2004, from ten
neighbours), of real things asked for by real ones, made products asked for by other made ones, and made ones asked
for by real ones. What real things would show beyond those that there are is the line through the last three. The
table is printed, or with `--page` put between the page's marks.
"""

from __future__ import annotations

import argparse
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from benchmarks.retrieval.model import fitted
from benchmarks.retrieval.oracle import nearest
from benchmarks.retrieval.real import PICTURES, real
from benchmarks.retrieval.report import put_in, table
from benchmarks.retrieval.world import to_codes, world_of
from shopthelook.embedding import pack

Codes = NDArray[np.uint8]


@dataclass(frozen=True)
class Seen:
    """Distances in bits: percentiles 10, 50 and 90 of the nearest, median of the tenth; and the dimension."""

    things: int
    first: tuple[float, float, float]
    tenth: float
    dimension: float


def seen(queries: Codes, codes: Codes) -> Seen:
    """What queries (q, bytes) see of codes (n, bytes), n at least 10."""
    words, asked = codes.view(np.uint64), queries.view(np.uint64)
    found = np.stack([nearest(words, query, 10) for query in asked])
    # Half a bit keeps equal codes from a logarithm of zero.
    shares = np.log((found[:, :9] + 0.5) / (found[:, 9:] + 0.5)).mean(axis=1)
    dimension = float(np.median(-1 / np.minimum(shares, -1e-3)))
    first = np.percentile(found[:, 0], [10, 50, 90])
    return Seen(
        len(codes), (first[0], first[1], first[2]), float(np.median(found[:, 9])), dimension
    )  # fmt: skip


def continued(rows: list[Seen], things: int) -> tuple[float, float]:
    """Medians of the nearest and the tenth at so many things, on the lines through the last three rows.

    A distance falls as things ** (-1 / dimension), so its logarithm is a line over that of the number.
    """
    last = rows[-3:]
    over = np.log([row.things for row in last])
    lines = (np.log([row.first[1] for row in last]), np.log([row.tenth for row in last]))
    first, tenth = (float(np.exp(np.polyval(np.polyfit(over, line, 1), np.log(things)))) for line in lines)
    return first, tenth


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.retrieval.likeness", description=__doc__)
    parser.add_argument("--n", type=int, default=1_000_000, help="products [1000000]")
    parser.add_argument("--queries", type=int, default=200, help="queries of each kind [200]")
    parser.add_argument("--pictures", type=Path, default=PICTURES, help="folder of the tar files")
    parser.add_argument("--page", type=Path, help="put the table into this page")
    options = parser.parse_args()
    embedded = real(options.pictures)
    model, world = fitted(embedded), world_of(options.n, 512, 400, options.pictures)
    rng = np.random.default_rng(2)
    asked = pack(model.held_out)[: options.queries]
    seeds = pack(model.seeds)[rng.permutation(len(model.seeds))]
    order = rng.permutation(len(world))
    others, order = world.codes[order[: options.queries]], order[options.queries :]
    steps = [1000 * 2**i for i in range(4)]
    real_rows = [seen(asked, seeds[:step]) for step in steps if step < len(seeds)]
    real_rows.append(seen(asked, seeds))
    counts = [row.things for row in real_rows]
    lines = []
    for things in [*counts, *(more for more in (64_000, 256_000) if more < len(order)), len(order)]:
        real_row = next((row for row in real_rows if row.things == things), None)
        made_row, across = (seen(by, world.codes[order[:things]]) for by in (others, asked))
        first, tenth = continued(real_rows, things)
        numbers = (
            (f"{first:.0f} (line)", f"{tenth:.0f} (line)", "")
            if real_row is None
            else (_spread(real_row), f"{real_row.tenth:.0f}", f"{real_row.dimension:.0f}")
        )
        made = (_spread(made_row), f"{made_row.tenth:.0f}", f"{made_row.dimension:.0f}")
        lines.append((f"{things:,}", *numbers, *made, _spread(across), f"{across.tenth:.0f}"))
    head = ("things", "real: nearest", "tenth", "dimension", "made: nearest", "tenth", "dimension")
    made_by_real = ("made, asked by real: nearest", "tenth")
    moved = to_codes(model.seeds[: len(model.moves)] + model.moves[: len(model.seeds)], 512)
    apart = np.median(np.bitwise_count(moved ^ pack(model.seeds[: len(moved)])).sum(axis=1))
    text = (
        f"Bits of 512 at the 10th, 50th and 90th percentile of {len(asked)} queries, else medians; real things:"
        f" {embedded.source}. A second look at a thing is {apart:.0f} bits from the first (median).\n\n"
        + table((*head, *made_by_real), lines, 0)
    )
    if options.page is None:
        print(text)
    else:
        options.page.write_text(put_in(options.page.read_text(), "likeness", text))


def _spread(row: Seen) -> str:
    return " / ".join(f"{value:.0f}" for value in row.first)


if __name__ == "__main__":
    main()
