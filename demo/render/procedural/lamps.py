"""Table, floor and pendant lamps."""

import numpy as np

from ..geometry import bounds
from ..shapes import lathe, tube
from .finish import PAINTS, curve, flat, metal, wooden


def _shade(rng, r, y0, y1, squeeze):
    tone = [(244, 236, 220), (250, 248, 244), (208, 120, 84), (60, 74, 96), (222, 190, 120), (48, 48, 50)][
        rng.integers(6)
    ]
    cloth = flat(tone, 0.9)
    return [
        lathe([(r, y0), (r * squeeze, y1)], cloth),
        lathe([(r * squeeze * 0.97, y1), (r * 0.97, y0)], flat((255, 246, 226), 0.9)),
    ]


def table_lamp(k, rng):
    h = rng.uniform(0.38, 0.62)
    foot = h * rng.uniform(0.5, 0.62)
    r = h * rng.uniform(0.26, 0.36)
    base = [metal, lambda _: flat(PAINTS[k % 8], 0.25), wooden][k % 3](rng)
    if k % 2:
        w = foot * rng.uniform(0.25, 0.4)
        profile = curve([(w * 0.7, 0), (w, foot * 0.35), (w * 0.5, foot * 0.75), (0.02, foot)])
        stem = [lathe(np.concatenate([[(0.001, 0)], profile]), base)]
    else:
        stem = [lathe([(r * 0.55, 0), (r * 0.55, 0.02), (0.012, 0.025), (0.012, foot)], base)]
    return [
        *stem,
        lathe([(0.01, foot), (0.01, foot + 0.08)], base),
        *_shade(rng, r, foot, h, rng.uniform(0.5, 1.0)),
    ]


def floor_lamp(k, rng):
    h = rng.uniform(1.35, 1.75)
    r = rng.uniform(0.16, 0.27)
    base = metal(rng) if k % 3 else wooden(rng)
    if k % 4 == 1:  # arc
        t = np.linspace(0, 1, 24)[:, None]
        path = np.concatenate(
            [
                np.zeros((6, 3)) + np.linspace(0.03, h * 0.7, 6)[:, None] * [0, 1, 0],
                np.column_stack([0.75 * t[1:, 0], h * (0.7 + 0.3 * np.sin(t[1:, 0] * 2.2)), 0 * t[1:, 0]]),
            ]
        )
        end = path[-1]
        hood = lathe([(0.16, -0.16), (0.14, -0.08), (0.07, -0.01), (0.005, 0)], base).shifted(end)
        parts = [
            lathe([(0.001, 0), (0.17, 0), (0.17, 0.03), (0.001, 0.03)], base),
            tube(path, 0.012, base),
            hood,
        ]
        low, high = bounds(parts)
        return [p.shifted((-(low[0] + high[0]) / 2, 0, 0)) for p in parts]
    if k % 4 == 3:  # tripod
        top = h * 0.76
        legs = [
            tube(
                np.linspace(
                    (0.03 * np.sin(a), top, 0.03 * np.cos(a)), (0.3 * np.sin(a), 0, 0.3 * np.cos(a)), 4
                ),
                0.014,
                base,
            )
            for a in (0.3, 2.4, 4.5)
        ]
        return [
            *legs,
            lathe([(0.012, top), (0.012, top + 0.06)], base),
            *_shade(rng, r, top, h, rng.uniform(0.6, 1.0)),
        ]
    stem = lathe(
        [(0.001, 0), (0.15, 0), (0.15, 0.022), (0.012, 0.03), (0.012, h - 0.1), (0.001, h - 0.1)], base
    )
    return [stem, *_shade(rng, r, h - rng.uniform(0.24, 0.34), h, rng.uniform(0.5, 1.0))]


def pendant(k, rng):
    r, drop = rng.uniform(0.14, 0.3), rng.uniform(0.5, 0.8)
    tone = flat(PAINTS[k % 8], 0.35) if k % 2 else metal(rng)
    if k % 3 == 0:
        shade = lathe(
            [(0.06, 0.02), *[(r * np.sin(a), r - r * np.cos(a)) for a in np.linspace(0.35, np.pi, 20)]],
            flat((250, 246, 236), 0.6),
        )
        top = 2 * r
    elif k % 3 == 1:
        shade = lathe(
            [(r, 0), (r * 0.9, r * 0.35), (r * 0.35, r * 0.75), (0.03, r * 0.85), (0.005, r * 0.86)], tone
        )
        top = r * 0.85
    else:
        shade = lathe([(r * 0.6, 0), (r * 0.6, r), (0.02, r * 1.25), (0.005, r * 1.25)], tone)
        top = r * 1.25
    return [
        shade,
        lathe([(0.005, top), (0.005, top + drop)], flat((30, 30, 30))),
        lathe([(0.05, top + drop - 0.02), (0.05, top + drop), (0.001, top + drop)], tone),
    ]
