"""Vases and potted plants."""

import numpy as np

from .. import patterns
from ..geometry import Material
from ..shapes import disc, grid, lathe
from .finish import PAINTS, curve, flat


def vase(k, rng):
    h = rng.uniform(0.16, 0.46)
    r = h * rng.uniform(0.2, 0.38, 4)
    body = curve(
        [
            (r[0], 0),
            (max(r[1], r[0]) * 1.25, h * 0.3),
            (r[2], h * 0.65),
            (r[3] * 0.55, h * 0.88),
            (r[3] * 0.75, h),
        ]
    )
    inside = body[::-1][:12] - (0.006, 0.0)
    base = [(0.001, 0.002), (r[0], 0)]
    tone = [*PAINTS, (172, 196, 206), (226, 196, 160)][k % 10]
    glaze = flat(tone, rng.choice([0.15, 0.5, 0.85]))
    if k % 3 == 2:
        stripes = patterns.rug([1, 4, 3][k // 3 % 3], k, rng, 128, 128)
        glaze = Material("glaze", texture=stripes, roughness=0.4)
    return [lathe(np.concatenate([base, body]), glaze), lathe(inside, glaze)]


def potted_plant(k, rng):
    size = rng.choice([0.35, 0.6, 1.0, 1.3])
    ph, pr = size * 0.28, size * 0.17
    pot = flat([*PAINTS, (184, 104, 72)][rng.integers(9)], rng.choice([0.3, 0.85]))
    parts = [
        lathe([(0.001, 0), (pr * 0.72, 0), (pr, ph), (pr * 0.93, ph)], pot),
        disc(pr * 0.93, ph * 0.93, flat((58, 44, 34), 0.95)),
    ]
    greens = [(70, 110, 56), (48, 92, 60), (104, 136, 70), (60, 104, 84)]
    leaf = flat(greens[k % 4], 0.55)
    other = flat(np.asarray(greens[k % 4]) * 1.22, 0.55)
    count, width = [(26, 0.05), (40, 0.022), (18, 0.085), (34, 0.035)][k % 4]
    for i in range(count):
        a = i * 2.4 + rng.normal(0, 0.15)
        length, droop = size * rng.uniform(0.5, 0.8), rng.uniform(0.15, 1.5) * [0.8, 1.0, 0.7, 0.35][k % 4]
        s = np.linspace(0, 1, 14)
        bend = droop * s
        reach = np.cumsum(np.sin(bend + 0.12)) / 14 * length
        rise = np.cumsum(np.cos(bend + 0.12)) / 14 * length
        stalk = 0.35 if k % 4 in (0, 2) else 0.0
        half = size * width * np.sin(np.pi * np.clip((s - stalk) / (1 - stalk), 0, 1)) ** 0.8 + size * 0.004
        spine = np.column_stack([reach * np.sin(a), ph * 0.95 + rise, reach * np.cos(a)])
        across = np.column_stack([np.cos(a) * half, 0.25 * half, -np.sin(a) * half])
        parts.append(
            grid(
                np.stack(
                    [
                        spine - across,
                        spine - across * [0, 1, 0] * 2,
                        spine + across * [1, -1, 1] * [1, -1, 1],
                    ],
                    1,
                ),
                leaf if i % 3 else other,
            )
        )
    return parts
