"""A server on a disk that is full: writes and large uploads are refused in words, reads go on, nothing is lost."""

from __future__ import annotations

import contextlib
import shutil
import sys
from pathlib import Path

import httpx
import pytest
from benchmarks.load.server import picture_host

from shopthelook import Shop
from tests.fixtures.disks import small_disk
from tests.load.conftest import Serve
from tests.serving.pictures import ROOM
from tests.serving.test_errors import check

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="disks are mounted as on Unix")


def fill(file: Path) -> None:
    """Take all the room that there is."""
    with file.open("wb", buffering=0) as filler, contextlib.suppress(OSError):
        while True:
            filler.write(bytes(4096))


def product(host: str, name: str) -> dict[str, str]:
    return {"title": f"Written {name}", "image_link": f"{host}/{name}.png", "price": "10.00 EUR"}


def _deleted(client: httpx.Client, name: str) -> bool:
    """Whether the server says that it has removed the product; else it says why not."""
    answer = client.delete(f"/v1/products/{name}")
    if answer.status_code != 200:
        check(answer, 503, "storage", None)
    return answer.status_code == 200


def test_nothing_is_lost(painted: Path, tmp_path: Path, serve: Serve) -> None:
    disk = tmp_path / "disk"
    with Shop.open(painted, threads=1) as opened:
        before = set(opened.catalog.product_ids())
    large = ROOM + bytes(3_000_000)
    with small_disk(disk, 64 << 20) as resize, picture_host() as host:
        shop = Path(shutil.copytree(painted, disk / "shop"))
        (disk / "tmp").mkdir()
        # A body over a megabyte goes through a temporary file.
        with serve(shop, TMPDIR=str(disk / "tmp")) as server:
            with httpx.Client(base_url=server.address, timeout=300) as client:
                put = client.put("/v1/products/before", json=product(host, "before"))
                assert put.status_code == 200, put.text
                scenes = client.get("/v1/scenes").json()["scenes"]
                shutil.rmtree(shop / "sizes", ignore_errors=True)
                fill(disk / "filler")
                for name in ("full-1", "full-2"):
                    check(client.put(f"/v1/products/{name}", json=product(host, name)), 503, "storage", None)
                # The database may have some room of its own left; what it acknowledges has to be so.
                deleted = [f"chair-{n}" for n in range(20) if _deleted(client, f"chair-{n}")]
                for path in ("/v1/search", "/v1/decompose"):
                    check(client.post(path, files={"photo": large}), 503, "storage", None)
                # What needs no room goes on: searches, sizes, what was there.
                assert client.post("/v1/search", files={"photo": ROOM}).status_code == 200
                for scene in scenes[:5]:
                    size = client.get(scene["image"], params={"w": 160})
                    assert (size.status_code, size.headers["content-type"]) == (200, "image/webp")
                for n in range(20):
                    status = 404 if f"chair-{n}" in deleted else 200
                    assert client.get(f"/v1/products/chair-{n}").status_code == status
                assert client.get("/v1/products/full-1").status_code == 404
                assert client.get("/v1/products/before/similar").json()["hits"]
                said = server.log.read_text(encoding="utf-8")
                assert "cannot keep a picture in" in said
                assert "No space left on device" in said
                assert "Traceback" not in said
                # With room again it goes on by itself.
                resize(128 << 20)
                for name in ("full-1", "full-2"):
                    put = client.put(f"/v1/products/{name}", json=product(host, name))
                    assert put.status_code == 200, put.text
                assert client.delete("/v1/products/chair-30").json() == {"removed": 1}
                assert client.post("/v1/search", files={"photo": large}).status_code == 200
            assert server.stop() == 0
        with Shop.open(shop, threads=1) as again:
            for name in ("before", "full-1", "full-2"):
                record = again.catalog.product(name)
                assert record is not None
                assert again.pictures.data(record.image_hash or "")
            gone = {*deleted, "chair-30"}
            assert set(again.catalog.product_ids()) == before - gone | {"before", "full-1", "full-2"}
