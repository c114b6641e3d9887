"""This package beside the best of the others, case by case."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from benchmarks.retrieval.measure import Row

EXACT = 0.9995
"""A recall from which an engine counts as exact: one hit in 2,000 may be missed."""

_OURS = ("shopthelook", "shopthelook tokens")
_NO_PEERS = (*_OURS, "memory", "shopthelook, callers", "shopthelook, writes")


def best(rows: Iterable[Row], least: float) -> Row | None:
    """The row with the most queries a second among those of at least this recall."""
    good = [row for row in rows if row.recall is not None and row.recall >= least]
    return max(good, key=lambda row: row.qps, default=None)


def compared(rows: Sequence[Row], least: float = EXACT) -> Iterator[tuple[Row, Row]]:
    """For each filter, category and batch the best row of this package and the best of a peer, where both are."""
    for case in dict.fromkeys((row.filter, row.category, row.batch) for row in rows):
        same = [row for row in rows if (row.filter, row.category, row.batch) == case]
        ours = best((row for row in same if row.engine in _OURS), least)
        peer = best((row for row in same if row.engine not in _NO_PEERS), least)
        if ours is not None and peer is not None:
            yield ours, peer


def summary(rows: Sequence[Row]) -> str:
    """A table for the screen: queries a second, the best peer's, and how many times as many."""
    lines = [
        f"{'filter':10} {'cat.':4} {'batch':>5} {'recall':>7} {'ours':>9} {'peer':>9} {'ratio':>6}  best peer"
    ]
    for least in (EXACT, 0.95):
        for ours, peer in compared(rows, least):
            if least < EXACT and (ours.filter != "100%" or ours.category):
                continue
            lines.append(
                f"{ours.filter:10} {'yes' if ours.category else 'no':4} {ours.batch:5} {'>=' + str(least):>7}"
                f" {ours.qps:9,.0f} {peer.qps:9,.0f} {ours.qps / peer.qps:6.2f}  {peer.engine} {peer.setting}"
            )
    return "\n".join(lines)
