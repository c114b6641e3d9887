"""Primitive shapes for the procedural models; metres, y up."""

import numpy as np

from .geometry import Material, Part


def grid(points: np.ndarray, material: Material) -> Part:
    """Part from an (r, c, 3) lattice; normals from its differences, uv (column, row) in 0..1."""
    rows, columns = points.shape[:2]
    du = np.gradient(points, axis=1)
    dv = np.gradient(points, axis=0)
    if np.allclose(points[:, 0], points[:, -1]):  # closed round the columns
        du[:, 0] = du[:, -1] = points[:, 1] - points[:, -2]
    normals = np.cross(dv, du)
    length = np.linalg.norm(normals, axis=2, keepdims=True)
    normals = np.where(length > 1e-12, normals / np.maximum(length, 1e-12), (0.0, 1.0, 0.0))
    u, w = np.meshgrid(np.linspace(0, 1, columns), np.linspace(1, 0, rows))
    i = (np.arange(rows - 1)[:, None] * columns + np.arange(columns - 1)).ravel()
    faces = np.concatenate(
        [np.stack([i, i + 1, i + columns], 1), np.stack([i + 1, i + columns + 1, i + columns], 1)]
    )
    return Part(
        points.reshape(-1, 3).astype(np.float32),
        normals.reshape(-1, 3).astype(np.float32),
        np.stack([u, w], -1).reshape(-1, 2).astype(np.float32),
        faces.astype(np.uint32),
        material,
    )


def box(low, high, material: Material, uv_per_metre: float | None = None) -> Part:
    """Axis-aligned box between two corners; each side's uv is 0..1, or metres times the scale."""
    low, high = np.asarray(low, float), np.asarray(high, float)
    positions, normals, uvs, faces = [], [], [], []
    for axis in range(3):
        a, b = [(1, 2), (0, 2), (0, 1)][axis]
        for side in (0, 1):
            corners = np.tile(low, (4, 1))
            corners[:, axis] = (low, high)[side][axis]
            st = np.array([[0, 0], [1, 0], [1, 1], [0, 1]], float)
            corners[:, a] = low[a] + st[:, 0] * (high - low)[a]
            corners[:, b] = low[b] + st[:, 1] * (high - low)[b]
            if axis == 0:
                st = st[:, ::-1]
            if uv_per_metre:
                size = (high - low)[[b, a]] if axis == 0 else (high - low)[[a, b]]
                st = st * size * uv_per_metre
            normal = np.zeros(3)
            normal[axis] = 2 * side - 1
            faces += [[len(positions) * 4 + k for k in t] for t in ((0, 1, 2), (0, 2, 3))]
            positions.append(corners), uvs.append(st), normals.append(np.tile(normal, (4, 1)))
    stack = [np.concatenate(x).astype(np.float32) for x in (positions, normals, uvs)]
    return Part(*stack, np.array(faces, np.uint32), material)


def lathe(profile, material: Material, steps: int = 40) -> Part:
    """Surface of revolution about y of an (n, 2) profile of (radius, height), bottom first."""
    profile = np.asarray(profile, float)
    angle = np.linspace(0, 2 * np.pi, steps + 1)
    r, y = profile[:, :1], profile[:, 1:]
    points = np.stack([r * np.sin(angle), np.broadcast_to(y, (len(r), len(angle))), r * np.cos(angle)], -1)
    points[:, -1] = points[:, 0]
    return grid(points, material)


def disc(radius: float, y: float, material: Material, steps: int = 48) -> Part:
    """Flat disc facing up; uv maps the bounding square, so a picture lies on it undistorted."""
    angle = np.linspace(0, 2 * np.pi, steps, endpoint=False)
    ring = np.stack([np.sin(angle), np.zeros(steps), np.cos(angle)], 1)
    positions = np.concatenate([[[0, 0, 0]], ring]) * radius + (0, y, 0)
    uvs = 0.5 + 0.5 * np.concatenate([[[0, 0]], np.stack([ring[:, 0], -ring[:, 2]], 1)])
    i = np.arange(steps)
    faces = np.stack([np.zeros(steps, int), 1 + i, 1 + (i + 1) % steps], 1)
    normals = np.tile([0.0, 1.0, 0.0], (steps + 1, 1))
    return Part(*(x.astype(np.float32) for x in (positions, normals, uvs)), faces.astype(np.uint32), material)


def tube(path, radius: float, material: Material, steps: int = 12) -> Part:
    """Round tube along an (n, 3) path."""
    path = np.asarray(path, float)
    tangent = np.gradient(path, axis=0)
    tangent /= np.linalg.norm(tangent, axis=1, keepdims=True)
    helper = np.array([0.3, 0.1, 0.95])
    side = np.cross(tangent, helper)
    side /= np.linalg.norm(side, axis=1, keepdims=True)
    other = np.cross(side, tangent)
    angle = np.linspace(0, 2 * np.pi, steps + 1)[None, :, None]
    points = path[:, None] + radius * (np.cos(angle) * side[:, None] + np.sin(angle) * other[:, None])
    points[:, -1] = points[:, 0]
    return grid(points, material)


STAND_UP = np.array([[1.0, 0, 0], [0, 0, 1], [0, -1, 0]]).T  # what faced up faces the viewer (+z)
