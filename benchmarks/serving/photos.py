"""The shop that is served, and the photos that it is asked about: all from the repository or its extra [demo]."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import interior_photos

from benchmarks.photo import photo
from shopthelook import Shop

DEMO = Path(__file__).parents[2] / "demo"
PHOTOS = Path(interior_photos.__file__).parent / "images"


@dataclass(frozen=True, slots=True)
class Photo:
    """A photo as a shopper sends it.

    Attributes:
        name: its file's.
        data: a JPEG, its longest side 640 pixels.
        objects: how many objects the shop finds in it.
    """

    name: str
    data: bytes
    objects: int


def make_shop(directory: Path) -> Shop:
    """The demo's shop with all its products and scenes; one that is there is taken as it is."""
    if (directory / "shop.toml").exists():
        return Shop.open(directory)
    shop = Shop.create(directory)
    shop.import_products(DEMO / "products.tsv")
    shop.import_scenes(DEMO / "scenes")
    shop.import_scenes(PHOTOS)
    settings = directory / "shop.toml"
    unlimited = ("requests_per_minute = 0", "searches_per_minute = 0")
    lines = settings.read_text().splitlines()
    settings.write_text(
        "\n".join(
            next((one for one in unlimited if line.startswith(one.partition("=")[0])), line) for line in lines
        )
        + "\n"
    )
    shop.close()
    return Shop.open(directory)


def photos(shop: Shop, objects: int, most: int) -> list[Photo]:
    """The first photos in which so many objects are found: by name, of the extra [demo], then of the demo's rooms."""
    found: list[Photo] = []
    for place in (PHOTOS, DEMO / "scenes"):
        for path in sorted(place.iterdir()):
            if path.suffix.lower() not in {".jpg", ".jpeg", ".png", ".webp"}:
                continue
            data = photo(path)
            if len(shop.decompose(data)) == objects:
                found.append(Photo(path.name, data, objects))
            if len(found) == most:
                return found
    return found
