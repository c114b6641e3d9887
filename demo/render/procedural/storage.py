"""Bookcases, cupboards and side tables."""

import numpy as np

from ..shapes import box, disc, lathe
from .finish import PAINTS, books, flat, metal, wooden


def _carcase(w, h, d, columns, rows, material, back, t=0.02, foot=0.0):
    parts = [box((-w / 2, foot, -d / 2), (w / 2, h, -d / 2 + 0.008), back)]
    for x in np.linspace(-w / 2, w / 2 - t, columns + 1):
        parts.append(box((x, foot, -d / 2), (x + t, h, d / 2), material, 1.0))
    for y in np.linspace(foot, h - t, rows + 1):
        parts.append(box((-w / 2, y, -d / 2), (w / 2, y + t, d / 2), material, 1.0))
    return parts


def _legs(w, d, h, material, inset=0.05):
    return [
        box((x - 0.02, 0, z - 0.02), (x + 0.02, h, z + 0.02), material)
        for x in (-w / 2 + inset, w / 2 - inset)
        for z in (-d / 2 + inset, d / 2 - inset)
    ]


def _cupboard(w, h, d, foot, columns, rows, body, front, knob, open_cells=()):
    parts = _carcase(w, h, d, columns, rows, body, body, foot=foot) + _legs(
        w, d, foot, knob if foot > 0.1 else body
    )
    cw, ch = (w - 0.02) / columns, (h - foot - 0.02) / rows
    for i in range(columns):
        for j in range(rows):
            if (i, j) in open_cells:
                continue
            x, y = -w / 2 + 0.013 + i * cw, foot + 0.013 + j * ch
            parts.append(
                box((x, y, d / 2 - 0.02), (x + cw - 0.006, y + ch - 0.006, d / 2 + 0.006), front, 1.0)
            )
            parts.append(
                box(
                    (x + cw / 2 - 0.04, y + ch * 0.7, d / 2),
                    (x + cw / 2 + 0.04, y + ch * 0.7 + 0.012, d / 2 + 0.025),
                    knob,
                )
            )
    return parts


def _two_tone(k, rng):
    body = wooden(rng)
    return body, (flat(PAINTS[k % 8], 0.45) if k % 2 else body), metal(rng)


def bookcase(_k, rng):
    columns, rows = int(rng.integers(1, 4)), int(rng.integers(3, 6))
    w, h, d = 0.4 * columns + 0.3, 0.35 * rows + 0.02, rng.uniform(0.26, 0.36)
    m = wooden(rng)
    parts = _carcase(w, h, d, columns, rows, m, m)
    for i in range(columns):
        for j in range(rows):
            if rng.uniform() < 0.75:
                cell = (w - 0.02) / columns
                x = -w / 2 + 0.022 + i * cell
                parts += books(
                    rng,
                    x,
                    x + (cell - 0.03) * rng.uniform(0.4, 1),
                    (h - 0.02) / rows * j + 0.02,
                    d,
                    -d / 2 + 0.01,
                )
    return parts


def sideboard(k, rng):
    w, h, d = rng.uniform(1.1, 1.8), rng.uniform(0.7, 0.92), rng.uniform(0.38, 0.48)
    return _cupboard(
        w,
        h,
        d,
        rng.choice([0.06, 0.16]),
        int(rng.integers(2, 5)),
        int(rng.integers(1, 4)),
        *_two_tone(k, rng),
    )


def tv_stand(k, rng):
    w, h, d = rng.uniform(1.2, 1.9), rng.uniform(0.4, 0.55), rng.uniform(0.38, 0.46)
    return _cupboard(
        w, h, d, rng.choice([0.05, 0.14]), 3, 1 + k % 2, *_two_tone(k, rng), open_cells={(1, 0), (1, 1)}
    )


def nightstand(k, rng):
    w, h = rng.uniform(0.4, 0.52), rng.uniform(0.45, 0.6)
    return _cupboard(w, h, 0.4, rng.choice([0.06, 0.18]), 1, int(rng.integers(1, 4)), *_two_tone(k, rng))


def side_table(k, rng):
    h, r = rng.uniform(0.42, 0.6), rng.uniform(0.2, 0.3)
    top, leg = wooden(rng), metal(rng)
    if k % 2:
        return [box((-r, h - 0.025, -r), (r, h, r), top, 1.0), *_legs(2 * r, 2 * r, h - 0.025, leg, 0.03)]
    stem = lathe([(0.001, 0), (r * 0.7, 0), (r * 0.7, 0.018), (0.016, 0.03), (0.016, h - 0.02)], leg)
    return [stem, lathe([(0.02, h - 0.025), (r, h - 0.025), (r, h)], top), disc(r, h, top)]
