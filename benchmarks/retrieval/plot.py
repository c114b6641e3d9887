"""Recall against queries a second."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import matplotlib as mpl

from benchmarks.retrieval.measure import Row

mpl.use("Agg")
from matplotlib import pyplot

CASES = [(name, category) for name in ("100%", "10% score", "1% style") for category in (False, True)]


def drawn(rows: Sequence[Row], path: Path) -> None:
    """Draw single calls, one picture a case, one line an engine, to a PNG or whatever the path's ending says."""
    single = [row for row in rows if row.batch == 1 and row.recall is not None and row.recall > 0]
    engines = list(dict.fromkeys(row.engine for row in single))
    figure, axes = pyplot.subplots(3, 2, figsize=(12, 13), layout="constrained")
    colors = pyplot.get_cmap("tab20")
    for axis, (name, category) in zip(axes.flat, CASES, strict=True):
        for number, engine in enumerate(engines):
            points = sorted(
                (row.recall, row.qps)
                for row in single
                if (row.engine, row.filter, row.category) == (engine, name, category)
                and row.recall is not None
            )
            if points:
                recalls, speeds = zip(*points, strict=True)
                ours = engine.startswith("shopthelook")
                axis.plot(
                    recalls,
                    speeds,
                    marker="*" if ours else "o",
                    markersize=11 if ours else 4,
                    color=("black" if engine == "shopthelook" else "crimson") if ours else colors(number),
                    zorder=3 if ours else 2,
                    label=engine,
                )
        axis.set(yscale="log", xlabel="recall@10", ylabel="queries a second, one a call")
        axis.set_title(f"{name}{', in the category' if category else ''}")
        axis.grid(visible=True, which="both", alpha=0.3)
    named = {
        label: handle
        for axis in axes.flat
        for handle, label in zip(*axis.get_legend_handles_labels(), strict=True)
    }
    figure.legend(list(named.values()), list(named), loc="outside lower center", ncols=4)
    figure.savefig(path, dpi=110)
    pyplot.close(figure)
