"""Names for colours, and the other colours a product comes in."""

import numpy as np

from .geometry import Part

NAMED = {
    "white": (236, 234, 230),
    "light grey": (190, 190, 190),
    "grey": (128, 128, 130),
    "black": (36, 36, 38),
    "beige": (214, 198, 168),
    "brown": (112, 74, 48),
    "light wood": (196, 158, 112),
    "red": (168, 36, 40),
    "orange": (214, 112, 40),
    "yellow": (216, 172, 56),
    "green": (64, 112, 68),
    "olive": (112, 112, 62),
    "teal": (30, 116, 120),
    "light blue": (140, 178, 206),
    "blue": (42, 78, 150),
    "navy blue": (34, 46, 84),
    "purple": (98, 60, 124),
    "pink": (216, 140, 156),
    "light green": (146, 190, 104),
    "turquoise": (70, 186, 188),
    "dark brown": (66, 46, 36),
    "dark red": (104, 26, 30),
    "dark grey": (76, 76, 80),
    "cream": (238, 228, 200),
}
PAINTS = [
    "white",
    "black",
    "red",
    "orange",
    "yellow",
    "green",
    "teal",
    "light blue",
    "blue",
    "navy blue",
    "purple",
    "pink",
    "beige",
    "grey",
]


def main_color(parts: list[Part]) -> tuple[float, float, float]:
    """sRGB 0..1 of the material with the largest area."""
    totals: dict[str, list] = {}
    for p in parts:
        entry = totals.setdefault(p.material.name, [0.0, p.material])
        entry[0] += p.area()
    material = max(totals.values(), key=lambda e: e[0] * (0.3 if e[1].opacity < 1 else 1))[1]
    if material.texture is None:
        return tuple(material.color)
    pixels = material.texture.reshape(-1, material.texture.shape[2]).astype(float)
    if pixels.shape[1] == 4:
        pixels = pixels[pixels[:, 3] > 128] if (pixels[:, 3] > 128).any() else pixels
    return tuple(pixels[:, :3].mean(0) / 255)


def _distance(a, b) -> float:
    """Perceived difference of two sRGB colours ("redmean", 0..~765)."""
    a, b = np.asarray(a, float), np.asarray(b, float)
    r = (a[0] + b[0]) / 2
    d = (a - b) ** 2
    return float(np.sqrt((2 + r / 256) * d[0] + 4 * d[1] + (2 + (255 - r) / 256) * d[2]))


def _lab(rgb) -> np.ndarray:
    """CIE L*a*b* (D65) of an sRGB 0..255 colour."""
    c = np.asarray(rgb, float) / 255
    c = np.where(c <= 0.04045, c / 12.92, ((c + 0.055) / 1.055) ** 2.4)
    xyz = (
        np.array([[0.4124, 0.3576, 0.1805], [0.2126, 0.7152, 0.0722], [0.0193, 0.1192, 0.9505]])
        @ c
        / (0.9505, 1.0, 1.089)
    )
    f = np.where(xyz > 0.008856, np.cbrt(xyz), 7.787 * xyz + 16 / 116)
    return np.array([116 * f[1] - 16, 500 * (f[0] - f[1]), 200 * (f[1] - f[2])])


def color_name(rgb) -> str:
    """Nearest name for an sRGB 0..1 colour."""
    # Lightness counts half: a dim red is still red.
    here = _lab(np.asarray(rgb) * 255)
    return min(NAMED, key=lambda n: float(np.linalg.norm((here - _lab(NAMED[n])) * (0.5, 1, 1))))


def other_colors(rgb, count: int, rng: np.random.Generator) -> list[str]:
    """Up to `count` paint names clearly unlike `rgb` (sRGB 0..1) and unlike each other."""
    taken = [np.asarray(rgb) * 255]
    names = []
    for name in rng.permutation(PAINTS):
        if len(names) < count and min(_distance(NAMED[name], t) for t in taken) > 190:
            names.append(str(name))
            taken.append(np.asarray(NAMED[name]))
    return names
