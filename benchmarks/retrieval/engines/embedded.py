"""The embedded index of this package."""

from __future__ import annotations

import hashlib
import shutil
from collections.abc import Iterator
from pathlib import Path

from benchmarks.retrieval.engines.task import Case, Distances, Engine, Task
from benchmarks.retrieval.keeping import kept
from benchmarks.retrieval.world import World
from shopthelook.retrieval import Query, embedded
from shopthelook.retrieval.embedded import EmbeddedIndex, SnapshotError

_STEP = 100_000
_MADE_FOR = {"benchmark": "retrieval"}
RECALLS = (0.5, 0.7, 0.8, 0.9, 0.95, 0.98, 0.99, 0.999)


def exact(world: World) -> Iterator[Engine]:
    """Exact, one thread."""
    index, size = filled(world)
    yield Engine("shopthelook", "exact", answering(world, index), size)


def tokens(world: World) -> Iterator[Engine]:
    """With a recall below one, where no filter restricts the search."""

    def takes(case: Case) -> bool:
        return not case.filtered

    for recall in RECALLS:
        index, size = filled(world, recall)
        yield Engine("shopthelook tokens", f"recall={recall}", answering(world, index), size, takes)


def answering(world: World, index: EmbeddedIndex):  # type: ignore[no-untyped-def]
    """What answers a task by this index, which takes the queries of a call whole."""

    def answer(task: Task) -> list[Distances]:
        queries = [
            Query(
                world.queries[number],
                None if task.categories is None else (task.categories[i], task.categories[i] + 1),
                task.case.where,
            )
            for i, number in enumerate(task.numbers)
        ]
        return [hits.distances for hits in index.query(queries, task.k)]

    return answer


def filled(world: World, recall: float = 1.0, threads: int = 1) -> tuple[EmbeddedIndex, float]:
    """The index of a world, opened from a snapshot that is written once, and the snapshot's bytes a product.

    Snapshots of another state of the engine's code are thrown away.
    """
    kind = "tokens" if recall < 1 else "exact"
    folder = kept(f"embedded-{world.key}-{kind}-{_state()}")
    try:
        index = EmbeddedIndex.open(folder, world.bits, _MADE_FOR, threads, recall)
    except SnapshotError:
        for old in folder.parent.glob(f"embedded-{world.key}-{kind}-*"):
            shutil.rmtree(old)
        made = EmbeddedIndex(world.bits, threads=0, recall=0.99 if recall < 1 else 1.0)
        for start in range(0, len(world), _STEP):
            end = min(start + _STEP, len(world))
            ids = [f"p{i:08}" for i in range(start, end)]
            made.upsert(ids, world.codes[start:end], world.positions[start:end], world.attributes(start, end))
        made.compact()
        made.snapshot(folder, _MADE_FOR)
        index = EmbeddedIndex.open(folder, world.bits, _MADE_FOR, threads, recall)
    size = sum(path.stat().st_size for path in folder.rglob("*") if path.is_file()) / max(1, len(world))
    # Sketches are kept in memory only.
    return index, size + (world.bits / 16 if recall < 1 else 0)


def _state() -> str:
    """Tells the engine's code of now from that of other days."""
    files = sorted(Path(embedded.__file__).parent.glob("*.py"))
    return hashlib.sha256(b"".join(path.read_bytes() for path in files)).hexdigest()[:12]
