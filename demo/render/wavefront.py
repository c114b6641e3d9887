"""Reader of Wavefront OBJ + MTL as the furniture libraries use them."""

import re
from pathlib import Path

import mapbox_earcut
import numpy as np
from PIL import Image

from .geometry import Material, Part

TEXTURE_SIDE = 512
CREASE = np.cos(np.radians(40))
GLASS = re.compile(r"glass|vidrio|verre|cristal|crystal", re.I)
METAL = re.compile(r"metal|chrome|steel|alum|inox|iron|brass|gold|silver|acero|cromo", re.I)


def read_texture(path: Path) -> np.ndarray | None:
    """(h, w, 3 or 4) uint8 at most TEXTURE_SIDE a side, or None where the file is missing."""
    if not path.is_file():
        named = {p.name.lower(): p for p in path.parent.glob("*")} if path.parent.is_dir() else {}
        if path.name.lower() not in named:
            return None
        path = named[path.name.lower()]
    image = Image.open(path)
    image = image.convert("RGBA" if "A" in image.getbands() or "transparency" in image.info else "RGB")
    image.thumbnail((TEXTURE_SIDE, TEXTURE_SIDE), Image.Resampling.LANCZOS)
    pixels = np.asarray(image)
    if pixels.shape[2] == 4 and pixels[..., 3].min() == 255:
        pixels = pixels[..., :3]
    return pixels


def read_materials(path: Path) -> dict[str, Material]:
    """Materials by name; an unreadable file gives none."""
    if not path.is_file():
        return {}
    raw: dict[str, dict] = {}
    current: dict = {}
    for line in path.read_text("latin1").splitlines():
        words = line.split()
        if not words or words[0].startswith("#"):
            continue
        if words[0] == "newmtl":
            current = raw.setdefault(line.strip()[7:].strip(), {})
        else:
            current[words[0].lower()] = words[1:]
    return {name: _material(name, entry, path.parent) for name, entry in raw.items()}


def _material(name: str, entry: dict, folder: Path) -> Material:
    def numbers(key, default):
        try:
            return [float(x) for x in entry[key]]
        except (KeyError, ValueError):
            return default

    color = tuple(np.clip((numbers("kd", [0.7]) * 3)[:3], 0.0, 1.0))
    specular = float(np.clip(np.mean(numbers("ks", [0.0])), 0.0, 1.0))
    shine = max(numbers("ns", [1.0])[0], 1.0)
    opacity = float(np.clip(numbers("d", [1.0])[0], 0.0, 1.0))
    if "d" not in entry and "tr" in entry:
        opacity = 1.0 - float(np.clip(numbers("tr", [0.0])[0], 0.0, 1.0))
    texture = None
    if entry.get("map_kd"):
        words = entry["map_kd"]
        while len(words) > 1 and re.fullmatch(r"-\w+|[-\d.]+|on|off", words[0]):
            words = words[1:]
        texture = read_texture(folder / " ".join(words).replace("\\", "/"))
    roughness = float(np.clip((2.0 / (shine + 2.0)) ** 0.25 if specular > 0.02 else 0.9, 0.18, 0.95))
    if opacity < 1.0 or GLASS.search(name):
        opacity, roughness = float(np.clip(opacity, 0.18, 0.85)), 0.15
    metallic = 0.0
    if texture is None and METAL.search(name) and np.ptp(color) < 0.25:
        # Black metal renders as a hole: these files paint chrome dark and leave the rest to Ks.
        metallic, color = 0.85, tuple(np.clip(np.asarray(color), 0.3, 0.92))
        roughness = min(roughness, 0.4)
    return Material(name, color, texture, roughness, metallic, opacity)


def read_model(path: Path) -> list[Part]:
    """Parts of an OBJ file, one per material, in the file's own units and axes."""
    v, vt, vn, library = [], [], [], {}
    polygons: dict[str, list] = {}
    current = polygons.setdefault("", [])
    for line in path.read_text("latin1").replace("\\\n", " ").splitlines():
        head, _, rest = line.strip().partition(" ")
        if head == "v":
            v.append([float(x) for x in rest.split()[:3]])
        elif head == "vt":
            vt.append([float(x) for x in rest.split()[:2]])
        elif head == "vn":
            vn.append([float(x) for x in rest.split()[:3]])
        elif head == "f":
            current.append([_corner(w, len(v), len(vt), len(vn)) for w in rest.split()])
        elif head == "usemtl":
            current = polygons.setdefault(rest.strip(), [])
        elif head == "mtllib":
            library.update(read_materials(path.parent / rest.strip()))
    v = np.array(v, np.float64)
    vt = np.array(vt or [[0, 0]], np.float64)
    vn = np.array(vn or [[0, 1, 0]], np.float64)
    return [
        _part(faces, v, vt, vn, library.get(name, Material(name)))
        for name, faces in polygons.items()
        if faces
    ]


def _corner(word: str, n_v: int, n_vt: int, n_vn: int) -> tuple[int, int, int]:
    fields = [*word.split("/"), "", ""]
    return tuple(
        (int(f) - 1 if int(f) > 0 else n + int(f)) if f else -1
        for f, n in zip(fields[:3], (n_v, n_vt, n_vn), strict=True)
    )


def _triangles(polygon: list, v: np.ndarray) -> list:
    if len(polygon) <= 4:
        return [(polygon[0], polygon[i], polygon[i + 1]) for i in range(1, len(polygon) - 1)]
    points = v[[c[0] for c in polygon]]
    normal = np.cross(points - points[0], np.roll(points, -1, 0) - points[0]).sum(0)
    keep = [i for i in range(3) if i != int(np.argmax(np.abs(normal)))]
    flat = np.ascontiguousarray(points[:, keep])
    index = mapbox_earcut.triangulate_float64(flat, np.array([len(flat)], np.uint32))
    return [tuple(polygon[i] for i in t) for t in index.reshape(-1, 3)]


def _part(polygons: list, v, vt, vn, material: Material) -> Part:
    corners = np.array([t for p in polygons if len(p) > 2 for t in _triangles(p, v)], np.int64).reshape(
        -1, 3, 3
    )
    index = corners.reshape(-1, 3)
    positions = v[index[:, 0]]
    triangles = positions.reshape(-1, 3, 3)
    face = np.cross(triangles[:, 1] - triangles[:, 0], triangles[:, 2] - triangles[:, 0])
    flat = np.repeat(face, 3, 0)
    flat_unit = flat / np.maximum(np.linalg.norm(flat, axis=1, keepdims=True), 1e-12)
    # Corners without a normal get the area-weighted vertex normal, except over a crease.
    smooth = np.zeros_like(v)
    np.add.at(smooth, index[:, 0], flat)
    smooth /= np.maximum(np.linalg.norm(smooth, axis=1, keepdims=True), 1e-12)
    smooth = smooth[index[:, 0]]
    normals = np.where((smooth * flat_unit).sum(1, keepdims=True) > CREASE, smooth, flat_unit)
    given = index[:, 2] >= 0
    normals[given] = vn[np.clip(index[given, 2], 0, len(vn) - 1)]
    bad = np.linalg.norm(normals, axis=1) < 1e-6
    normals[bad] = (0, 1, 0)
    uvs = np.where(index[:, 1:2] >= 0, vt[np.clip(index[:, 1], 0, len(vt) - 1)], 0.0)
    faces = np.arange(len(index), dtype=np.uint32).reshape(-1, 3)
    return Part(
        positions.astype(np.float32), normals.astype(np.float32), uvs.astype(np.float32), faces, material
    )
