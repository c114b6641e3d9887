"""Real photos in every format, damaged in the ways that disks, networks and people damage files."""

from __future__ import annotations

import io
import warnings
from collections.abc import Callable
from functools import cache
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PIL import Image, features

from shopthelook.images import PictureError, PictureLimits, picture_size, read

PHOTO = Path(__file__).parents[2] / "demo" / "scenes" / "room-001.webp"
LIMITS = PictureLimits(max_bytes=2_000_000, max_pixels=400_000)


def saved(image: Image.Image, kind: str, **options: object) -> bytes:
    out = io.BytesIO()
    image.save(out, kind, **options)
    return out.getvalue()


@cache
def files() -> dict[str, bytes]:
    """A real photo, small enough to be damaged often, in each kind of file that is taken."""
    photo = Image.open(PHOTO).convert("RGB")
    photo.thumbnail((200, 200))
    later = photo.transpose(Image.Transpose.ROTATE_180)
    clear = photo.copy()
    clear.putalpha(photo.convert("L"))
    exif = Image.Exif()
    exif[0x0112] = 6
    exif[0x010F] = "A maker"
    wide = Image.fromarray(np.asarray(photo.convert("L")).astype(np.uint16) * 257)
    more = {"save_all": True, "append_images": [later], "duration": 90}
    found = {
        "webp as it is": PHOTO.read_bytes(),
        "webp": saved(photo, "WEBP"),
        "webp lossless, clear": saved(clear, "WEBP", lossless=True),
        "webp animated": saved(photo, "WEBP", **more),
        "jpeg": saved(photo, "JPEG", exif=exif),
        "jpeg progressive": saved(photo, "JPEG", progressive=True, optimize=True),
        "jpeg cmyk": saved(photo.convert("CMYK"), "JPEG"),
        "jpeg grey": saved(photo.convert("L"), "JPEG"),
        "jpeg of two": saved(photo, "MPO", save_all=True, append_images=[later]),
        "png": saved(photo, "PNG", exif=exif),
        "png clear": saved(clear, "PNG"),
        "png palette": saved(photo.quantize(64), "PNG", transparency=3),
        "png wide": saved(wide, "PNG"),
        "png animated": saved(photo, "PNG", **more),
        "gif": saved(photo, "GIF"),
        "gif animated": saved(photo, "GIF", **more),
        "bmp": saved(photo, "BMP"),
        "bmp palette": saved(photo.quantize(16), "BMP"),
    }
    if features.check("avif"):
        found["avif"] = saved(photo, "AVIF", exif=exif)
        found["avif animated"] = saved(photo, "AVIF", **more)
    return found


NAMES = sorted(files())
Damage = tuple[str, int, int, int]
PLACE, SIZE = st.integers(0, 2**20), st.integers(1, 600)
# The head of a file is where lengths, sizes and tables are.
EARLY = st.integers(0, 300)


@st.composite
def damages(draw: st.DrawFn) -> list[Damage]:
    """Up to eight of: bytes set, filled, cut out, repeated, moved; numbers made huge; the end missing."""
    kinds = st.sampled_from(["set", "fill", "cut", "repeat", "move", "huge", "end", "flip"])
    one = st.tuples(kinds, st.one_of(EARLY, PLACE), SIZE, st.integers(0, 255))
    return draw(st.lists(one, min_size=1, max_size=8))


def damaged(data: bytes, changes: list[Damage]) -> bytes:
    """The bytes after each of the changes."""
    now = bytearray(data)
    ways: dict[str, Callable[[int, int, int], None]] = {
        "set": lambda at, size, value: now.__setitem__(at, value),
        "flip": lambda at, size, value: now.__setitem__(at, now[at] ^ (1 << value % 8)),
        "fill": lambda at, size, value: now.__setitem__(slice(at, at + size), bytes([value]) * size),
        "cut": lambda at, size, value: now.__delitem__(slice(at, at + size)),
        "repeat": lambda at, size, value: now.__setitem__(slice(at, at), now[at : at + size] * (1 + value % 9)),
        "move": lambda at, size, value: now.__setitem__(slice(at, at + size), now[value * 37 : value * 37 + size]),
        "huge": lambda at, size, value: now.__setitem__(slice(at, at + 4), (b"\xff\xff\xff\xff", b"\x7f\xff\xff\xff",
                                                                            b"\x80\0\0\0", b"\0\0\0\0")[value % 4]),
        "end": lambda at, size, value: now.__delitem__(slice(at, None)),
    }  # fmt: skip
    for kind, place, size, value in changes:
        if now:
            ways[kind](place % len(now), size, value)
    return bytes(now)


def decodes(data: bytes, max_side: int | None = None) -> bool:
    """Whether the picture can be read; what cannot has to end in a `PictureError`, and in nothing else."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            size = picture_size(data, LIMITS)
        except PictureError:
            with pytest.raises(PictureError):
                read(data, LIMITS, max_side=max_side)
            return False
        try:
            rgb = read(data, LIMITS, max_side=max_side)
        except PictureError:
            return False
    assert (rgb.dtype, rgb.ndim, rgb.shape[2]) == (np.uint8, 3, 3)
    assert rgb.shape[0] * rgb.shape[1] <= LIMITS.max_pixels
    if max_side is None:
        assert size == (rgb.shape[1], rgb.shape[0])
    else:
        assert max(rgb.shape) <= max(max_side, 3)
    return True


@pytest.mark.parametrize("name", NAMES)
def test_undamaged_files_are_read(name: str) -> None:
    assert decodes(files()[name])


@pytest.mark.parametrize("name", NAMES)
@settings(
    max_examples=40, deadline=None, derandomize=True, database=None, suppress_health_check=list(HealthCheck)
)
@given(changes=damages(), max_side=st.sampled_from([None, None, 1, 50, 190, 3000]))
def test_damaged_files_are_read_or_refused(name: str, changes: list[Damage], max_side: int | None) -> None:
    decodes(damaged(files()[name], changes), max_side)


@settings(
    max_examples=150, deadline=None, derandomize=True, database=None, suppress_health_check=list(HealthCheck)
)
@given(st.sampled_from(NAMES), st.sampled_from(NAMES), PLACE, PLACE)
def test_the_head_of_one_file_and_the_rest_of_another(first: str, second: str, end: int, start: int) -> None:
    head, tail = files()[first], files()[second]
    decodes(head[: end % len(head)] + tail[start % len(tail) :])


@pytest.mark.parametrize("name", NAMES)
def test_files_cut_at_every_place_of_their_head(name: str) -> None:
    data = files()[name]
    for end in [*range(0, 120), *range(120, len(data), max(1, len(data) // 40))]:
        decodes(data[:end])
