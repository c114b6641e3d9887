"""Pictures on disk, named by the hash of their bytes."""

from __future__ import annotations

import contextlib
import hashlib
import io
import os
import re
import secrets
import time
from pathlib import Path

from PIL import Image

from shopthelook.images.decode import picture_size, read
from shopthelook.images.errors import DEFAULT_LIMITS, PictureError, PictureLimits, PictureStoreError

THUMBNAIL_WIDTHS = (160, 320, 640, 1280)
_HASH = re.compile(r"[0-9a-f]{64}")
_STALE_S = 24 * 3600


def content_hash(data: bytes) -> str:
    """SHA-256 of the bytes, 64 lower-case hex digits."""
    return hashlib.sha256(data).hexdigest()


class PictureStore:
    """A folder of pictures, `ab/abcdef...`, each named by its content hash.

    A file is written elsewhere, flushed to the disk and only then renamed, so that a name always holds
    the whole picture, whatever kills the process. Threads and processes may share the folder.
    """

    def __init__(self, root: str | os.PathLike[str], limits: PictureLimits = DEFAULT_LIMITS) -> None:
        """Open the folder, making it if needed. `limits` guards the decoding for thumbnails.

        A folder that cannot be written is opened for reading.
        """
        self.root = Path(root)
        self._limits = limits
        self._partial = self.root / "partial"
        with contextlib.suppress(OSError):
            self._partial.mkdir(parents=True, exist_ok=True)
            self._sweep()

    def put(self, data: bytes) -> str:
        """Keep the bytes and return their content hash. Once it returns, they survive a power cut.

        Raises `PictureStoreError`; nothing is left of the picture then.
        """
        name = content_hash(data)
        path = self._where(name)
        try:
            if not path.exists():
                if not path.parent.exists():
                    path.parent.mkdir(parents=True, exist_ok=True)
                    _sync_folder(self.root)
                self._write(path, data, durable=True)
        except OSError as error:
            raise PictureStoreError(
                f"cannot keep a picture in {self.root}: {error.strerror or error}; what was acknowledged before "
                "is kept: mend this and do the same again"
            ) from error
        return name

    def path(self, name: str) -> Path:
        """Where the picture with this hash lies. Raises `PictureError` (not_found)."""
        if not _HASH.fullmatch(name):
            raise PictureError("not_found", f"a picture's hash is 64 hex digits, not {name[:80]!r}")
        path = self._where(name)
        if not path.is_file():
            raise PictureError("not_found", f"there is no picture {name}")
        return path

    def data(self, name: str) -> bytes:
        """The bytes of the picture with this hash. Raises `PictureError` (not_found)."""
        try:
            return self.path(name).read_bytes()
        except FileNotFoundError:
            raise PictureError("not_found", f"there is no picture {name}") from None

    def thumbnail(self, name: str, width: int) -> bytes:
        """The picture as WebP, `width` pixels wide (160, 320, 640 or 1280) or less where it is smaller.

        Made once and kept beside the picture, where that can be written. Raises `PictureError`.
        """
        if width not in THUMBNAIL_WIDTHS:
            widths = ", ".join(map(str, THUMBNAIL_WIDTHS))
            raise PictureError("not_found", f"thumbnails are {widths} pixels wide, not {width}")
        path = self.path(name)
        small = path.with_name(f"{name}.{width}.webp")
        with contextlib.suppress(FileNotFoundError):
            return small.read_bytes()
        data = path.read_bytes()
        full_width, full_height = picture_size(data, self._limits)
        scale = min(1.0, width / full_width)
        side = max(1, round(max(full_width, full_height) * scale))
        out = io.BytesIO()
        Image.fromarray(read(data, self._limits, max_side=side)).save(out, "WEBP", quality=80)
        with contextlib.suppress(OSError):
            self._write(small, out.getvalue(), durable=False)
        return out.getvalue()

    def __contains__(self, name: str) -> bool:
        return _HASH.fullmatch(name) is not None and self._where(name).is_file()

    def _where(self, name: str) -> Path:
        return self.root / name[:2] / name

    def _write(self, path: Path, data: bytes, *, durable: bool) -> None:
        partial = self._partial / f"{path.name}.{os.getpid()}.{secrets.token_hex(4)}"
        self._partial.mkdir(parents=True, exist_ok=True)
        try:
            with partial.open("xb") as file:
                file.write(data)
                if durable:
                    file.flush()
                    os.fsync(file.fileno())
            partial.replace(path)
        except OSError:
            with contextlib.suppress(OSError):
                partial.unlink()
            raise
        if durable:
            _sync_folder(path.parent)

    def _sweep(self) -> None:
        """Remove what a killed process left half-written long ago."""
        for file in self._partial.iterdir():
            with contextlib.suppress(OSError):
                if time.time() - file.stat().st_mtime > _STALE_S:
                    file.unlink()


def _sync_folder(folder: Path) -> None:
    """Make a rename in the folder last; systems that cannot open a folder do without."""
    if os.name != "posix":
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
