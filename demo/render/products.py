"""Products: a model in one colour. Their ids, sides and pictures."""

import hashlib
import os
import re
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import numpy as np
from PIL import Image

from .colors import NAMED, color_name, main_color, other_colors
from .geometry import Material, Part, bounds
from .library import Model, cache_folder, group, load, models, recolor
from .shapes import box

# Kinds of product that are sold in several paints.
PAINTED = set(group("painted"))


@dataclass(frozen=True)
class Product:
    """`paint` is None for the model's own colour; `group` is shared by all colours of a model."""

    id: str
    group: str
    model: Model
    paint: str | None


def seed_of(text: str) -> int:
    """32-bit seed that depends on the text alone."""
    return int.from_bytes(hashlib.sha256(text.encode()).digest()[:4], "big")


def slug(model_id: str) -> str:
    """`KatorLegaz/futon-couch` -> `katorlegaz-futon-couch`."""
    return re.sub(r"[^a-z0-9]+", "-", model_id.lower()).strip("-")


@lru_cache
def own_color(model: Model, libraries: Path) -> tuple[float, float, float]:
    """sRGB 0..1 of the model as it comes; remembered, so that a run need not load every model."""
    kept = cache_folder() / (slug(model.id) + ".color")
    if kept.exists():
        return tuple(float(x) for x in kept.read_text().split())
    rgb = tuple(float(x) for x in main_color(load(model, libraries)))
    new = kept.with_suffix(f".{os.getpid()}")
    new.write_text(" ".join(map(str, rgb)))
    new.replace(kept)
    return rgb


@lru_cache
def products(side: str, libraries: Path) -> tuple[Product, ...]:
    """All products of a side ("demo" or "train"): each model, and a second colour where paint suits."""
    found = []
    for model in models().values():
        if model.side != side:
            continue
        group = slug(model.id)
        found.append(Product(group, group, model, None))
        rng = np.random.default_rng(seed_of("paint " + model.id))
        if model.category.key in PAINTED and not (model.id.startswith("own/") and rng.uniform() < 0.5):
            for name in other_colors(own_color(model, libraries), 1, rng):
                found.append(Product(f"{group}-{name.replace(' ', '-')}", group, model, name))
    return tuple(found)


@lru_cache(maxsize=200)
def parts_of(product: Product, libraries: Path) -> list[Part]:
    """The product's parts, painted, in metres."""
    parts = load(product.model, libraries)
    if product.paint:
        parts = recolor(parts, tuple(np.asarray(NAMED[product.paint]) / 255))
    return parts


def color_of(product: Product, libraries: Path) -> str:
    """Colour word for the feed."""
    return product.paint or color_name(own_color(product.model, libraries))


@dataclass(frozen=True)
class View:
    """Angles in degrees; `key` is the share of light that comes from the soft key lamp."""

    azimuth: float
    elevation: float
    key: float
    key_side: float


def catalogue_view(product: Product, k: int = 0) -> View:
    """The k-th view: 0 is the shop's three-quarter view, later ones vary more."""
    rng = np.random.default_rng(seed_of(f"view {product.id} {k}"))
    mount, spread = product.model.category.mount, 6 if k == 0 else 38
    elevation = {"rug": 48.0, "wall": 6.0, "ceiling": 6.0}.get(mount, 20.0 if k == 0 else rng.uniform(8, 42))
    azimuth = {"rug": 24.0, "wall": 22.0}.get(mount, 32.0) * (1 if rng.uniform() < 0.7 else -1)
    if k:
        azimuth = rng.uniform(-70, 70) if mount == "floor" else rng.uniform(-40, 40)
    azimuth += rng.uniform(-spread, spread) * (mount == "floor" and k == 0)
    return View(
        azimuth,
        elevation,
        0.55 if k == 0 else rng.uniform(0.25, 0.75),
        -1.0 if k == 0 else rng.choice([-1.0, 1.0]),
    )


def picture(parts: list[Part], mount: str, view: View, side: int, spp: int, seed: int) -> Image.Image:
    """Catalogue picture on white with a soft shadow; the longer side is `side` pixels."""
    from .tracer import Camera, Lamp, Scene, linear_to_srgb, see_through

    low, high = bounds(parts)
    radius = float(np.linalg.norm(high - low)) / 2
    points = np.concatenate([p.positions for p in parts])
    a, e = np.radians([view.azimuth, view.elevation])
    out = np.array([np.sin(a) * np.cos(e), np.sin(e), np.cos(a) * np.cos(e)])
    target, distance = (low + high) / 2, 7.0 * radius
    for _ in range(3):  # aim at the middle of what is seen, not of the bounding box
        x, y, z = Camera(tuple(target + out * distance), tuple(target), 20, (1, 1)).basis()
        relative = points - (target + out * distance)
        depth = relative @ z
        u, v = relative @ x / depth, relative @ y / depth
        target = target + distance * ((u.max() + u.min()) / 2 * x + (v.max() + v.min()) / 2 * y)
    half_u, half_v = np.ptp(u) / 2 * 1.12, np.ptp(v) / 2 * 1.12
    half_u, half_v = max(half_u, 0.6 * half_v), max(half_v, 0.6 * half_u)
    scale = side / max(half_u, half_v)
    size = (round(half_u * scale), round(half_v * scale))
    camera = Camera(
        tuple(target + out * distance), tuple(target), float(np.degrees(2 * np.arctan(half_u))), size
    )

    white = Material("backdrop", (0.97, 0.97, 0.97), None, 1.0)
    reach = 60 * radius
    backdrop = {
        "wall": [box((-reach, -reach, -1), (reach, reach, -0.001 * radius), white)],
        "ceiling": [],
    }.get(mount, [box((-reach, -1, -reach), (reach, 0, reach), white)])
    middle, far = (low + high) / 2, 9 * radius
    key = (
        np.array([view.key_side * 0.75, 1.1, 0.7])
        if mount != "wall"
        else np.array([view.key_side * 0.6, 0.8, 1.2])
    )
    rim = np.array([-view.key_side * 0.8, 0.9, 0.4])
    lamps = []
    for direction, power, width in ((key, view.key, 5.0), (rim, 0.12, 4.0)):
        direction = direction / np.linalg.norm(direction)
        lamps.append(
            Lamp(
                middle + direction * far,
                -direction,
                width * radius,
                width * radius,
                (power * 4.0 * (5 / width) ** 2,) * 3,
            )
        )
    sky = 0.55 if backdrop else 0.9
    # A drinking glass has four walls between the eye and the table.
    depth = 9 if any(see_through(p.material) for p in parts) else 4
    linear = Scene([parts, backdrop], lamps, (sky,) * 3).render(camera, spp, seed, depth)
    border = np.concatenate(
        [linear[:3].reshape(-1, 3), linear[:, :3].reshape(-1, 3), linear[:, -3:].reshape(-1, 3)]
    )
    # The lit backdrop is the white point, a little over so that it is pure white.
    exposed = linear / np.percentile(border.mean(1), 60) * 1.04
    shoulder = (
        np.where(exposed > 0.8, 0.8 + 0.25 * (1 - np.exp(-(exposed - 0.8) / 0.25)), exposed)
        if not backdrop
        else exposed
    )
    pixels = linear_to_srgb(np.where((exposed > 0.985).all(-1, keepdims=True), 1.0, shoulder))
    return Image.fromarray((pixels * 255 + 0.5).astype(np.uint8))
