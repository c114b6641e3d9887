"""Materials and small parts that several procedural models share."""

import numpy as np
from scipy.interpolate import PchipInterpolator

from .. import patterns
from ..geometry import Material, bounds
from ..shapes import box

WOODS = [(176, 132, 88), (120, 78, 50), (206, 172, 128), (72, 50, 40), (226, 222, 214), (52, 52, 56)]
PAINTS = [
    (236, 234, 228),
    (38, 40, 44),
    (62, 96, 88),
    (38, 58, 92),
    (190, 94, 66),
    (214, 168, 72),
    (150, 160, 152),
    (196, 150, 150),
]


def flat(rgb, roughness=0.6, metallic=0.0) -> Material:
    return Material("paint", tuple(np.asarray(rgb) / 255.0), None, roughness, metallic)


def wooden(rng) -> Material:
    tone = WOODS[rng.integers(len(WOODS))]
    return Material("wood", tuple(np.asarray(tone) / 255), patterns.wood(tone, rng), 0.5)


def metal(rng) -> Material:
    return flat([(196, 160, 96), (200, 202, 206), (34, 34, 36), (182, 120, 90)][rng.integers(4)], 0.32, 0.8)


def stand(parts):
    low, _ = bounds(parts)
    return [p.shifted((0, -low[1], 0)) for p in parts]


def curve(points, n=40):
    points = np.asarray(points, float)
    t = np.linspace(0, 1, len(points))
    return PchipInterpolator(t, points)(np.linspace(0, 1, n))


def books(rng, x0, x1, y, depth, z):
    parts, x = [], x0
    while x < x1 - 0.05 and rng.uniform() < 0.93:
        w, h = rng.uniform(0.015, 0.045), rng.uniform(0.17, 0.26)
        cover = flat(np.asarray(patterns.PALETTES[rng.integers(12)][1]) * rng.uniform(0.7, 1.2), 0.7)
        parts.append(box((x, y, z), (x + w, y + h, z + depth * rng.uniform(0.6, 0.8)), cover))
        x += w + 0.001
    return parts
