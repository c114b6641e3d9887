"""Rugs, pillows and ottomans."""

from dataclasses import replace

import numpy as np

from .. import patterns
from ..geometry import Material
from ..shapes import box, disc, grid, lathe
from .finish import PAINTS, curve, flat, stand, wooden


def rug(k, rng):
    w = rng.uniform(1.2, 2.0)
    h = w * rng.uniform(1.25, 1.55)
    cloth = Material("cloth", texture=patterns.rug(k, k + k // 8, rng), roughness=0.95)
    side = flat(patterns.PALETTES[(k + k // 8) % 12][1], 0.95)
    body = box((-w / 2, 0, -h / 2), (w / 2, 0.012, h / 2), side)
    top = grid(np.array([[[-w / 2, 0.013, z], [w / 2, 0.013, z]] for z in (h / 2, -h / 2)]), cloth)
    return [body, replace(top, normals=np.tile(np.float32([0, 1, 0]), (4, 1)))]


def round_rug(k, rng):
    r = rng.uniform(0.6, 1.0)
    cloth = Material(
        "cloth", texture=patterns.rug([7, 5, 3, 6][k % 4], k * 3 + 1, rng, 256, 256), roughness=0.95
    )
    return [
        lathe([(r, 0), (r, 0.013)], flat(patterns.PALETTES[(k * 3 + 1) % 12][1], 0.95)),
        disc(r, 0.013, cloth),
    ]


def pillow(k, rng):
    side = rng.uniform(0.38, 0.52)
    t = np.linspace(-1, 1, 33)
    x, y = np.meshgrid(t, t)
    puff = ((1 - x**4) * (1 - y**4)) ** 0.55 * 0.08
    cloth = Material("cloth", texture=patterns.rug(k, k * 5 + 1, rng, 256, 256), roughness=0.95)
    # Pinched edges, as a stuffed square has.
    scale = side / 2 * (1 - 0.06 * (1 - np.maximum(x**2, y**2)[..., None]) * 0)
    pinch = np.stack([x * (1 - 0.07 * (1 - y**2)), y * (1 - 0.07 * (1 - x**2))], -1) * scale
    front = grid(np.dstack([pinch, puff])[::-1], cloth)
    back = grid(np.dstack([pinch, -puff]), cloth)
    lean = np.array([[1, 0, 0], [0, np.cos(0.25), np.sin(0.25)], [0, -np.sin(0.25), np.cos(0.25)]])
    return stand([p.moved(lean) for p in (front, back)])


def ottoman(k, rng):
    r, h = rng.uniform(0.24, 0.4), rng.uniform(0.34, 0.44)
    cloth = Material("cloth", texture=patterns.carpet(PAINTS[(k * 3 + 2) % 8], rng), roughness=0.95)
    side = curve(
        [(r * 0.92, 0.03), (r * 1.02, h * 0.5), (r * 0.97, h * 0.88), (r * 0.8, h * 0.99), (0.001, h)]
    )
    return [lathe([(0.001, 0), (r * 0.8, 0), (r * 0.8, 0.03)], wooden(rng)), lathe(side, cloth)]
