"""What hangs on walls: mirrors, clocks, prints, shelves."""

import numpy as np

from .. import patterns
from ..geometry import Material, Part
from ..shapes import box, grid
from .finish import PAINTS, books, flat, metal, stand, wooden


def _frame(outline: np.ndarray, width: float, depth: float, material) -> Part:
    """Flat moulding along a closed outline (n, 2) in x, y; its back lies on z = 0."""
    tangent = np.roll(outline, -1, 0) - np.roll(outline, 1, 0)
    out = np.stack([tangent[:, 1], -tangent[:, 0]], 1)
    out /= np.linalg.norm(out, axis=1, keepdims=True)
    rings = [(0, 0), (0, depth), (-width, depth), (-width, depth * 0.3)]
    points = np.stack([np.column_stack([outline + out * o, np.full(len(outline), z)]) for o, z in rings])
    return grid(np.concatenate([points, points[:, :1]], 1), material)


def _outline(shape: str, w: float, h: float) -> np.ndarray:
    if shape == "rect":
        t = np.linspace(0, 1, 24, endpoint=False)[:, None]
        corners = np.array([[-w / 2, -h / 2], [w / 2, -h / 2], [w / 2, h / 2], [-w / 2, h / 2]])
        return np.concatenate([corners[i] * (1 - t) + corners[(i + 1) % 4] * t for i in range(4)])
    a = np.linspace(0, 2 * np.pi, 72, endpoint=False)
    if shape == "arch":
        a = np.linspace(0, np.pi, 36)
        arc = np.column_stack([np.cos(a) * w / 2, h / 2 - w / 2 + np.sin(a) * w / 2])
        return np.concatenate([[[-w / 2, -h / 2], [0, -h / 2], [w / 2, -h / 2]], arc])
    return np.column_stack([np.cos(a) * w / 2, np.sin(a) * h / 2])


def _sheet(outline: np.ndarray, z: float, material) -> Part:
    """Flat filled outline facing +z at depth z; uv spans its bounding box."""
    low, high = outline.min(0), outline.max(0)
    points = np.concatenate([[(low + high) / 2], outline])
    n = len(outline)
    i = np.arange(n)
    faces = np.stack([np.zeros(n, int), 1 + i, 1 + (i + 1) % n], 1).astype(np.uint32)
    positions = np.column_stack([points, np.full(n + 1, z)]).astype(np.float32)
    uvs = ((points - low) / (high - low)).astype(np.float32)
    return Part(positions, np.tile(np.float32([0, 0, 1]), (n + 1, 1)), uvs, faces, material)


def mirror(k, rng):
    shape = ["round", "rect", "arch", "oval"][k % 4]
    w = rng.uniform(0.5, 0.8)
    h = {"round": w, "rect": w * rng.uniform(1.2, 1.8), "arch": w * 1.6, "oval": w * 1.4}[shape]
    outline = _outline(shape, w, h)
    glass = Material("mirror", (0.9, 0.92, 0.93), None, 0.04, 1.0)
    rim = [wooden, metal, lambda r: flat(PAINTS[r.integers(8)], 0.4)][rng.integers(3)](rng)
    return stand([_frame(outline, rng.uniform(0.02, 0.07), 0.03, rim), _sheet(outline, 0.012, glass)])


def clock(k, rng):
    w = rng.uniform(0.26, 0.5)
    outline = _outline("rect" if k % 5 == 4 else "round", w, w)
    rim = metal(rng) if k % 2 else flat(PAINTS[rng.integers(8)], 0.35)
    face = Material("dial", texture=patterns.clock_face(k, rng), roughness=0.5)
    return stand([_frame(outline, 0.018, 0.04, rim), _sheet(outline, 0.02, face)])


def art(k, rng):
    w = rng.uniform(0.45, 1.0)
    h = w * [1.3, 0.7, 1.0][k % 3]
    picture = Material(
        "print",
        texture=patterns.art(k, k * 7 + 2, rng, int(256 * min(h / w, 1)), int(256 * min(w / h, 1))),
        roughness=0.7,
    )
    outline = _outline("rect", w, h)
    rim = wooden(rng) if k % 2 else flat([(30, 30, 32), (240, 240, 236)][rng.integers(2)])
    parts = [_frame(outline, 0.022, 0.03, rim)]
    if rng.integers(2):
        parts += [_sheet(outline, 0.012, flat((246, 244, 240), 0.8)), _sheet(outline * 0.72, 0.014, picture)]
    else:
        parts += [_sheet(outline, 0.013, picture)]
    return stand(parts)


def wall_shelf(k, rng):
    w, d = rng.uniform(0.5, 1.1), rng.uniform(0.16, 0.24)
    m = wooden(rng)
    parts = [box((-w / 2, 0.06, 0), (w / 2, 0.085, d), m, 1.0)]
    if k % 2:
        parts.append(box((-w / 2, 0.32, 0), (w / 2, 0.345, d), m, 1.0))
        parts += [box((x, 0.06, 0), (x + 0.02, 0.345, d), m) for x in (-w / 2, w / 2 - 0.02)]
    else:
        parts += [
            box((x - 0.012, 0, 0), (x + 0.012, 0.06, d * 0.7), metal(rng)) for x in (-w * 0.35, w * 0.35)
        ]
    return parts + books(rng, -w / 2 + 0.05, w * rng.uniform(-0.1, 0.3), 0.085, d, 0.005)
