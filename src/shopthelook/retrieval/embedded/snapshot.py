"""Snapshots of an index on disk: a file for each segment, and a manifest that names them.

Segments never change, so a snapshot writes only those that the one before has not. The manifest is replaced in
one step when all else is on the disk: a crash at any moment leaves the old snapshot or the new one.
"""

from __future__ import annotations

import contextlib
import uuid
from collections.abc import Mapping, Sequence
from pathlib import Path

from shopthelook.retrieval.embedded import arrays, storing
from shopthelook.retrieval.embedded.errors import DamagedSnapshot, OtherSnapshot, SnapshotError
from shopthelook.retrieval.embedded.locking import locked
from shopthelook.retrieval.embedded.manifest import (
    FORMAT,
    MANIFEST,
    Manifest,
    Written,
    read_manifest,
    replace_manifest,
)
from shopthelook.retrieval.embedded.segment import Part

_LOCK = "lock"
_SUFFIX = ".arrays"


def write(folder: Path, bits: int, seq: int, parts: Sequence[Part], made_for: Mapping[str, str]) -> Manifest:
    """Make a snapshot, in place of the one that the folder may hold.

    Raises:
        SnapshotError: the folder cannot be written, the disk is full or another process is writing a
            snapshot there; the one before is still there then.
    """
    written: list[Path] = []
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with locked(folder / _LOCK):
            try:
                return _write(folder, bits, seq, parts, made_for, written)
            except BaseException:
                for path in written:
                    path.unlink(missing_ok=True)
                raise
    except OSError as error:
        raise SnapshotError(
            f"cannot write a snapshot of the index to {folder}: {error.strerror or error}; the one before is "
            "still there, and searches go on"
        ) from error


def _write(
    folder: Path,
    bits: int,
    seq: int,
    parts: Sequence[Part],
    made_for: Mapping[str, str],
    written: list[Path],
) -> Manifest:
    try:
        there = read_manifest(folder).files
    except SnapshotError:
        there = {}
    files: dict[str, Written] = {}
    for part in parts:
        name = part.segment.name
        # Its size is looked at, not its bytes: opening does that.
        if name in there and _size(_file(folder, name)) == there[name].size:
            files[name] = there[name]
        else:
            written.append(_file(folder, name))
            files[name] = arrays.write(written[-1], storing.to_arrays(part.segment))
    dead = None
    if any(len(part.dead) for part in parts):
        name = uuid.uuid4().hex
        written.append(_file(folder, name))
        rows = {part.segment.name: part.dead for part in parts if len(part.dead)}
        dead = (name, arrays.write(written[-1], rows))
    products = sum(part.alive for part in parts)
    manifest = Manifest(FORMAT, bits, seq, products, dict(made_for), files, dead)
    replace_manifest(folder, manifest)
    written.clear()  # they belong to a snapshot now
    used = {*files, *([dead[0]] if dead else [])}
    for path in (
        *folder.glob(f"*{_SUFFIX}"),
        *folder.glob(f".*{_SUFFIX}.*"),
        *folder.glob(f".{MANIFEST}.*"),
    ):
        if path.stem not in used:
            # Another process may have it open: what is mapped stays readable.
            with contextlib.suppress(OSError):
                path.unlink()
    return manifest


def read(folder: Path, bits: int, made_for: Mapping[str, str]) -> tuple[Manifest, list[Part]]:
    """Open a snapshot; every byte of it is checked.

    Raises:
        NoSnapshot: there is none.
        DamagedSnapshot: a file is missing or not as it was written.
        OtherSnapshot: it is one of other codes, or made for something else.
    """
    manifest = read_manifest(folder)
    manifest.check(folder, bits, made_for)
    try:
        return manifest, _parts(folder, manifest)
    except DamagedSnapshot:
        # Another process may have replaced the snapshot since the manifest was read.
        again = read_manifest(folder)
        if again == manifest:
            raise
        return read(folder, bits, made_for)


def _parts(folder: Path, manifest: Manifest) -> list[Part]:
    dead = {} if manifest.dead is None else arrays.read(_file(folder, manifest.dead[0]), manifest.dead[1])
    parts = []
    for name, written in manifest.files.items():
        found = arrays.read(_file(folder, name), written)
        try:
            part = Part(storing.from_arrays(name, found))
        except (KeyError, ValueError, TypeError, IndexError) as error:
            # Its bytes are as they were written, so it was written by code that lays out segments otherwise.
            raise OtherSnapshot(
                f"{_file(folder, name)} is laid out as another version of shopthelook does ({error!r})"
            ) from error
        parts.append(Part(part.segment, dead[name]) if name in dead else part)
    return parts


def _file(folder: Path, name: str) -> Path:
    return folder / f"{name}{_SUFFIX}"


def _size(path: Path) -> int:
    try:
        return path.stat().st_size
    except OSError:
        return -1
