"""Pictures on their way into a data set: looked at once, linked or copied, and not again after an interruption."""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import shutil
from dataclasses import asdict, dataclass
from pathlib import Path

from shopthelook import images
from shopthelook.datasets.entries import is_text
from shopthelook.images import PictureError

DONE = "pictures.jsonl"
_LOOK = 64  # pixels of the longer side: decoding that small finds a damaged file and costs little


@dataclass(frozen=True, slots=True)
class Placed:
    """A picture of the new data set: its ``file_name`` there, its upright size and the SHA-256 of its bytes."""

    file_name: str
    width: int
    height: int
    sha256: str
    stamp: tuple[int, int]  # bytes and time of change of the file it came from


class Placer:
    """Brings pictures into ``folder``; a journal beside them says what a run before has done.

    With ``in_place`` nothing is copied, and pictures are named by their absolute path; otherwise by their path in
    ``root``, with ``below`` before it.
    """

    def __init__(self, folder: Path, root: Path, in_place: bool, below: str = "images/") -> None:
        self.folder, self.root, self.in_place, self.below = folder, root, in_place, below
        self._journal = folder / DONE
        self._done = _read(self._journal)
        # Without the line that a kill cut short, to which the next one would be joined.
        self._journal.write_text("".join(_line(one) for one in self._done.values()), encoding="utf-8")

    def place(self, path: Path) -> Placed:
        """Bring one picture. Raises `PictureError` for a file that is no whole picture, or whose name is no text."""
        name = str(path.resolve()) if self.in_place else self.below + path.relative_to(self.root).as_posix()
        if not is_text(name):
            raise PictureError("unreadable", "its name is not UTF-8")
        try:
            status = path.stat()
            stamp = (status.st_size, status.st_mtime_ns)
            before = self._done.get(name)
            if before is not None and before.stamp == stamp:
                return before
            data = path.read_bytes()
        except OSError as error:
            raise PictureError("unreadable", f"cannot be read: {error.strerror}") from None
        width, height = images.picture_size(data)
        images.read(data, max_side=_LOOK)
        if not self.in_place:
            _link_or_copy(path.resolve(), self.folder / name)  # of a symbolic link, what it means
        placed = Placed(name, width, height, hashlib.sha256(data).hexdigest(), stamp)
        with self._journal.open("a", encoding="utf-8") as file:
            file.write(_line(placed))
        return placed


def _link_or_copy(source: Path, target: Path) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    aside = target.with_name(target.name + ".new")
    aside.unlink(missing_ok=True)
    try:
        os.link(source, aside)
    except OSError:  # another file system, or one without links
        shutil.copy2(source, aside)
    aside.replace(target)
    aside.unlink(missing_ok=True)  # renaming one link onto another of the same file leaves both


def _line(placed: Placed) -> str:
    return json.dumps(asdict(placed)) + "\n"


def _read(journal: Path) -> dict[str, Placed]:
    found: dict[str, Placed] = {}
    if journal.exists():
        for line in journal.read_text(encoding="utf-8").splitlines():
            with contextlib.suppress(
                ValueError, TypeError, KeyError
            ):  # the last line of a killed run may be cut
                entry = json.loads(line)
                found[entry["file_name"]] = Placed(**entry | {"stamp": tuple(entry["stamp"])})
    return found
