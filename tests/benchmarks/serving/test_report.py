"""Tables of the serving benchmark say what the run measured, and on what."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from benchmarks.serving.report import main

REPORT: dict[str, Any] = {
    "machine": "2 cores of x86_64",
    "load_before": 7.25,
    "models": ["d@1", "e@1"],
    "photos": ["one.jpg", "two.jpg"],
    "rounds": 3,
    "seconds": 2.5,
    "one_core": {
        "bare": 60.0, "request": 70.2, "ratio": 1.17, "bare_cpu": 55.0, "request_cpu": 66.0, "ratio_cpu": 1.2
    },
    "rows": [
        {
            "server": server, "what": what, "clients": clients, "requests": 9, "per_second": 11.25,
            "p50_ms": 80.04, "p95_ms": 90.0, "p99_ms": 99.0, "cpu_ms": 71.5, "per_second_by_round": [11.2],
        }
        for what, server, clients in [
            ("photo", "milvus", 4), ("photo", "shopthelook", 4), ("photo", "milvus", 1), ("scene", "shopthelook", 1)
        ]
    ],
}  # fmt: skip


def test_tables_go_between_the_marks(tmp_path: Path) -> None:
    run, page = tmp_path / "run.json", tmp_path / "page.md"
    run.write_text(json.dumps(REPORT | {"load_before": 0.2}))
    page.write_text("before\n<!-- figures: begin -->\nold\n<!-- figures: end -->\nafter\n")
    main([str(run), "--page", str(page)])
    text = page.read_text()
    assert text.startswith("before\n")
    assert text.endswith("after\n")
    assert "old" not in text
    assert "busy" not in text
    assert "| by the clock, ms | 60.0 | 70.2 | 1.17 |" in text
    rows = [line for line in text.splitlines() if line.startswith(("| milvus", "| shopthelook"))]
    assert [row.split(" | ")[:2] for row in rows] == [
        ["| milvus", "1"], ["| shopthelook", "4"], ["| milvus", "4"], ["| shopthelook", "1"]
    ]  # fmt: skip
    main([str(run), "--page", str(page)])
    assert page.read_text() == text


def test_a_busy_machine_gives_no_times_by_the_clock(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    run = tmp_path / "run.json"
    rows = [row for row in REPORT["rows"] if row["clients"] == 4]
    run.write_text(json.dumps(REPORT | {"rows": rows}))
    main([str(run)])
    text = capsys.readouterr().out
    assert "busy with other work** (load 7.2" in text
    assert "| processor time, ms | 55.0 | 66.0 | 1.20 |" in text
    assert "by the clock, ms" not in text
    assert "80.0" not in text
    assert "| milvus | 71.5 |" in text


def test_a_page_without_marks_is_left_alone(tmp_path: Path) -> None:
    run, page = tmp_path / "run.json", tmp_path / "page.md"
    run.write_text(json.dumps(REPORT | {"load_before": 0.1}))
    page.write_text("nothing\n")
    with pytest.raises(ValueError, match="figures: begin"):
        main([str(run), "--page", str(page)])
    assert page.read_text() == "nothing\n"
