"""The plain colour that most of a thing has, by its pixels: a label where nobody gave one."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

# Shades that are called by each name, in sRGB: those of cloth and paint in photos, which are duller than a screen's.
_SHADES = {
    "Black": ((18, 18, 20), (42, 42, 46)),
    "White": ((245, 244, 242), (222, 222, 224)),
    "Gray": ((180, 180, 182), (135, 135, 138), (90, 92, 96)),
    "Red": ((180, 30, 40), (215, 45, 45), (115, 25, 35)),
    "Orange": ((225, 115, 40), (240, 150, 80)),
    "Yellow": ((235, 200, 60), (240, 225, 130)),
    "Green": ((50, 120, 65), (110, 115, 65), (150, 190, 110), (30, 70, 50)),
    "Blue": ((45, 80, 155), (32, 42, 80), (135, 170, 210), (30, 115, 125), (90, 110, 145)),
    "Purple": ((95, 60, 125), (165, 135, 195), (75, 40, 80)),
    "Pink": ((225, 150, 165), (220, 75, 135), (240, 200, 205)),
    "Brown": ((112, 72, 46), (66, 46, 36), (150, 100, 65)),
    "Beige": ((215, 198, 168), (190, 165, 130), (238, 228, 205)),
}
LEAST = 0.5  # share of the pixels that have one name; below it a thing has no one colour
SAMPLED = 4000  # pixels looked at


def main_color(pixels: NDArray[np.uint8]) -> str | None:
    """The name of the colour that at least half of the pixels (n, 3) have, None where none does.

    Each pixel has the name of the nearest shade in CIE L*a*b*, where lightness counts half: a red in the shade is red.
    """
    if not len(pixels):
        return None
    seen = _lab(pixels[:: max(1, len(pixels) // SAMPLED)])
    nearest = ((seen[:, None] - _POINTS) * (0.5, 1, 1)) ** 2
    counts = np.bincount(_OWNERS[nearest.sum(2).argmin(1)], minlength=len(_SHADES))
    most = int(counts.argmax())
    return [*_SHADES][most] if counts[most] >= LEAST * len(seen) else None


def _lab(rgb: NDArray[np.uint8]) -> NDArray[np.float64]:
    """sRGB (n, 3) in CIE L*a*b* under D65 (IEC 61966-2-1 and CIE 15)."""
    share = rgb / 255
    linear = np.where(share <= 0.04045, share / 12.92, ((share + 0.055) / 1.055) ** 2.4)
    xyz = linear @ _XYZ.T / (0.9505, 1.0, 1.089)
    f = np.where(xyz > (6 / 29) ** 3, np.cbrt(xyz), xyz * (29 / 6) ** 2 / 3 + 4 / 29)
    found: NDArray[np.float64] = np.stack(
        [116 * f[:, 1] - 16, 500 * (f[:, 0] - f[:, 1]), 200 * (f[:, 1] - f[:, 2])], 1
    )
    return found


_XYZ = np.array([[0.4124, 0.3576, 0.1805], [0.2126, 0.7152, 0.0722], [0.0193, 0.1192, 0.9505]])
_POINTS = _lab(np.array([shade for shades in _SHADES.values() for shade in shades], np.uint8))
_OWNERS = np.array([i for i, shades in enumerate(_SHADES.values()) for _ in shades])
