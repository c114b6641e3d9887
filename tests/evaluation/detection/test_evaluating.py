"""Detectors side by side: names, progress, latency."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from shopthelook.evaluation.detection import evaluate, open_measured
from shopthelook.models import BundleError, open_bundle
from tests.fixtures.tiny_bundles import make_tiny_detector


def names(*bundles: Path, rooms: Path) -> list[str]:
    data = open_measured(rooms, "val")
    found = evaluate([open_bundle(one) for one in bundles], [data], latency_pictures=0, replicates=1)
    return [one.name for one in found.variants]


def test_names_tell_detectors_apart(tmp_path: Path, rooms: Path) -> None:
    one, two = make_tiny_detector(tmp_path / "a", "one"), make_tiny_detector(tmp_path / "a", "two")
    assert names(one, two, rooms=rooms) == ["one@1", "two@1"]
    again = make_tiny_detector(tmp_path / "b", "two").rename(tmp_path / "b" / "later")
    assert names(two, again, rooms=rooms) == ["two", "later"]
    assert names(two, two, rooms=rooms) == ["1. two@1", "2. two@1"]


def test_every_picture_is_told_of(tiny_detector: Path, rooms: Path) -> None:
    told: list[tuple[str, int, int]] = []
    data = open_measured(rooms, "val")
    found = evaluate(
        [open_bundle(tiny_detector)],
        [data],
        latency_pictures=5,
        replicates=1,
        progress=lambda *one: told.append(one),
    )
    assert told[:32] == [("tiny-detector@1 on rooms", i + 1, 32) for i in range(32)]
    assert told[32:] == [("latency", i + 1, 5) for i in range(5)]
    [latency] = found.latency
    assert latency.n == 5
    assert 0 < latency.p50_ms <= latency.p95_ms
    assert latency.cpu_p50_ms > 0


def test_the_figures_as_json(tiny_detector: Path, rooms: Path) -> None:
    data = [open_measured(rooms, "val"), open_measured(rooms, "val", most_frequent=1)]
    found = evaluate([open_bundle(tiny_detector)], data, latency_pictures=3, replicates=50)
    said = json.loads(json.dumps(found.as_dict(), allow_nan=False))
    [detector] = said["detectors"]
    assert detector["name"] == detector["bundle"] == "tiny-detector@1"
    assert detector["input"] == "288–448"
    assert detector["latency"]["pictures"] == 3
    both, chairs = said["data"]
    assert (both["name"], both["kind"], both["pictures"], both["boxes"]) == ("rooms", "scenes", 32, 40)
    assert both["classes"] == ["Chairs", "Tables"]
    assert (chairs["classes"], chairs["boxes"]) == (["Chairs"], 32)
    [result] = both["results"]
    assert result["recall"]["value"] == 0.6
    assert result["recall"]["low"] < 0.6 < result["recall"]["high"]
    assert [one["name"] for one in result["classes"]] == ["Chairs", "Tables"]
    assert len(result["classes"][0]["curve"]) == 101


def test_a_bundle_that_is_no_detector(tiny_embedder: Path, rooms: Path) -> None:
    with pytest.raises(BundleError, match="a detector is needed"):
        evaluate([open_bundle(tiny_embedder)], [open_measured(rooms, "val")])
