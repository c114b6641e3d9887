"""A small run of the benchmark: exact engines are exact, rows are whole, the page's tables follow from them."""

from __future__ import annotations

import importlib.util
import json
from collections import Counter
from pathlib import Path

import numpy as np
import pytest
from benchmarks.retrieval.__main__ import main
from benchmarks.retrieval.engines import BATCH
from benchmarks.retrieval.measure import Row
from benchmarks.retrieval.report import put_in, report
from benchmarks.retrieval.rows import read
from benchmarks.retrieval.scale import chunk
from benchmarks.retrieval.summary import best, compared
from benchmarks.retrieval.world import World, world_of
from PIL import Image

from .conftest import CROPS

ENGINES = ["embedded", "numpy", *(["faiss-flat"] if importlib.util.find_spec("faiss") else [])]
CASES = 7 * 2  # filters, each with and without a category


def run(folder: Path, *arguments: str) -> None:
    main(["--n", "2000", "--queries", "32", "--crops", str(CROPS), "--pictures", str(folder), *arguments])


@pytest.fixture(scope="module")
def rows(no_pictures: Path, tmp_path_factory: pytest.TempPathFactory) -> list[Row]:
    path = tmp_path_factory.mktemp("rows") / "rows.jsonl"
    run(no_pictures, "--engines", ",".join([*ENGINES, "memory"]), "--json", str(path))
    run(no_pictures, "--engines", "numpy", "--json", str(path), "--keep")
    assert all(set(json.loads(line)) == set(Row.__annotations__) for line in path.read_text().splitlines())
    return read(path)


@pytest.fixture(scope="module")
def world(no_pictures: Path) -> World:
    return world_of(2000, 512, 32, no_pictures, CROPS)


def test_exact_engines_are_exact(rows: list[Row]) -> None:
    assert {row.recall for row in rows if row.engine != "memory"} == {1.0}


def test_every_case_is_measured_once(rows: list[Row]) -> None:
    cases = Counter((row.engine, row.setting, row.filter, row.category, row.batch) for row in rows)
    assert set(cases.values()) == {1}
    mine = [row for row in rows if row.engine == "shopthelook"]
    assert len(mine) == 2 * CASES
    assert {row.batch for row in mine} == {1, BATCH}
    assert all((row.n, row.bits, row.threads, row.queries) == (2000, 512, 1, 32) for row in mine)
    assert all(0 < row.p50_ms <= row.p99_ms and row.qps > 0 for row in rows)


def test_the_best_peer_is_exact_and_not_ours(rows: list[Row]) -> None:
    pairs = list(compared(rows))
    assert len(pairs) == 2 * CASES
    assert {ours.engine for ours, _ in pairs} == {"shopthelook"}
    assert {peer.engine for _, peer in pairs} <= {"numpy", "faiss flat"}
    assert best(rows, 1.1) is None


def test_the_tables_hold_the_rows(rows: list[Row]) -> None:
    tables = report(rows, [{"n": 1000, "open_s": 0.25}])
    for ours, peer in compared(rows):
        category = "yes" if ours.category else "no"
        line = f"| {ours.filter} | {category} | {ours.batch} | {ours.qps:,.0f} | {peer.qps:,.0f} |"
        assert line in tables
    assert "| open s | 0.250 |" in tables


def test_callers_and_writes_are_rows_of_their_own(no_pictures: Path, tmp_path: Path) -> None:
    path = tmp_path / "rows.jsonl"
    run(no_pictures, "--engines", "callers,writes", "--budget", "0.02", "--json", str(path))
    rows = read(path)
    callers = [row for row in rows if row.engine == "shopthelook, callers"]
    writes = [row for row in rows if row.engine == "shopthelook, writes"]
    assert Counter(row.threads for row in callers) == {1: 2 * CASES, 2: 2 * CASES}
    assert [row.setting for row in writes[:6]] == ["0 upserts/s"] * 6
    assert all(row.setting != "0 upserts/s" for row in writes[6:])
    assert [(row.filter, row.category) for row in writes[:6]] == [
        (row.filter, row.category) for row in writes[6:]
    ]
    tables = report(rows)
    assert "### Two callers on one index" in tables
    assert "### Searches while products are written" in tables


def test_the_plot_is_a_picture(rows: list[Row], tmp_path: Path) -> None:
    plot = pytest.importorskip("benchmarks.retrieval.plot", exc_type=ImportError)
    plot.drawn(rows, tmp_path / "plot.png")
    with Image.open(tmp_path / "plot.png") as picture:
        assert min(picture.size) > 500


def test_a_text_is_put_between_its_marks() -> None:
    page = "a\n<!-- one: begin -->\nold\n<!-- one: end -->\nb\n<!-- two: begin -->\n<!-- two: end -->\n"
    put = put_in(page, "one", "new")
    assert put == page.replace("\nold\n", "\n\nnew\n\n")
    assert put_in(put, "one", "new") == put
    with pytest.raises(ValueError, match="three: begin"):
        put_in(page, "three", "new")


def test_what_finds_rows_for_peers_agrees_with_the_attributes(world: World) -> None:
    attributes = world.attributes(0, len(world))
    for name, where, find in world.filters():
        if where is None:
            continue
        share = float(name.split("%")[0]) / 100
        fits = [
            one["score"][0] <= share if "score" in name else one["style"][0] in where.values
            for one in attributes
        ]
        for category in (None, 0, 7):
            wanted = np.array(fits) & (category is None or world.positions == category)
            assert np.array_equal(np.sort(find(category)), np.flatnonzero(wanted))


def test_an_engine_that_is_none_is_a_misuse(no_pictures: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as caught:
        run(no_pictures, "--engines", "nonesuch")
    assert caught.value.code == 2
    assert "no engine is called nonesuch; there are: memory, embedded" in capsys.readouterr().err


def test_chunks_of_scale_keep_category_and_style(world: World) -> None:
    order = np.lexsort((world.styles, world.positions))
    ids, codes, positions, own = chunk(world, order, 100, 400)
    again = chunk(world, order, 100, 400)
    assert np.array_equal(codes, again[1])
    assert own == again[3]
    assert (ids[0], ids[-1]) == ("p000000100", "p000000399")
    known = {(int(p), f"style {s}") for p, s in zip(world.positions, world.styles, strict=True)}
    assert {(int(p), one["style"][0]) for p, one in zip(positions, own, strict=True)} <= known
