"""Snapshots of an index on disk: a file for each segment, and a manifest that names them.

Segments never change, so a snapshot writes only those that the one before has not. The manifest is replaced in
one step when all else is on the disk: a crash at any moment leaves the old snapshot or the new one.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import uuid
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from shopthelook.retrieval.embedded import arrays, storing
from shopthelook.retrieval.embedded.arrays import Written
from shopthelook.retrieval.embedded.errors import (
    DamagedSnapshot,
    NoSnapshot,
    OtherSnapshot,
    SnapshotError,
)
from shopthelook.retrieval.embedded.locking import locked
from shopthelook.retrieval.embedded.segment import Part

MANIFEST = "manifest.json"
_LOCK = "lock"
_FORMAT = 1
_SUFFIX = ".arrays"


@dataclass(frozen=True, slots=True)
class Manifest:
    """What a snapshot holds.

    made_for: what must be the same where it is opened, such as the embedder's id; seq: the number in the
    change log up to which it has followed; products: how many; files: of each segment its file, size and
    CRC-32; dead: the file of the rows that are deleted or replaced.
    """

    format: int
    bits: int
    seq: int
    products: int
    made_for: Mapping[str, str]
    files: Mapping[str, Written]
    dead: tuple[str, Written] | None


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
            f"cannot write a snapshot of the index to {folder}: {error.strerror or error}"
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
    manifest = Manifest(_FORMAT, bits, seq, products, dict(made_for), files, dead)
    _replace(folder, _to_json(manifest))
    written.clear()  # they belong to a snapshot now
    used = {*files, *([dead[0]] if dead else [])}
    for path in (*folder.glob(f"*{_SUFFIX}"), *folder.glob(f".{MANIFEST}.*")):
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
    if manifest.bits != bits or dict(manifest.made_for) != dict(made_for):
        raise OtherSnapshot(
            f"the snapshot in {folder} is of {manifest.bits} bits for {dict(manifest.made_for)}, "
            f"not {bits} bits for {dict(made_for)}"
        )
    try:
        return manifest, _parts(folder, manifest)
    except DamagedSnapshot:
        # Another process may have replaced the snapshot since the manifest was read.
        again = read_manifest(folder)
        if again == manifest:
            raise
        return read(folder, bits, made_for)


def read_manifest(folder: Path) -> Manifest:
    """What the snapshot in a folder says of itself. Raises as `read` does."""
    path = folder / MANIFEST
    try:
        text = path.read_bytes()
    except FileNotFoundError:
        raise NoSnapshot(f"there is no snapshot of the index in {folder}") from None
    except OSError as error:
        raise DamagedSnapshot(f"cannot read {path}: {error.strerror or error}") from error
    try:
        document = json.loads(text)
        said, checksum = document["snapshot"], document["sha256"]
    except (ValueError, KeyError, TypeError):
        raise DamagedSnapshot(f"{path} is no manifest of a snapshot") from None
    if _checksum(said) != checksum:
        raise DamagedSnapshot(f"{path} has changed since it was written")
    if said["format"] != _FORMAT:
        raise OtherSnapshot(f"{path} is of format {said['format']}, and this version reads {_FORMAT}")
    dead = said.pop("dead")
    files = {name: Written(**written) for name, written in said.pop("files").items()}
    return Manifest(**said, files=files, dead=None if dead is None else (dead[0], Written(**dead[1])))


def _parts(folder: Path, manifest: Manifest) -> list[Part]:
    dead = {} if manifest.dead is None else arrays.read(_file(folder, manifest.dead[0]), manifest.dead[1])
    parts = []
    for name, written in manifest.files.items():
        part = Part(storing.from_arrays(name, arrays.read(_file(folder, name), written)))
        parts.append(Part(part.segment, dead[name]) if name in dead else part)
    return parts


def _file(folder: Path, name: str) -> Path:
    return folder / f"{name}{_SUFFIX}"


def _size(path: Path) -> int:
    try:
        return path.stat().st_size
    except OSError:
        return -1


def _to_json(manifest: Manifest) -> bytes:
    said = asdict(manifest)
    return json.dumps({"snapshot": said, "sha256": _checksum(said)}, indent=1).encode()


def _checksum(said: Any) -> str:
    return hashlib.sha256(json.dumps(said, sort_keys=True).encode()).hexdigest()


def _replace(folder: Path, data: bytes) -> None:
    """Put the manifest in place, after all that it names."""
    new = folder / f".{MANIFEST}.{uuid.uuid4().hex}"
    try:
        with new.open("wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        _sync(folder)
        new.replace(folder / MANIFEST)
        _sync(folder)
    finally:
        new.unlink(missing_ok=True)


def _sync(folder: Path) -> None:
    """Force the folder's names to the disk, where the system can."""
    with _opened(folder) as handle:
        if handle is not None:
            os.fsync(handle)


@contextlib.contextmanager
def _opened(folder: Path) -> Iterator[int | None]:
    if os.name == "nt":
        yield None
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        yield handle
    finally:
        os.close(handle)
