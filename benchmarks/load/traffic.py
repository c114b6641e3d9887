"""What shoppers and merchants do, as calls of the HTTP API."""

from __future__ import annotations

import io
import random
import threading
import time
from collections.abc import Callable
from typing import Any

import httpx
import numpy as np
from PIL import Image

from benchmarks.load.measured import Measured
from shopthelook.images import WIDTHS

BROWSER = {"Accept": "image/avif,image/webp,image/*,*/*;q=0.8"}
# How often each kind comes, of a hundred.
MIX = {
    "page": 2,
    "wall": 6,
    "scene": 18,
    "tap": 20,
    "product": 7,
    "similar": 8,
    "picture": 22,
    "search": 8,
    "decompose": 1,
    "large upload": 1,
    "write": 5,
    "delete": 2,
}


class World:
    """What there is to ask for, and what was written.

    Attributes:
        there: products that the server acknowledged; gone: those whose removal it acknowledged.
    """

    def __init__(self, address: str, pictures: str, seed: int = 0) -> None:
        self.address = address
        self.pictures = pictures
        self.there: set[str] = set()
        self.gone: set[str] = set()
        self.lock = threading.Lock()
        with httpx.Client(base_url=address, timeout=120) as client:
            self.scenes = [
                one["id"] for one in _json(client.get("/v1/scenes", params={"limit": 100}))["scenes"]
            ]
            found = [_json(client.get(f"/v1/scenes/{one}")) for one in self.scenes[:40]]
            self.objects = [(one["id"], n) for one in found for n in range(len(one["objects"]))]
            taps = [_json(client.get(_tap(*one))) for one in self.objects[:20]]
            hits = [hit for tap in taps for hit in tap["hits"]]
            self.products = sorted({hit["product_id"] for hit in hits})
            self.images = sorted({one["image"] for one in (*found, *hits) if one["image"]})
            self.photos = [_photo(client, one["image"]) for one in found[:12]]
        rng = np.random.default_rng(seed)
        file = io.BytesIO()
        noise = rng.integers(0, 255, (1500, 1500, 3), dtype=np.uint8)
        Image.fromarray(noise).save(file, "JPEG", quality=95)
        self.large = file.getvalue()


def _json(response: httpx.Response) -> Any:
    return response.raise_for_status().json()


def _tap(scene: str, n: int) -> str:
    return f"/v1/scenes/{scene}/objects/{n}/products"


def _photo(client: httpx.Client, image: str) -> bytes:
    """A scene's photo as a phone sends it: a JPEG of 640 pixels."""
    with Image.open(io.BytesIO(client.get(image, params={"w": 640}).raise_for_status().content)) as opened:
        picture = opened.convert("RGB")
    picture.thumbnail((640, 640))
    file = io.BytesIO()
    picture.save(file, "JPEG", quality=88)
    return file.getvalue()


class Shopper:
    """One client with a connection of its own."""

    def __init__(self, world: World, measured: Measured, seed: int) -> None:
        self._world = world
        self._measured = measured
        self._rng = random.Random(seed)
        self._seed = seed
        self._written = 0
        self._client = httpx.Client(base_url=world.address, timeout=300)
        self._calls: dict[str, Callable[[], None]] = {
            kind: getattr(self, f"_{kind.replace(' ', '_')}") for kind in MIX
        }

    def run(self, stop: threading.Event) -> None:
        """Call until told to stop."""
        kinds, weights = zip(*MIX.items(), strict=True)
        with self._client:
            while not stop.is_set():
                (kind,) = self._rng.choices(kinds, weights)
                self._calls[kind]()

    def _ask(self, kind: str, method: str, path: str, wanted: int = 200, **options: Any) -> Any:
        """The answer; None where there is none as it should be."""
        start = time.perf_counter()
        try:
            answer = self._client.request(method, path, **options)
        except httpx.HTTPError as error:
            self._measured.fail(f"{kind}: {method} {path}: {type(error).__name__}: {error}")
            return None
        if answer.status_code in (429, 503) and "retry-after" in answer.headers:
            self._measured.refuse(kind, answer.json()["error"]["code"])
            return None
        if answer.status_code != wanted:
            self._measured.fail(f"{kind}: {method} {path}: {answer.status_code} {answer.text[:200]}")
            return None
        self._measured.note(kind, time.perf_counter() - start)
        return answer

    def _page(self) -> None:
        self._ask("page", "GET", self._rng.choice(["/v1/status", "/metrics", "/v1/openapi.json"]))

    def _wall(self) -> None:
        self._ask("wall", "GET", "/v1/scenes", params={"limit": 40})

    def _scene(self) -> None:
        self._ask("scene", "GET", f"/v1/scenes/{self._rng.choice(self._world.scenes)}")

    def _tap(self) -> None:
        self._ask("tap", "GET", _tap(*self._rng.choice(self._world.objects)))

    def _product(self) -> None:
        self._ask("product", "GET", f"/v1/products/{self._rng.choice(self._world.products)}")

    def _similar(self) -> None:
        self._ask("similar", "GET", f"/v1/products/{self._rng.choice(self._world.products)}/similar")

    def _picture(self) -> None:
        width = self._rng.choice(WIDTHS)
        path = self._rng.choice(self._world.images)
        self._ask("picture", "GET", path, params={"w": width}, headers=BROWSER)

    def _search(self) -> None:
        # What follows the end of a JPEG is not looked at, and makes each photo another one.
        photo = self._rng.choice(self._world.photos) + self._rng.randbytes(16)
        self._ask("search", "POST", "/v1/search", files={"photo": photo})

    def _decompose(self) -> None:
        photo = self._rng.choice(self._world.photos) + self._rng.randbytes(16)
        self._ask("decompose", "POST", "/v1/decompose", files={"photo": photo})

    def _large_upload(self) -> None:
        self._ask("large upload", "POST", "/v1/search", files={"photo": self._world.large})

    def _write(self) -> None:
        name = f"load-{self._seed}-{self._written}"
        self._written += 1
        product = {
            "title": f"Written under load {name}",
            "image_link": f"{self._world.pictures}/{name}.png",
            "price": "10.00 EUR",
        }
        if self._ask("write", "PUT", f"/v1/products/{name}", json=product) is None:
            return
        with self._world.lock:
            self._world.there.add(name)
        # What was acknowledged is there for the next call.
        found = self._ask("product", "GET", f"/v1/products/{name}")
        if found is not None and found.json()["title"] != product["title"]:
            self._measured.fail(f"write: {name} was acknowledged, but is {found.json()}")

    def _delete(self) -> None:
        mine = f"load-{self._seed}-"
        with self._world.lock:
            name = next((one for one in self._world.there if one.startswith(mine)), None)
            if name is None:
                return
            self._world.there.discard(name)
        if self._ask("delete", "DELETE", f"/v1/products/{name}") is not None:
            with self._world.lock:
                self._world.gone.add(name)


def lost(world: World) -> list[str]:
    """What was acknowledged and is not so."""
    wrong = []
    with httpx.Client(base_url=world.address, timeout=300) as client:
        for names, status in ((world.there, 200), (world.gone, 404)):
            for name in sorted(names):
                found = client.get(f"/v1/products/{name}").status_code
                if found != status:
                    wrong.append(f"{name}: {found}, where {status} was acknowledged")
    return wrong
