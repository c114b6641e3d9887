"""From whatever a picture comes as to an (h, w, 3) RGB array, with every failure a `PictureError`."""

from __future__ import annotations

import io
import os
import stat
from pathlib import Path
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray
from PIL import ExifTags, Image

from shopthelook.images.errors import DEFAULT_LIMITS, PictureError, PictureLimits
from shopthelook.images.formats import guess, looks_cut, sniff

PictureLike: TypeAlias = str | os.PathLike[str] | bytes | Image.Image | NDArray[np.uint8]
"""A path, the bytes of a file, a Pillow image, or a uint8 array (h, w), (h, w, 3) or (h, w, 4)."""

Rgb: TypeAlias = NDArray[np.uint8]
"""(h, w, 3) uint8, RGB."""

_T = Image.Transpose
_UPRIGHT = {
    2: _T.FLIP_LEFT_RIGHT,
    3: _T.ROTATE_180,
    4: _T.FLIP_TOP_BOTTOM,
    5: _T.TRANSPOSE,
    6: _T.ROTATE_270,
    7: _T.TRANSVERSE,
    8: _T.ROTATE_90,
}
_WIDE_MODES = ("I", "I;16", "I;16L", "I;16B", "I;16N")

Image.init()
# A phone's JPEG with a second picture inside opens as MPO; its first picture is the photo.
_FORMATS: list[str] = [
    name for name in ("JPEG", "MPO", "PNG", "WEBP", "GIF", "BMP", "AVIF") if name in Image.OPEN
]


def read(picture: PictureLike, limits: PictureLimits = DEFAULT_LIMITS, max_side: int | None = None) -> Rgb:
    """Decode a picture to (h, w, 3) RGB uint8, upright.

    EXIF rotation is applied, transparency goes over white, CMYK, grey, 16-bit and palettes are converted,
    of an animation the first frame is taken. Size limits are checked on the header, before any pixel is
    decoded. With `max_side` (pixels) a larger picture is scaled down so that its longer side has that
    length, which for JPEG also makes decoding faster.

    Raises `PictureError` with its reason, and nothing else, for whatever the data holds.
    """
    if max_side is not None and max_side < 1:
        raise PictureError("too_small", f"max_side must be 1 or more, not {max_side}")
    if isinstance(picture, np.ndarray):
        image = _from_array(picture, limits)
    elif isinstance(picture, Image.Image):
        _check_size(picture.size, limits)
        image = picture
    else:
        return _decode(_data(picture, limits), limits, max_side)
    try:
        return _finish(image, _orientation(image), _fitted(image.size, max_side))
    except PictureError:
        raise
    except Exception as error:  # a lazy Pillow image decodes here, see _decode
        raise PictureError("unreadable", f"the picture cannot be decoded: {error}") from error


def picture_size(
    picture: str | os.PathLike[str] | bytes, limits: PictureLimits = DEFAULT_LIMITS
) -> tuple[int, int]:
    """(width, height) in pixels of the upright picture, from the header alone. Raises `PictureError`."""
    with _open(_data(picture, limits), limits) as image:
        width, height = image.size
        return (height, width) if _orientation(image) >= 5 else (width, height)


def _data(picture: str | os.PathLike[str] | bytes, limits: PictureLimits) -> bytes:
    if isinstance(picture, (bytes, bytearray, memoryview)):
        data = bytes(picture)
    elif isinstance(picture, (str, os.PathLike)):
        data = _file(picture, limits)
    else:
        kind = type(picture).__name__
        raise PictureError(
            "not_a_picture", f"a picture is a path, bytes, a Pillow image or an array, not {kind}"
        )
    if len(data) > limits.max_bytes:
        raise PictureError(
            "too_large", f"the picture has {len(data):,} bytes, {limits.max_bytes:,} are allowed"
        )
    return data


def _file(path: str | os.PathLike[str], limits: PictureLimits) -> bytes:
    shown = str(path)[:200]
    if isinstance(path, str) and path.lower().startswith(("http://", "https://")):
        raise PictureError("not_found", f"{shown!r} is an address, not a file: fetch it first")
    try:
        with Path(path).open("rb") as file:
            if not stat.S_ISREG(os.fstat(file.fileno()).st_mode):
                raise PictureError("not_found", f"{shown!r} is not a file")
            return file.read(limits.max_bytes + 1)
    except (FileNotFoundError, NotADirectoryError, IsADirectoryError):
        raise PictureError("not_found", f"there is no picture file at {shown!r}") from None
    except (OSError, ValueError) as error:
        raise PictureError("unreadable", f"cannot read {shown!r}: {error}") from None


def _open(data: bytes, limits: PictureLimits) -> Image.Image:
    """Open the header and check it; no pixel is decoded."""
    kind = sniff(data)
    if kind is None or kind not in _FORMATS:
        what = guess(data) if kind is None else f"this Pillow has no {kind}"
        raise PictureError("not_a_picture", f"not a JPEG, PNG, WebP, GIF, BMP or AVIF picture: {what}")
    try:
        image = Image.open(io.BytesIO(data), formats=_FORMATS)
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        raise _too_many() from error
    except Exception as error:  # see _decode
        raise _broken(data, kind, error) from error
    _check_size(image.size, limits)
    return image


def _too_many() -> PictureError:
    return PictureError("too_many_pixels", "the picture has more pixels than are decoded; make it smaller")


def _decode(data: bytes, limits: PictureLimits, max_side: int | None) -> Rgb:
    image = _open(data, limits)
    try:
        orientation = _orientation(image)
        target = _fitted(image.size, max_side)
        if target != image.size:
            # JPEG decodes at 1/2, 1/4 or 1/8 for the asking; other formats ignore it.
            image.draft(image.mode, target)
        image.load()
        return _finish(image, orientation, target)
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        raise _too_many() from error
    except Exception as error:  # damaged files make Pillow's plugins raise nearly anything
        raise _broken(data, sniff(data), error) from error
    finally:
        image.close()


def _broken(data: bytes, kind: str | None, error: Exception) -> PictureError:
    if looks_cut(data, kind):
        return PictureError("truncated", f"the {kind} picture is cut short after {len(data):,} bytes")
    return PictureError("unreadable", f"the {kind} picture is damaged: {str(error)[:200]}")


def _check_size(size: tuple[int, int], limits: PictureLimits) -> None:
    width, height = size
    if width * height > limits.max_pixels:
        raise PictureError(
            "too_many_pixels",
            f"the picture has {width} x {height} pixels, at most {limits.max_pixels:,} are allowed",
        )
    if min(width, height) < limits.min_side:
        raise PictureError(
            "too_small",
            f"the picture has {width} x {height} pixels, at least {limits.min_side} a side are needed",
        )


def _from_array(array: NDArray[np.uint8], limits: PictureLimits) -> Image.Image:
    if array.dtype != np.uint8 or not (array.ndim == 2 or (array.ndim == 3 and array.shape[2] in (3, 4))):
        raise PictureError(
            "not_a_picture",
            f"a picture array is uint8 of shape (h, w), (h, w, 3) or (h, w, 4), "
            f"not {array.dtype} of shape {array.shape}",
        )
    _check_size((array.shape[1], array.shape[0]), limits)
    return Image.fromarray(np.ascontiguousarray(array))


def _orientation(image: Image.Image) -> int:
    """EXIF orientation from 1 to 8; a damaged EXIF block does not cost us a good photo."""
    if image.format == "PNG" and "exif" not in image.info:
        return 1  # asking would decode the pixels
    try:
        value = image.getexif().get(ExifTags.Base.Orientation, 1)
        return int(value) if 1 <= int(value) <= 8 else 1
    except Exception:  # noqa: BLE001
        return 1


def _finish(image: Image.Image, orientation: int, target: tuple[int, int]) -> Rgb:
    if image.size != target:
        if image.mode in ("P", "PA", "1", *_WIDE_MODES) or "transparency" in image.info:
            image = _rgb(image)
        image = image.resize(target, Image.Resampling.BILINEAR, reducing_gap=2.0)
    image = _rgb(image)
    if orientation in _UPRIGHT:
        image = image.transpose(_UPRIGHT[orientation])
    return np.array(image, dtype=np.uint8)


def _fitted(size: tuple[int, int], max_side: int | None) -> tuple[int, int]:
    if max_side is None:
        return size
    scale = min(1.0, max_side / max(size))
    return max(1, round(size[0] * scale)), max(1, round(size[1] * scale))


def _rgb(image: Image.Image) -> Image.Image:
    if image.mode == "RGB" and "transparency" not in image.info:
        return image
    if image.mode in _WIDE_MODES:
        wide = np.asarray(image, dtype=np.float64)
        # Full scale is 16 bits in every format we open.
        return Image.fromarray(np.clip(wide / 257.0 + 0.5, 0, 255).astype(np.uint8)).convert("RGB")
    if image.mode in ("RGBA", "LA", "PA", "RGBa", "La") or "transparency" in image.info:
        clear = image.convert("RGBA")
        white = Image.new("RGBA", clear.size, (255, 255, 255, 255))
        return Image.alpha_composite(white, clear).convert("RGB")
    return image.convert("RGB")
