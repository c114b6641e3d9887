"""Render the demo's pictures and the training pictures.

    python -m demo.render products --libraries MODELS --out demo
    python -m demo.render rooms    --libraries MODELS --out demo --count 80
    python -m demo.render training-rooms    --libraries MODELS --out RENDERS --count 200
    python -m demo.render training-products --libraries MODELS --out RENDERS

MODELS holds the unpacked furniture libraries, one folder each. All of it is deterministic, and
files that exist are kept, so an interrupted run goes on where it stopped.
"""

import argparse
import csv
import json
from pathlib import Path

import numpy as np

from .arrangements import furnish
from .feed import COLUMNS, row
from .products import Product, catalogue_view, color_of, parts_of, picture, products, seed_of
from .stock import Stock
from .studio import Studio, camera_for


def _write(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    new = path.with_name(path.name + ".new")
    new.write_text(text, encoding="utf-8")
    new.replace(path)


def _save(image, path: Path, quality: int) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    new = path.with_name(path.name + ".new")
    image.save(new, "WEBP", quality=quality, method=6)
    new.replace(path)


def render_product(
    product: Product, libraries: Path, path: Path, k: int, side: int, spp: int, quality: int = 80
) -> None:
    """One picture of a product; does nothing if the file exists."""
    if not path.exists():
        view = catalogue_view(product, k)
        image = picture(
            parts_of(product, libraries),
            product.model.category.mount,
            view,
            side,
            spp,
            seed_of(product.id) + k,
        )
        _save(image, path, quality)


class Rooms:
    """A folder of room pictures and the rooms.json beside it. A room gives `views` pictures."""

    def __init__(
        self,
        index: Path,
        name: str,
        stock: Stock,
        libraries: Path,
        first_seed: int,
        size,
        spp: int,
        views: int,
    ):
        self.index, self.name, self.stock, self.libraries = index, name, stock, libraries
        self.first_seed, self.size, self.spp, self.views = first_seed, size, spp, views
        kept = json.loads(index.read_text())["scenes"] if index.exists() else []
        self.scenes = {s["scene"]: s for s in kept}

    def render(self, number: int) -> None:
        """Pictures of room `number`; a view that shows fewer than three objects is taken anew."""
        scenes = [self.name.format(number * self.views + v + (self.views == 1)) for v in range(self.views)]
        if all(s in self.scenes and (self.index.parent / s).exists() for s in scenes):
            return
        seed = self.first_seed + number
        room = furnish(self.stock, seed, self.libraries)
        studio = Studio(room)
        for v, scene in enumerate(scenes):
            for _ in range(6):
                camera = camera_for(room, room.rng, self.size)
                objects = studio.objects(camera)
                if len(objects) >= 3:
                    break
            _save(studio.picture(camera, self.spp, seed * 8 + v), self.index.parent / scene, 80)
            self.scenes[scene] = {
                "scene": scene,
                "width": self.size[0],
                "height": self.size[1],
                "objects": objects,
            }
        ordered = [self.scenes[k] for k in sorted(self.scenes)]
        lines = ",\n".join(json.dumps(s, ensure_ascii=False) for s in ordered)
        _write(self.index, '{"scenes":[\n' + lines + "\n]}\n")


def render_products(libraries: Path, out: Path) -> None:
    """Demo pictures, then the feed."""
    shown = products("demo", libraries)
    for product in shown:
        render_product(product, libraries, out / "products" / f"{product.id}.webp", 0, 320, 8)
    with (out / "products.tsv.new").open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(
            file, COLUMNS, delimiter="\t", lineterminator="\n", quoting=csv.QUOTE_NONE, quotechar=None
        )
        writer.writeheader()
        for product in shown:
            writer.writerow(row(product, libraries))
    (out / "products.tsv.new").replace(out / "products.tsv")


def render_rooms(libraries: Path, out: Path, count: int) -> None:
    """Demo rooms."""
    stock = Stock(products("demo", libraries), np.random.default_rng(0), libraries)
    rooms = Rooms(
        out / "rooms.json", "scenes/room-{:03d}.webp", stock, libraries, 7_000_000, (640, 480), 6, 1
    )
    for number in range(count):
        rooms.render(number)


def render_training_rooms(libraries: Path, out: Path, count: int) -> None:
    """Training rooms, three pictures of each."""
    stock = Stock(products("train", libraries), np.random.default_rng(0), libraries)
    rooms = Rooms(out / "rooms.json", "rooms/{:04d}.webp", stock, libraries, 1_000_000, (512, 384), 4, 3)
    for number in range(count):
        rooms.render(number)


def render_training_products(libraries: Path, out: Path, views: int) -> None:
    """Training pictures of single products, and products.csv of those that exist so far."""
    shown = products("train", libraries)
    done = ["file,product_id,model,category,color"]
    # The shop view of every product comes first, then the others; the order is shuffled so that a
    # partial run has all categories.
    order = np.random.default_rng(1).permutation(len(shown))
    for product, k in ((shown[i], k) for k in range(views) for i in order):
        file = f"products/{product.id}__{k}.webp"
        render_product(product, libraries, out / file, k, 256, 6)
        path, color = product.model.category.path, color_of(product, libraries)
        done.append(f'{file},{product.id},{product.model.id},"{path}",{color}')
        _write(out / "products.csv", "\n".join(done) + "\n")


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m demo.render", description=__doc__.split("\n")[0])
    parser.add_argument("what", choices=["products", "rooms", "training-rooms", "training-products"])
    parser.add_argument(
        "--libraries", type=Path, required=True, help="folder with the unpacked furniture libraries"
    )
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument(
        "--count", type=int, default=80, help="number of rooms; training takes three pictures of each"
    )
    parser.add_argument("--views", type=int, default=4, help="training pictures per product")
    args = parser.parse_args()
    args.out.mkdir(parents=True, exist_ok=True)
    if args.what == "products":
        render_products(args.libraries, args.out)
    elif args.what == "rooms":
        render_rooms(args.libraries, args.out, args.count)
    elif args.what == "training-rooms":
        render_training_rooms(args.libraries, args.out, args.count)
    else:
        render_training_products(args.libraries, args.out, args.views)


if __name__ == "__main__":
    main()
