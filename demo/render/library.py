"""The models: which there are, what each is, and how to load one at its true size."""

import csv
import hashlib
import pickle
import re
import tempfile
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path

import numpy as np

from . import procedural
from .geometry import Material, Part, fit
from .split import split

HERE = Path(__file__).parent


@dataclass(frozen=True)
class Category:
    key: str
    path: str
    mount: str  # floor, wall, ceiling or rug
    price: tuple[float, float]


@dataclass(frozen=True)
class Model:
    """One 3D model. `name` is the shop's words for it, `side` is "demo" or "train"."""

    id: str
    name: str
    category: Category
    creator: str
    side: str


def _rows(path: Path):
    with path.open(encoding="utf-8", newline="") as lines:
        yield from csv.DictReader(lines, delimiter="\t", quoting=csv.QUOTE_NONE)


@lru_cache
def categories() -> dict[str, Category]:
    """Categories by key, in file order."""
    return {
        r["key"]: Category(r["key"], r["path"], r["mount"], (float(r["price_low"]), float(r["price_high"])))
        for r in _rows(HERE / "categories.tsv")
    }


@lru_cache
def _groups() -> dict[str, list[str]]:
    return {r["group"]: r["categories"].split() for r in _rows(HERE / "groups.tsv")}


def group(name: str) -> list[str]:
    """Category keys of a named group, such as what stands on a desk."""
    return _groups()[name]


@lru_cache
def models() -> dict[str, Model]:
    """All usable models by id: the listed ones of the libraries and the procedural ones."""
    listed = [(r["model"], r["name"], r["category"], r["creator"]) for r in _rows(HERE / "models.tsv")]
    for name, (kind, _) in procedural.CATALOGUE.items():
        _, _, category, title = procedural.KINDS[kind]
        listed.append((name, title, category, "shopthelook (made by code)"))
    sides = split({i: c for i, _, c, _ in listed})
    return {i: Model(i, n, categories()[c], who, sides[i]) for i, n, c, who in listed}


@lru_cache
def _properties(folder: Path) -> dict[str, dict[str, str]]:
    entries: dict[str, dict[str, str]] = {}
    text = (folder / "PluginFurnitureCatalog.properties").read_text("latin1")
    for key, number, value in re.findall(r"^(\w+)#(\d+)=(.*)$", text, re.M):
        entries.setdefault(number, {})[key] = value.strip()
    return {e["id"].split("#")[1]: e for e in entries.values()}


def _clear(material: Material) -> Material:
    """Glass is painted dark in many files, for viewers that only blend; a path tracer wants it light."""
    if material.opacity == 1.0 or material.texture is not None:
        return material
    light = tuple(0.35 * c + 0.6 for c in material.color)
    return replace(material, color=light, opacity=min(material.opacity, 0.4))


def cache_folder() -> Path:
    """Where parsed models are remembered between runs; safe to delete at any time."""
    folder = Path(tempfile.gettempdir()) / "shopthelook-models"
    folder.mkdir(exist_ok=True)
    return folder


@lru_cache(maxsize=400)
def load(model: Model, libraries: Path) -> list[Part]:
    """Parts in metres: y up, front to +z, standing on y = 0, centred on x = z = 0.

    A wall piece has its back on z = 0. `libraries` is the folder with the unpacked libraries.
    Parsed files are kept in the temporary folder, because parsing text costs more than rendering.
    """
    if model.id.startswith("own/"):
        return procedural.build(model.id)
    kept = cache_folder() / (hashlib.sha1(model.id.encode()).hexdigest() + ".pickle")
    if kept.exists():
        return [replace(p, material=_clear(p.material)) for p in pickle.loads(kept.read_bytes())]
    from .wavefront import read_model

    library, name = model.id.split("/")
    entry = _properties(libraries / library)[name]
    parts = read_model(libraries / library / entry["model"].lstrip("/"))
    if "modelRotation" in entry:
        rotation = np.array([float(x) for x in entry["modelRotation"].split()]).reshape(3, 3)
        parts = [p.moved(rotation) for p in parts]
    size = tuple(float(entry[k]) / 100 for k in ("width", "height", "depth"))
    parts = fit(parts, size)
    if model.category.mount == "wall":
        parts = [p.shifted((0, 0, size[2] / 2)) for p in parts]
    part_file = kept.with_suffix(f".{np.random.randint(1 << 30)}")
    part_file.write_bytes(pickle.dumps(parts))
    part_file.rename(kept)
    return [replace(p, material=_clear(p.material)) for p in parts]


def recolor(parts: list[Part], rgb: tuple[float, float, float]) -> list[Part]:
    """The parts with the largest opaque material in another sRGB colour; texture detail stays."""
    areas: dict[str, float] = {}
    for p in parts:
        if p.material.opacity == 1.0:
            areas[p.material.name] = areas.get(p.material.name, 0.0) + p.area()
    if not areas:
        return parts
    main = next(p.material for p in parts if p.material.name == max(areas, key=areas.get))

    def look(material):
        # Materials painted like the main one (cushions of a sofa) belong to it.
        alike = (
            material.texture is None
            and main.texture is None
            and np.abs(np.subtract(material.color, main.color)).max() < 0.06
        )
        if material.opacity < 1.0 or (material.name != main.name and not alike):
            return material
        if material.texture is None:
            return replace(material, color=tuple(rgb), metallic=min(material.metallic, 0.2))
        pixels = material.texture.astype(float)
        grey = pixels[..., :3].mean(-1, keepdims=True)
        tinted = np.clip(np.asarray(rgb) * 255 * (grey / max(grey.mean(), 30)) ** 0.7, 0, 255)
        pixels[..., :3] = tinted
        return replace(material, texture=pixels.astype(np.uint8), color=tuple(rgb))

    return [replace(p, material=look(p.material)) for p in parts]
