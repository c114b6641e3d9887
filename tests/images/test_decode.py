"""Reading pictures of every make, and refusing what is none."""

from __future__ import annotations

import io
import struct
import warnings
import zlib
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PIL import Image, features
from tests.images.conftest import encoded, photo

from shopthelook.images import PictureError, PictureLimits, picture_size, read

HAS_AVIF = bool(features.check("avif"))


def near(a: np.ndarray, b: np.ndarray, levels: float = 6) -> bool:
    return a.shape == b.shape and float(np.abs(a.astype(int) - b.astype(int)).mean()) < levels


def png_header(width: int, height: int) -> bytes:
    def chunk(kind: bytes, body: bytes) -> bytes:
        return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))

    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    body = zlib.compress(b"\0" * 1000)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", body) + chunk(b"IEND", b"")


def refused(picture: object, reason: str, limits: PictureLimits = PictureLimits()) -> str:
    with pytest.raises(PictureError) as caught:
        read(picture, limits)  # type: ignore[arg-type]
    assert caught.value.reason == reason
    return str(caught.value)


@pytest.mark.parametrize(
    "kind",
    [
        "JPEG",
        "PNG",
        "WEBP",
        "GIF",
        "BMP",
        pytest.param("AVIF", marks=pytest.mark.skipif(not HAS_AVIF, reason="no AVIF")),
    ],
)
def test_formats(kind: str) -> None:
    image = photo()
    rgb = read(encoded(image, kind))
    assert rgb.dtype == np.uint8
    assert rgb.flags.c_contiguous
    assert near(rgb, np.asarray(image), 12)


def test_a_path_a_pillow_image_and_arrays(tmp_path: Path) -> None:
    image = photo()
    want = np.asarray(image)
    path = tmp_path / "picture.jpg"  # a PNG by content: the name does not matter
    path.write_bytes(encoded(image, "PNG"))
    for picture in (path, str(path), path.read_bytes(), image, want):
        assert np.array_equal(read(picture), want)
    assert near(read(want[..., 0]), np.repeat(want[..., :1], 3, axis=2), 1)
    clear = np.dstack([want, np.zeros(want.shape[:2], np.uint8)])
    assert (read(clear) == 255).all()


def test_an_array_is_copied() -> None:
    array = np.zeros((20, 20, 3), np.uint8)
    rgb = read(array)
    rgb[:] = 9
    assert not array.any()


@pytest.mark.parametrize("orientation", range(1, 9))
def test_exif_orientation(orientation: int) -> None:
    upright = photo()
    back = {
        2: Image.Transpose.FLIP_LEFT_RIGHT,
        3: Image.Transpose.ROTATE_180,
        4: Image.Transpose.FLIP_TOP_BOTTOM,
        5: Image.Transpose.TRANSPOSE,
        6: Image.Transpose.ROTATE_90,
        7: Image.Transpose.TRANSVERSE,
        8: Image.Transpose.ROTATE_270,
    }
    stored = upright.transpose(back[orientation]) if orientation in back else upright
    exif = Image.Exif()
    exif[0x0112] = orientation
    for kind in ("JPEG", "PNG", "WEBP"):
        data = encoded(stored, kind, exif=exif)
        assert near(read(data), np.asarray(upright)), kind
        assert picture_size(data) == (60, 40)
        assert read(data, max_side=30).shape == (20, 30, 3)


@pytest.mark.parametrize("bad", [0, 9, 77])
def test_nonsense_orientation_is_ignored(bad: int) -> None:
    exif = Image.Exif()
    exif[0x0112] = bad
    assert read(encoded(photo(), exif=exif)).shape == (40, 60, 3)


@pytest.mark.filterwarnings("ignore:Corrupt EXIF")
def test_damaged_exif_does_not_cost_the_photo() -> None:
    data = encoded(photo(), exif=b"Exif\0\0II*\0\xff\xff\xff\xff garbage")
    assert read(data).shape == (40, 60, 3)


def test_transparency_goes_over_white() -> None:
    image = Image.new("RGBA", (20, 20), (200, 0, 0, 0))
    image.paste((0, 0, 200, 255), (0, 0, 10, 20))
    for kind in ("PNG", "WEBP"):
        rgb = read(encoded(image, kind, **({"lossless": True} if kind == "WEBP" else {})))
        assert rgb[5, 15].tolist() == [255, 255, 255]
        assert rgb[5, 5].tolist() == [0, 0, 200]
    half = read(encoded(Image.new("RGBA", (20, 20), (0, 0, 0, 128)), "PNG"))
    assert abs(int(half[0, 0, 0]) - 127) <= 1


def test_palette_with_transparency() -> None:
    image = Image.new("P", (20, 20), 0)
    image.putpalette([250, 0, 0, 0, 250, 0])
    image.paste(1, (0, 0, 10, 20))
    for kind in ("PNG", "GIF"):
        rgb = read(encoded(image, kind, transparency=0))
        assert rgb[5, 15].tolist() == [255, 255, 255]
        assert rgb[5, 5].tolist() == [0, 250, 0]
        assert read(encoded(image, kind, transparency=0), max_side=10).shape == (10, 10, 3)


def test_transparent_colour_of_a_png_without_alpha() -> None:
    data = encoded(Image.new("RGB", (20, 20), (1, 2, 3)), "PNG", transparency=(1, 2, 3))
    assert (read(data) == 255).all()
    grey = encoded(Image.new("L", (20, 20), 7), "PNG", transparency=7)
    assert (read(grey) == 255).all()


def test_grey_and_black_and_white() -> None:
    assert read(encoded(Image.new("L", (20, 20), 90)))[0, 0].tolist() == [90, 90, 90]
    assert read(encoded(Image.new("1", (20, 20), 1), "PNG"))[0, 0].tolist() == [255, 255, 255]
    assert read(encoded(Image.new("LA", (20, 20), (0, 0)), "PNG"))[0, 0].tolist() == [255, 255, 255]


def test_sixteen_bits() -> None:
    ramp = np.linspace(0, 65535, 32 * 32).reshape(32, 32).astype(np.uint16)
    rgb = read(encoded(Image.fromarray(ramp), "PNG"))
    assert np.abs(rgb[..., 0].astype(int) - ramp / 257).max() <= 1
    assert read(encoded(Image.fromarray(ramp), "PNG"), max_side=16).shape == (16, 16, 3)


def test_cmyk_of_both_polarities() -> None:
    red = Image.new("CMYK", (32, 32), (0, 255, 255, 0))
    data = encoded(red, quality=95)
    assert b"Adobe" in data  # written inverted, as Photoshop does
    assert near(read(data), np.full((32, 32, 3), (255, 0, 0)))
    at = data.index(b"\xff\xee")
    plain = data[:at] + data[at + 2 + int.from_bytes(data[at + 2 : at + 4], "big") :]
    assert near(read(plain), np.full((32, 32, 3), (0, 255, 255)), 256)
    assert read(plain).shape == (32, 32, 3)


@pytest.mark.parametrize("kind", ["GIF", "WEBP", "PNG"])
def test_first_frame_of_an_animation(kind: str) -> None:
    frames = [Image.new("RGB", (20, 20), c) for c in ("red", "blue", "green")]
    data = encoded(frames[0], kind, save_all=True, append_images=frames[1:], duration=100)
    assert near(read(data), np.full((20, 20, 3), (255, 0, 0)))


@pytest.mark.parametrize("kind", ["JPEG", "PNG"])
@pytest.mark.parametrize(
    ("size", "want"), [((1600, 800), (100, 200)), ((801, 1600), (200, 100)), ((90, 50), (50, 90))]
)
def test_max_side(kind: str, size: tuple[int, int], want: tuple[int, int]) -> None:
    image = photo(*size)
    rgb = read(encoded(image, kind), max_side=200)
    assert rgb.shape == (*want, 3)
    assert near(rgb, np.asarray(image.resize(want[::-1], Image.Resampling.BILINEAR)), 3)


def test_max_side_does_not_decode_all_of_a_jpeg(monkeypatch: pytest.MonkeyPatch) -> None:
    sizes = []
    load = Image.Image.load

    def spy(self: Image.Image) -> object:
        sizes.append(self.size)
        return load(self)

    data = encoded(photo(3200, 1600))
    monkeypatch.setattr(Image.Image, "load", spy)
    read(data, max_side=200)
    assert max(sizes) < (900, 450)


def test_bad_max_side() -> None:
    with pytest.raises(PictureError):
        read(photo(), max_side=0)


@pytest.mark.parametrize(
    ("data", "hint"),
    [
        (b"", "empty"),
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", "SVG"),
        (b"<?xml version='1.0'?><svg/>", "SVG"),
        (b"\n <!DOCTYPE html><html>404</html>", "web page"),
        (b"%PDF-1.7", "PDF"),
        (b"hello", "begins with"),
        (b"\0" * 5000, "begins with"),
        (b"II*\0" + b"\0" * 100, "begins with"),
    ],
)
def test_not_a_picture(data: bytes, hint: str, tmp_path: Path) -> None:
    assert hint in refused(data, "not_a_picture")
    path = tmp_path / "picture.jpg"
    path.write_bytes(data)
    refused(path, "not_a_picture")


@pytest.mark.parametrize(
    "array",
    [
        np.zeros((9, 9, 2), np.uint8),
        np.zeros((9, 9, 3)),
        np.zeros(9, np.uint8),
        np.zeros((9, 9, 9, 3), np.uint8),
    ],
)
def test_arrays_that_are_no_picture(array: np.ndarray) -> None:
    refused(array, "not_a_picture")


@pytest.mark.parametrize("thing", [None, 5, ["a"], object()])
def test_things_that_are_no_picture(thing: object) -> None:
    refused(thing, "not_a_picture")


def test_files_that_are_not_there(tmp_path: Path) -> None:
    refused(tmp_path / "absent.jpg", "not_found")
    refused(tmp_path, "not_found")
    refused("bad\0name", "unreadable")
    assert "fetch it" in refused("https://example.com/a.jpg", "not_found")


def test_too_many_bytes(tmp_path: Path) -> None:
    data = encoded(photo())
    limits = PictureLimits(max_bytes=100)
    refused(data, "too_large", limits)
    path = tmp_path / "a"
    path.write_bytes(data)
    refused(path, "too_large", limits)


@pytest.mark.parametrize("size", [(8000, 8000), (12000, 12000), (60000, 60000), (2**31 - 1, 2**31 - 1)])
def test_a_bomb_is_refused_by_its_header(size: tuple[int, int]) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", Image.DecompressionBombWarning)
        refused(png_header(*size), "too_many_pixels")
        with pytest.raises(PictureError):
            picture_size(png_header(*size))


def test_pillows_own_limit_becomes_ours(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Image, "MAX_IMAGE_PIXELS", 100)
    refused(encoded(photo()), "too_many_pixels", PictureLimits(max_pixels=10**9))


def test_pixel_limits_hold_for_arrays_and_pillow_images_too() -> None:
    limits = PictureLimits(max_pixels=100)
    refused(np.zeros((20, 20, 3), np.uint8), "too_many_pixels", limits)
    refused(Image.new("RGB", (20, 20)), "too_many_pixels", limits)
    refused(np.zeros((3, 20, 3), np.uint8), "too_small")
    refused(np.zeros((0, 20, 3), np.uint8), "too_small")
    refused(encoded(Image.new("RGB", (7, 100))), "too_small")


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "BMP", "GIF"])
def test_truncated(kind: str) -> None:
    noise = Image.fromarray(np.random.default_rng(0).integers(0, 255, (64, 64, 3), dtype=np.uint8))
    data = encoded(noise, kind)
    for share in (0.3, 0.6, 0.9):
        refused(data[: int(len(data) * share)], "truncated")


def test_a_lazy_pillow_image_that_is_damaged(tmp_path: Path) -> None:
    data = encoded(photo(200, 200), "PNG")
    image = Image.open(io.BytesIO(data[: len(data) // 2]))
    refused(image, "unreadable")


SAMPLES = {kind: encoded(photo(24, 17), kind) for kind in ("JPEG", "PNG", "WEBP", "GIF", "BMP")}
SAMPLES["animated"] = encoded(photo(24, 17), "GIF", save_all=True, append_images=[photo(24, 17, 9)])
SAMPLES["rotated"] = encoded(
    photo(24, 17), exif=b"Exif\0\0II*\0\x08\0\0\0\x01\0\x12\x01\x03\0\x01\0\0\0\x06\0\0\0\0\0\0\0"
)
if HAS_AVIF:
    SAMPLES["AVIF"] = encoded(photo(24, 17), "AVIF")


@settings(max_examples=300, suppress_health_check=[HealthCheck.too_slow], deadline=None)
@given(
    st.sampled_from(sorted(SAMPLES)),
    st.lists(st.tuples(st.integers(0, 10**6), st.integers(0, 255)), max_size=12),
    st.none() | st.integers(0, 10**6),
    st.none() | st.integers(1, 40),
)
def test_damaged_files_give_an_array_or_a_picture_error(
    name: str, edits: list[tuple[int, int]], cut: int | None, max_side: int | None
) -> None:
    data = bytearray(SAMPLES[name])
    for at, value in edits:
        data[at % len(data)] = value
    if cut is not None:
        del data[cut % len(data) :]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            rgb = read(bytes(data), PictureLimits(max_pixels=1_000_000), max_side=max_side)
        except PictureError:
            return
    assert rgb.dtype == np.uint8
    assert rgb.ndim == 3
    assert rgb.shape[2] == 3
