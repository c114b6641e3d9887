"""Triangle meshes with a material: what every model, loaded or procedural, is made of."""

from dataclasses import dataclass, field, replace

import numpy as np


@dataclass(frozen=True)
class Material:
    """Surface look. `color` is sRGB in 0..1; `texture` (h, w, 3 or 4) uint8 sRGB replaces it."""

    name: str = ""
    color: tuple[float, float, float] = (0.7, 0.7, 0.7)
    texture: np.ndarray | None = field(default=None, compare=False)
    roughness: float = 0.6
    metallic: float = 0.0
    opacity: float = 1.0


@dataclass(frozen=True)
class Part:
    """One material's triangles: positions, normals (n, 3), uvs (n, 2) float32, faces (m, 3) uint32."""

    positions: np.ndarray
    normals: np.ndarray
    uvs: np.ndarray
    faces: np.ndarray
    material: Material

    def area(self) -> float:
        """Total triangle area, in squared units of the positions."""
        a, b, c = (self.positions[self.faces[:, i]] for i in range(3))
        return float(np.linalg.norm(np.cross(b - a, c - a), axis=1).sum() / 2)

    def moved(self, matrix: np.ndarray, offset=(0.0, 0.0, 0.0)) -> "Part":
        """The part under x -> matrix @ x + offset; normals follow the inverse transpose."""
        matrix = np.asarray(matrix, np.float64)
        positions = self.positions @ matrix.T.astype(np.float32) + np.asarray(offset, np.float32)
        normals = self.normals @ np.linalg.inv(matrix).astype(np.float32)
        if not np.allclose(matrix @ matrix.T, np.eye(3), atol=1e-5):
            normals /= np.maximum(np.linalg.norm(normals, axis=1, keepdims=True), 1e-9)
        return replace(self, positions=positions, normals=normals)

    def shifted(self, offset) -> "Part":
        """The part moved by `offset` (3,)."""
        return replace(self, positions=self.positions + np.asarray(offset, np.float32))


def bounds(parts: list[Part]) -> tuple[np.ndarray, np.ndarray]:
    """Lowest and highest corner (3,), (3,) over all parts."""
    low = np.min([p.positions.min(0) for p in parts], axis=0)
    return low, np.max([p.positions.max(0) for p in parts], axis=0)


def turn_y(angle: float) -> np.ndarray:
    """(3, 3) rotation about the up axis by `angle` radians; +z turns towards +x."""
    c, s = np.cos(angle), np.sin(angle)
    return np.array([[c, 0, s], [0, 1, 0], [-s, 0, c]])


def fit(parts: list[Part], size: tuple[float, float, float]) -> list[Part]:
    """Scale to `size` metres (x, y, z), centre on x = z = 0 and stand on y = 0."""
    low, high = bounds(parts)
    scale = np.asarray(size) / np.maximum(high - low, 1e-6)
    middle = (low + high) / 2
    offset = -np.array([middle[0], low[1], middle[2]]) * scale
    return [p.moved(np.diag(scale), offset) for p in parts]
