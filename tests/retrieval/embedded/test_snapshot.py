"""Snapshots: opened as they were written, and refused where they are not whole."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from shopthelook.retrieval.embedded import (
    DamagedSnapshot,
    EmbeddedIndex,
    NoSnapshot,
    OtherSnapshot,
    SnapshotError,
    read_manifest,
    storing,
)
from shopthelook.retrieval.embedded.locking import locked
from tests.fixtures.disks import limited_files
from tests.retrieval.embedded.worlds import MADE_FOR, assert_same, change, lived_in, rebuilt
from tests.retrieval.oracle import Oracle


def reopened(folder: Path, bits: int = 64) -> EmbeddedIndex:
    return EmbeddedIndex.open(folder, bits, MADE_FOR, threads=1)


@pytest.mark.parametrize("bits", [64, 192, 512])
def test_an_opened_snapshot_is_the_index_that_was_written(tmp_path: Path, bits: int) -> None:
    index, oracle = lived_in(bits=bits)
    index.seq = 41
    manifest = index.snapshot(tmp_path, MADE_FOR)
    opened = reopened(tmp_path, bits)
    assert opened.seq == manifest.seq == 41
    assert manifest.products == len(oracle.rows)
    assert_same(opened, oracle)
    assert opened.digest() == index.digest() == rebuilt(oracle, bits).digest()


def test_an_empty_index_can_be_kept(tmp_path: Path) -> None:
    EmbeddedIndex(64).snapshot(tmp_path, MADE_FOR)
    opened = reopened(tmp_path)
    assert len(opened) == 0
    oracle = Oracle()
    change(opened, oracle, np.random.default_rng(0), 50)
    assert_same(opened, oracle)


def test_an_opened_index_takes_writes_and_is_kept_again(tmp_path: Path) -> None:
    index, oracle = lived_in()
    rng = np.random.default_rng(5)
    for turn in range(5):
        index.seq = turn
        index.snapshot(tmp_path, MADE_FOR)
        index = reopened(tmp_path)
        change(index, oracle, rng, 60)
        if turn == 2:
            index.compact()
        assert_same(index, oracle)
        assert index.digest() == rebuilt(oracle, 64).digest()


def test_segments_are_written_once_and_removed_when_merged(tmp_path: Path) -> None:
    index, oracle = lived_in(fresh=1000)
    index.snapshot(tmp_path, MADE_FOR)
    before = {path: path.stat().st_ino for path in tmp_path.glob("*.arrays")}
    change(index, oracle, np.random.default_rng(2), 3)
    index.snapshot(tmp_path, MADE_FOR)
    after = {path: path.stat().st_ino for path in tmp_path.glob("*.arrays")}
    assert after.items() >= before.items()
    index.compact()
    index.snapshot(tmp_path, MADE_FOR)
    assert len(list(tmp_path.glob("*.arrays"))) == 1
    assert_same(reopened(tmp_path), oracle)


def test_an_open_index_outlives_the_snapshot_that_it_is_of(tmp_path: Path) -> None:
    index, oracle = lived_in()
    index.snapshot(tmp_path, MADE_FOR)
    opened = reopened(tmp_path)
    index.compact()
    index.snapshot(tmp_path, MADE_FOR)
    assert_same(opened, oracle)


def test_no_snapshot(tmp_path: Path) -> None:
    with pytest.raises(NoSnapshot, match="no snapshot"):
        reopened(tmp_path / "nowhere")


@pytest.mark.parametrize(
    ("bits", "made_for", "said"),
    [
        (128, MADE_FOR, "codes 64 bits, not 128 bits"),
        (64, {"bundle": "tiny@2"}, "bundle tiny@1, not tiny@2"),
        (64, {}, "bundle tiny@1, not unknown"),
        (64, MADE_FOR | {"list": "3"}, "list unknown, not 3"),
    ],
)
def test_a_snapshot_of_another_index_is_refused(
    tmp_path: Path, bits: int, made_for: dict[str, str], said: str
) -> None:
    lived_in()[0].snapshot(tmp_path, MADE_FOR)
    with pytest.raises(OtherSnapshot, match=f"{tmp_path} was made for {said}$"):
        EmbeddedIndex.open(tmp_path, bits, made_for)


def a_segment(folder: Path) -> Path:
    return max(folder.glob("*.arrays"), key=lambda path: path.stat().st_size)


def flip(path: Path, at: int) -> None:
    data = bytearray(path.read_bytes())
    data[at] ^= 1
    path.write_bytes(data)


DAMAGES: dict[str, Callable[[Path], object]] = {
    "a bit of a segment": lambda folder: flip(a_segment(folder), 5000),
    "a bit of a segment's head": lambda folder: flip(a_segment(folder), 30),
    "the last bit": lambda folder: flip(a_segment(folder), -1),
    "a segment cut short": lambda folder: os.truncate(a_segment(folder), 4096),
    "an empty segment": lambda folder: a_segment(folder).write_bytes(b""),
    "no segment": lambda folder: a_segment(folder).unlink(),
    "no segments": lambda folder: [path.unlink() for path in folder.glob("*.arrays")],
    "an empty manifest": lambda folder: (folder / "manifest.json").write_bytes(b""),
    "another text": lambda folder: (folder / "manifest.json").write_text('["what"]'),
    "a changed number": lambda folder: (folder / "manifest.json").write_text(
        (folder / "manifest.json").read_text().replace('"seq": 0', '"seq": 1')
    ),
    "a folder in place of the manifest": lambda folder: (
        (folder / "manifest.json").unlink(),
        (folder / "manifest.json").mkdir(),
    ),
}


@pytest.mark.parametrize("damage", sorted(DAMAGES))
def test_damage_is_found(tmp_path: Path, damage: str) -> None:
    index, _ = lived_in()
    index.snapshot(tmp_path, MADE_FOR)
    DAMAGES[damage](tmp_path)
    with pytest.raises(DamagedSnapshot):
        reopened(tmp_path)


def test_a_bit_anywhere_is_found(tmp_path: Path) -> None:
    index, _ = lived_in()
    index.snapshot(tmp_path, MADE_FOR)
    path = a_segment(tmp_path)
    for at in np.random.default_rng(0).integers(0, path.stat().st_size, 40).tolist():
        flip(path, at)
        with pytest.raises(DamagedSnapshot):
            reopened(tmp_path)
        flip(path, at)
    reopened(tmp_path)


def test_a_snapshot_of_a_later_format_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("shopthelook.retrieval.embedded.snapshot.FORMAT", 99)
    EmbeddedIndex(64).snapshot(tmp_path, MADE_FOR)
    monkeypatch.undo()
    with pytest.raises(OtherSnapshot, match="format 99"):
        reopened(tmp_path)


def test_segments_laid_out_otherwise_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    to_arrays = storing.to_arrays
    monkeypatch.setattr(
        storing, "to_arrays", lambda segment: {f"v9.{k}": a for k, a in to_arrays(segment).items()}
    )
    lived_in()[0].snapshot(tmp_path, MADE_FOR)
    monkeypatch.undo()
    with pytest.raises(OtherSnapshot, match="another version of shopthelook"):
        reopened(tmp_path)


def test_what_a_crash_left_is_swept_up(tmp_path: Path) -> None:
    index, oracle = lived_in()
    (tmp_path / f"{'0' * 32}.arrays").write_bytes(b"half")
    (tmp_path / ".manifest.json.1234").write_bytes(b"{")
    index.snapshot(tmp_path, MADE_FOR)
    named = json.loads((tmp_path / "manifest.json").read_text())["snapshot"]
    names = {*named["files"], *(named["dead"][:1] if named["dead"] else [])}
    assert {path.name for path in tmp_path.iterdir()} == {
        "manifest.json",
        "lock",
        *(f"{name}.arrays" for name in names),
    }
    assert_same(reopened(tmp_path), oracle)


@pytest.mark.skipif(sys.platform == "win32", reason="limits of files are set as on Unix")
@pytest.mark.parametrize("size", [0, 100, 2000, 5000])
def test_a_full_disk_leaves_the_old_snapshot(tmp_path: Path, size: int) -> None:
    index, oracle = lived_in(fresh=1000)
    index.snapshot(tmp_path, MADE_FOR)
    files = sorted(path.name for path in tmp_path.iterdir())
    opened = reopened(tmp_path)
    change(opened, Oracle(), np.random.default_rng(3), 300)
    with (
        limited_files(size),
        pytest.raises(SnapshotError, match=f"{tmp_path}: File too large; the one before"),
    ):
        opened.snapshot(tmp_path, MADE_FOR)
    assert sorted(path.name for path in tmp_path.iterdir()) == files
    assert_same(reopened(tmp_path), oracle)
    opened.snapshot(tmp_path, MADE_FOR)
    assert reopened(tmp_path).digest() == opened.digest()


def test_a_folder_that_cannot_be_made(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(SnapshotError, match="cannot write a snapshot"):
        EmbeddedIndex(64).snapshot(tmp_path / "file" / "index", MADE_FOR)


def test_two_processes_do_not_write_at_once(tmp_path: Path) -> None:
    index, _ = lived_in()
    index.snapshot(tmp_path, MADE_FOR)
    with locked(tmp_path / "lock"), pytest.raises(SnapshotError, match="another process"):
        index.snapshot(tmp_path, MADE_FOR)
    index.snapshot(tmp_path, MADE_FOR)
    assert read_manifest(tmp_path).products == len(index)


def test_an_opened_index_outlives_the_loss_of_its_manifest(tmp_path: Path) -> None:
    index, oracle = lived_in()
    index.snapshot(tmp_path, MADE_FOR)
    opened = EmbeddedIndex.open(tmp_path, index.bits, MADE_FOR)
    next(tmp_path.glob("manifest*")).unlink()
    # Its own files are mapped while they are written again.
    opened.snapshot(tmp_path, MADE_FOR)
    assert_same(opened, oracle)
    assert_same(EmbeddedIndex.open(tmp_path, index.bits, MADE_FOR), oracle)
    assert not list(tmp_path.glob(".*"))
