"""Mitsuba scenes out of parts, their pictures, and exact object masks.

The scenes are built so that every one compiles to the same kernel: each material is the same
BSDF with the same inputs, each mesh has normals and texture coordinates, and there are always one
constant and two area emitters. Compiling takes longer than rendering, so this is what makes it fast.
"""

import os
from dataclasses import dataclass
from pathlib import Path

if "DRJIT_LIBLLVM_PATH" not in os.environ:
    # Dr.Jit takes the first LLVM it finds, and 14 and 15 lack an instruction it emits.
    found = sorted(str(p) for p in Path("/usr/lib").glob("*/libLLVM*1[89]*.so*"))
    if found:
        os.environ["DRJIT_LIBLLVM_PATH"] = found[0]

import mitsuba as mi
import numpy as np

# One thread: on a shared machine a run waits longer for its second thread than that saves. Start
# several runs instead.
os.environ.setdefault("OIDN_NUM_THREADS", "1")
mi.set_variant("llvm_ad_rgb")
import drjit as dr  # noqa: E402 - the variant decides what this module is
import pyoidn  # noqa: E402

from .geometry import Material, Part  # noqa: E402

dr.set_thread_count(1)


@dataclass(frozen=True)
class Camera:
    """Pinhole camera. `fov` is the full horizontal angle in degrees; size is (width, height)."""

    origin: tuple[float, float, float]
    target: tuple[float, float, float]
    fov: float
    size: tuple[int, int]

    def basis(self) -> np.ndarray:
        """(3, 3) rows: right, up, forward."""
        forward = np.subtract(self.target, self.origin)
        forward = forward / np.linalg.norm(forward)
        right = np.cross(forward, (0, 1, 0))
        right /= np.linalg.norm(right)
        return np.stack([right, np.cross(right, forward), forward])

    def rays(self, low=(0, 0), high=None, step: int = 1) -> np.ndarray:
        """Unit directions (n, 3) through the pixels from `low` to before `high` (x, y; may lie
        outside the picture; by default all of it), row-major, every `step` pixels each way."""
        w, h = self.size
        high = self.size if high is None else high
        half = np.tan(np.radians(self.fov) / 2)
        x, y = np.meshgrid(*(np.arange(a, b, step) + step / 2 for a, b in zip(low, high, strict=True)))
        u, v = (2 * x / w - 1) * half, (1 - 2 * y / h) * half * h / w
        d = np.stack([u, v, np.ones_like(u)], -1).reshape(-1, 3) @ self.basis()
        return d / np.linalg.norm(d, axis=1, keepdims=True)

    def project(self, points: np.ndarray) -> np.ndarray:
        """Pixel coordinates (n, 2) of points (n, 3); NaN for those behind the camera."""
        w, h = self.size
        right, up, forward = ((points - np.asarray(self.origin)) @ axis for axis in self.basis())
        half = np.tan(np.radians(self.fov) / 2)
        depth = np.where(forward > 0.01, forward, np.nan)
        return np.stack([(right / depth / half + 1) * w / 2, (1 - up / depth / half * w / h) * h / 2], -1)


def srgb_to_linear(c) -> np.ndarray:
    c = np.asarray(c, float)
    return np.where(c <= 0.04045, c / 12.92, ((c + 0.055) / 1.055) ** 2.4)


def linear_to_srgb(c) -> np.ndarray:
    c = np.clip(np.asarray(c, float), 0, 1)
    return np.where(c <= 0.0031308, c * 12.92, 1.055 * c ** (1 / 2.4) - 0.055)


def _bitmap(pixels: np.ndarray, raw: bool) -> dict:
    bitmap = mi.Bitmap(np.ascontiguousarray(pixels))
    bitmap.set_srgb_gamma(not raw)
    return {"type": "bitmap", "bitmap": bitmap, "raw": raw, "format": "variant"}


def _tile(values, channels: int) -> np.ndarray:
    return np.broadcast_to(np.uint8(np.clip(values, 0, 1) * 255 + 0.5), (2, 2, channels)).copy()


def _bsdf(material: Material) -> dict:
    base = _tile(material.color, 3) if material.texture is None else material.texture[..., :3]
    # No pigment is fully black or white; pure values look like holes and burn out.
    base = np.clip(base.astype(float) * 0.94 + 6, 0, 255).astype(np.uint8)
    look = {
        "type": "twosided",
        "bsdf": {
            "type": "principled",
            "base_color": _bitmap(base, False),
            "roughness": float(max(material.roughness, 0.03)),
            "specular": 0.4,
            "metallic": float(max(material.metallic, 1e-3)),
        },
    }
    cut = material.texture is not None and material.texture.shape[2] == 4
    if not see_through(material):
        return look
    mask = material.texture[..., 3:] if cut else _tile(material.opacity, 1)
    return {"type": "mask", "opacity": _bitmap(mask, True), "bsdf": look}


def _mesh(name: str, part: Part, bsdf, emitter=None):
    props = mi.Properties()
    props["bsdf"] = bsdf
    if emitter is not None:
        props["emitter"] = emitter
    mesh = mi.Mesh(name, len(part.positions), len(part.faces), props, True, True)
    params = mi.traverse(mesh)
    params["vertex_positions"] = part.positions.ravel()
    params["vertex_normals"] = part.normals.ravel()
    # Mitsuba's v runs down the picture, OBJ's runs up.
    params["vertex_texcoords"] = (part.uvs * [1, -1] + [0, 1]).astype(np.float32).ravel()
    params["faces"] = part.faces.ravel()
    params.update()
    return mesh


def _pixels(image) -> np.ndarray:
    return np.nan_to_num(np.array(image).astype(np.float32))


@dataclass(frozen=True)
class Lamp:
    """One-sided rectangular light of `width` x `height` metres at `center`, shining along `facing`."""

    center: tuple[float, float, float]
    facing: tuple[float, float, float]
    width: float
    height: float
    radiance: tuple[float, float, float]

    def mesh(self, name: str):
        """The lamp as two triangles. Mitsuba's own rectangle would put its normal into the kernel."""
        n = np.asarray(self.facing, float) / np.linalg.norm(self.facing)
        up = (0, 1, 0) if abs(n[1]) < 0.9 else (0, 0, 1)
        right = np.cross(up, n)
        right /= np.linalg.norm(right)
        up = np.cross(n, right)
        signs = np.array([(-1, -1), (1, -1), (1, 1), (-1, 1)]) / 2
        corners = (
            np.asarray(self.center, float)
            + signs[:, :1] * self.width * right
            + signs[:, 1:] * self.height * up
        )
        part = Part(
            corners.astype(np.float32),
            np.tile(n, (4, 1)).astype(np.float32),
            (signs + 0.5).astype(np.float32),
            np.array([[0, 1, 2], [0, 2, 3]], np.uint32),
            Material(),
        )
        light = {"type": "area", "radiance": {"type": "rgb", "value": [float(x) for x in self.radiance]}}
        return _mesh(name, part, mi.load_dict(_bsdf(part.material)), mi.load_dict(light))


def _speck(material: Material, at: np.ndarray) -> Part:
    """A triangle too small to see."""
    corners = (at + np.eye(3) * 1e-5).astype(np.float32)
    return Part(
        corners,
        np.tile(np.float32([0, 1, 0]), (3, 1)),
        np.zeros((3, 2), np.float32),
        np.array([[0, 1, 2]], np.uint32),
        material,
    )


def see_through(material: Material) -> bool:
    """Whether light passes some of the material."""
    return material.opacity < 1.0 or (material.texture is not None and material.texture.shape[2] == 4)


def _padding(objects: list[list[Part]]) -> list[Part]:
    """Specks that round the numbers of opaque and see-through materials, and of meshes, up to a
    power of two: the kernel has tables as long as these numbers."""
    parts = [p for parts in objects for p in parts if len(p.faces)]
    at = parts[0].positions[0]
    added = []
    for clear, least in ((False, 8), (True, 4)):
        materials = {id(p.material) for p in parts if see_through(p.material) == clear}
        count = max(least, 1 << (len(materials)).bit_length())
        look = {"opacity": 0.5} if clear else {}
        added += [_speck(Material(name=str(i), **look), at) for i in range(count - len(materials))]
    meshes = len(parts) + len(added)
    count = 1 << (meshes - 1).bit_length()
    return added + [_speck(added[0].material, at) for _ in range(count - meshes)]


class Scene:
    """Objects (lists of parts, in world metres), two lamps and a constant sky.

    Object numbers in masks are positions in `objects`.
    """

    def __init__(self, objects: list[list[Part]], lamps: list[Lamp], sky):
        assert len(lamps) == 2, "kernels are shared only between scenes with two lamps"
        entries = {
            "type": "scene",
            "sky": {"type": "constant", "radiance": {"type": "rgb", "value": [float(x) for x in sky]}},
        }
        for i, light in enumerate(lamps):
            entries[f"lamp{i}"] = light.mesh(f"lamp{i}")
        objects = [*objects, specks := _padding(objects)]
        owners = {}
        shared = {}
        for i, parts in enumerate(objects):
            for j, part in enumerate(parts):
                if len(part.faces) == 0:
                    continue
                if id(part.material) not in shared:
                    shared[id(part.material)] = mi.load_dict(_bsdf(part.material))
                name = f"object_{i}_{j}"
                entries[name] = _mesh(name, part, shared[id(part.material)])
                owners[name] = -1 if parts is specks else i
        self.scene = mi.load_dict(entries)
        self.owner_of_shape = np.array([owners.get(s.id(), -1) for s in self.scene.shapes()] + [-1])
        self._numbers = None

    def render(self, camera: Camera, spp: int, seed: int, depth: int = 4) -> np.ndarray:
        """Denoised linear radiance, (h, w, 3) float32."""
        w, h = camera.size
        sensor = mi.load_dict(
            {
                "type": "perspective",
                "fov": camera.fov,
                "fov_axis": "x",
                "near_clip": 0.01,
                "far_clip": 1000.0,
                "to_world": mi.ScalarTransform4f().look_at(
                    list(map(float, camera.origin)), list(map(float, camera.target)), [0, 1, 0]
                ),
                "film": {"type": "hdrfilm", "width": w, "height": h, "rfilter": {"type": "box"}},
                "sampler": {"type": "independent"},
            }
        )
        path = mi.load_dict({"type": "path", "max_depth": depth})
        guides = mi.load_dict({"type": "aov", "aovs": "albedo:albedo,normal:sh_normal"})
        color = _pixels(mi.render(self.scene, sensor=sensor, integrator=path, spp=spp, seed=seed))[..., :3]
        image = _pixels(mi.render(self.scene, sensor=sensor, integrator=guides, spp=4, seed=seed))
        albedo, normal = image[..., -6:-3], image[..., -3:]
        # A few paths that found a lamp by luck outshine the rest; the denoiser would spread them.
        color = np.minimum(color, 30.0)
        guides = {"albedo": np.clip(albedo, 0, 1), "normal": normal}
        guides = {k: np.ascontiguousarray(g) for k, g in guides.items()}
        return np.asarray(pyoidn.denoise(np.ascontiguousarray(color), hdr=True, **guides))

    def owners(self, origin, directions: np.ndarray) -> np.ndarray:
        """Object number first hit along each ray (n, 3) from `origin`; -1 for the room, a lamp or
        nothing. Cut-out texels let rays pass; glass does not."""
        n = len(directions)
        ray = mi.Ray3f(
            mi.Point3f(*map(float, origin)),
            mi.Vector3f(*(mi.Float(directions[:, k].astype(np.float32)) for k in range(3))),
        )
        owner = np.full(n, -1)
        alive = np.ones(n, bool)
        for _ in range(6):
            hit = self.scene.ray_intersect(ray, mi.RayFlags.All, True)
            valid = np.array(hit.is_valid())
            index = self._shape_index(hit)
            clear = np.array(hit.bsdf().eval_null_transmission(hit)).reshape(3, -1)[0] > 0.9
            stop = alive & (~clear | ~valid)
            owner[stop] = np.where(valid, self.owner_of_shape[index], -1)[stop]
            alive &= clear & valid
            if not alive.any():
                break
            ray = hit.spawn_ray(ray.d)
        return owner

    def _shape_index(self, hit) -> np.ndarray:
        pointers = np.array(dr.reinterpret_array(mi.UInt32, hit.shape)).astype(np.int64)
        if self._numbers is None:
            registry = np.array(dr.reinterpret_array(mi.UInt32, self.scene.shapes_dr())).astype(np.int64)
            self._numbers = np.full(registry.max() + 2, -1)
            self._numbers[registry] = np.arange(len(registry))
        numbers = np.full(len(pointers), -1)
        known = (pointers > 0) & (pointers < len(self._numbers))
        numbers[known] = self._numbers[pointers[known]]
        return numbers
