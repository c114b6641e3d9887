"""The manifest of a snapshot: what it holds, and which bytes it is made of."""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import uuid
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from shopthelook.retrieval.embedded.errors import DamagedSnapshot, NoSnapshot, OtherSnapshot

MANIFEST = "manifest.json"
# To be raised whenever a segment is made of other arrays, or one of them means something else.
FORMAT = 3


@dataclass(frozen=True, slots=True)
class Written:
    """A file's size in bytes and the CRC-32 of its bytes."""

    size: int
    checksum: int


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

    def check(self, folder: Path, bits: int, made_for: Mapping[str, str]) -> None:
        """Raise `OtherSnapshot` unless it was made for this; the message says what differs."""
        wanted = {"codes": f"{bits} bits", **made_for}
        found = {"codes": f"{self.bits} bits", **self.made_for}
        differs = [
            f"{name} {found.get(name, 'unknown')}, not {wanted.get(name, 'unknown')}"
            for name in sorted({*found, *wanted})
            if found.get(name) != wanted.get(name)
        ]
        if differs:
            raise OtherSnapshot(f"the snapshot in {folder} was made for {'; '.join(differs)}")


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
    if said["format"] != FORMAT:
        raise OtherSnapshot(f"{path} is of format {said['format']}, and this version reads {FORMAT}")
    dead = said.pop("dead")
    files = {name: Written(**written) for name, written in said.pop("files").items()}
    return Manifest(**said, files=files, dead=None if dead is None else (dead[0], Written(**dead[1])))


def _to_json(manifest: Manifest) -> bytes:
    said = asdict(manifest)
    return json.dumps({"snapshot": said, "sha256": _checksum(said)}, indent=1).encode()


def _checksum(said: Any) -> str:
    return hashlib.sha256(json.dumps(said, sort_keys=True).encode()).hexdigest()


def replace_manifest(folder: Path, manifest: Manifest) -> None:
    """Put a manifest in place, in one step and after all that it names."""
    data = _to_json(manifest)
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
