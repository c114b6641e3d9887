"""A shop's pictures, named by the hash of their bytes, and their sizes."""

from __future__ import annotations

import hashlib
import os
import re
import threading
from dataclasses import dataclass
from pathlib import Path

from shopthelook.images.errors import DEFAULT_LIMITS, PictureError, PictureLimits, PictureStoreError
from shopthelook.images.kept_sizes import KeptSizes
from shopthelook.images.later import Later
from shopthelook.images.places import Folder, Place
from shopthelook.images.sizes import CAN_AVIF, WIDTHS, SizeKind, encoded, reduced

_HASH = re.compile(r"[0-9a-f]{64}")
# An AVIF that is hardly smaller is not kept: browsers decode WebP faster.
_WORTH = 0.95


def content_hash(data: bytes) -> str:
    """SHA-256 of the bytes, 64 lower-case hex digits."""
    return hashlib.sha256(data).hexdigest()


@dataclass(frozen=True, slots=True)
class Size:
    """A picture reduced to a width.

    Attributes:
        data: the file.
        kind: "webp" or "avif".
        last: whether the same question will be answered so from now on; False while a smaller file may come.
    """

    data: bytes
    kind: SizeKind
    last: bool = True


class PictureStore:
    """Pictures in a folder or in a store elsewhere, each named by its content hash. Threads and processes may share it.

    Args:
        place: where pictures lie; a path is a folder of this machine, made if needed.
        limits: guards the decoding for sizes.
        sizes: the folder in which sizes are kept; without it each is made anew.
        sizes_max_bytes: the room on the disk that they may take.
        avif: whether AVIF is made for those who can show it.
    """

    def __init__(
        self,
        place: str | os.PathLike[str] | Place,
        limits: PictureLimits = DEFAULT_LIMITS,
        *,
        sizes: Path | None = None,
        sizes_max_bytes: int = 2_000_000_000,
        avif: bool = True,
    ) -> None:
        self.place: Place = Folder(Path(place)) if isinstance(place, (str, os.PathLike)) else place
        self.later = Later()
        self._limits = limits
        self._sizes = None if sizes is None else KeptSizes(sizes, sizes_max_bytes, self.later)
        self._avif = avif and CAN_AVIF
        # A picture that many ask for at once is reduced once; two that share a lock wait for each other, no more.
        self._making = [threading.Lock() for _ in range(64)]

    def put(self, data: bytes) -> str:
        """Keep the bytes and return their content hash. Once it returns, they survive a power cut.

        Raises `PictureStoreError`; nothing is left of the picture then.
        """
        name = content_hash(data)
        self.place.write(name, data)
        return name

    def where(self, name: str) -> str:
        """The picture's path or address, for people. Raises `PictureError` (not_found)."""
        return self.place.where(_checked(name))

    def path(self, name: str) -> Path:
        """Where the picture with this hash lies on the disk.

        Raises `PictureError` (not_found), `PictureStoreError` where pictures are not in a folder.
        """
        if not isinstance(self.place, Folder):
            raise PictureStoreError(f"{self.place.where(_checked(name))} is not in a folder of this machine")
        path = self.place.path(_checked(name))
        if not path.is_file():
            raise PictureError("not_found", f"there is no picture {name}")
        return path

    def data(self, name: str) -> bytes:
        """The bytes of the picture with this hash. Raises `PictureError` (not_found), `PictureStoreError`."""
        try:
            return self.place.read(_checked(name))
        except FileNotFoundError:
            raise PictureError("not_found", f"there is no picture {name}") from None

    def size(self, name: str, width: int, *, avif: bool = False) -> Size:
        """The picture `width` pixels wide (160, 320, 640 or 1280), or less where it is smaller.

        WebP, made when first asked for and kept. With `avif`, for who can show it, AVIF where it is there; it takes
        many times as long to make, so that is done later and only for sizes that are asked for more than once.

        Raises `PictureError`, `PictureStoreError`.
        """
        if width not in WIDTHS:
            widths = ", ".join(map(str, WIDTHS))
            raise PictureError("not_found", f"pictures are {widths} pixels wide, not {width}")
        _checked(name)
        kept = self._sizes
        small = kept.read(name, width, "avif") if kept is not None and avif and self._avif else None
        if small:
            return Size(small, "avif")
        data = None if kept is None else kept.read(name, width, "webp")
        awaited = kept is not None and avif and self._avif and small is None
        # A power cut may leave an empty file.
        if not data:
            data = self._make(name, width)
        elif awaited:
            size = len(data)
            self.later.add((name, width), lambda: self._make_avif(name, width, size))
        return Size(data, "webp", last=not (awaited and kept is not None and kept.works))

    def thumbnail(self, name: str, width: int) -> bytes:
        """The size of that width as WebP. Raises as `size`."""
        return self.size(name, width).data

    def close(self) -> None:
        """Stop to make sizes that nobody waits for."""
        self.later.close()

    def _make(self, name: str, width: int) -> bytes:
        with self._making[hash((name, width)) % len(self._making)]:
            found = None if self._sizes is None else self._sizes.read(name, width, "webp")
            if not found:
                found = encoded(reduced(self.data(name), width, self._limits), "webp")
                if self._sizes is not None:
                    self._sizes.write(name, width, "webp", found)
            return found

    def _make_avif(self, name: str, width: int, webp: int) -> None:
        if self._sizes is None or self._sizes.read(name, width, "avif") is not None:
            return
        made = encoded(reduced(self.data(name), width, self._limits), "avif")
        # An empty file says that it was tried.
        self._sizes.write(name, width, "avif", made if len(made) < _WORTH * webp else b"")

    def __contains__(self, name: str) -> bool:
        return _HASH.fullmatch(name) is not None and self.place.has(name)


def _checked(name: str) -> str:
    if not _HASH.fullmatch(name):
        raise PictureError("not_found", f"a picture's hash is 64 hex digits, not {name[:80]!r}")
    return name
