"""The picture store: whole files or none, whoever writes and whatever kills the writer."""

from __future__ import annotations

import hashlib
import io
import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest
from PIL import Image
from tests.fixtures.disks import read_only, small_disk
from tests.images.conftest import encoded, photo

from shopthelook.images import PictureError, PictureStore, PictureStoreError, content_hash


@pytest.fixture
def store(tmp_path: Path) -> PictureStore:
    return PictureStore(tmp_path / "pictures")


def test_put_and_get(store: PictureStore) -> None:
    data = encoded(photo())
    name = store.put(data)
    assert name == content_hash(data) == hashlib.sha256(data).hexdigest()
    assert store.path(name) == store.root / name[:2] / name
    assert store.data(name) == data
    assert store.put(data) == name
    assert name in store
    assert list((store.root / "partial").iterdir()) == []


@pytest.mark.parametrize(
    "name", ["", "ab", "../../etc/passwd", "A" * 64, "0" * 63, "0" * 64 + "\n", "g" * 64, "0" * 64]
)
def test_names_that_are_not_there(store: PictureStore, name: str) -> None:
    for ask in (store.path, store.data, lambda n: store.thumbnail(n, 160)):
        with pytest.raises(PictureError) as caught:
            ask(name)
        assert caught.value.reason == "not_found"
    assert name not in store


@pytest.mark.parametrize(
    ("size", "width", "want"),
    [((800, 400), 160, (160, 80)), ((300, 900), 160, (160, 480)), ((100, 50), 640, (100, 50))],
)
def test_thumbnail(store: PictureStore, size: tuple[int, int], width: int, want: tuple[int, int]) -> None:
    name = store.put(encoded(photo(*size)))
    small = store.thumbnail(name, width)
    image = Image.open(io.BytesIO(small))
    assert image.format == "WEBP"
    assert image.size == want
    kept = store.root / name[:2] / f"{name}.{width}.webp"
    before = kept.stat().st_mtime_ns
    assert store.thumbnail(name, width) == small
    assert kept.stat().st_mtime_ns == before


def test_thumbnail_of_a_turned_photo(store: PictureStore) -> None:
    exif = Image.Exif()
    exif[0x0112] = 6
    name = store.put(encoded(photo(800, 400), exif=exif))
    assert Image.open(io.BytesIO(store.thumbnail(name, 160))).size == (160, 320)


@pytest.mark.parametrize("width", [0, -1, 161, 10**9])
def test_other_widths_are_refused(store: PictureStore, width: int) -> None:
    name = store.put(encoded(photo()))
    with pytest.raises(PictureError, match="160, 320, 640, 1280"):
        store.thumbnail(name, width)


def test_thumbnail_of_no_picture(store: PictureStore) -> None:
    name = store.put(b"hello")
    with pytest.raises(PictureError) as caught:
        store.thumbnail(name, 160)
    assert caught.value.reason == "not_a_picture"


def test_many_threads_put_the_same(store: PictureStore) -> None:
    data = os.urandom(200_000)
    start = threading.Barrier(8)
    names, errors = [], []

    def work() -> None:
        start.wait()
        try:
            names.append(PictureStore(store.root).put(data))
        except Exception as error:  # noqa: BLE001
            errors.append(error)

    threads = [threading.Thread(target=work) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert errors == []
    assert set(names) == {content_hash(data)}
    assert store.data(names[0]) == data
    assert list((store.root / "partial").iterdir()) == []


def test_old_leftovers_are_swept(store: PictureStore) -> None:
    old, new = store.root / "partial" / "old", store.root / "partial" / "new"
    old.write_bytes(b"half")
    new.write_bytes(b"half")
    os.utime(old, (time.time() - 3 * 86400,) * 2)
    PictureStore(store.root)
    assert not old.exists()
    assert new.exists()


def test_a_full_disk_keeps_what_was_there_and_nothing_half(tmp_path: Path) -> None:
    with small_disk(tmp_path / "disk", 1 << 20) as resize:
        store = PictureStore(tmp_path / "disk" / "pictures")
        kept = [os.urandom(300_000) for _ in range(3)]
        for data in kept:
            store.put(data)
        more = os.urandom(300_000)
        with pytest.raises(PictureStoreError, match=f"cannot keep a picture in {store.root}: No space left"):
            store.put(more)
        assert content_hash(more) not in store
        assert list((store.root / "partial").iterdir()) == []
        assert [store.data(content_hash(data)) for data in kept] == kept
        resize(4 << 20)
        assert store.data(store.put(more)) == more


@pytest.mark.skipif(not hasattr(os, "geteuid"), reason="folders are made read-only as on Unix")
def test_a_folder_that_cannot_be_written_shows_pictures(store: PictureStore, tmp_path: Path) -> None:
    name = store.put(encoded(photo()))
    with read_only(store.root, tmp_path / "locked") as root:
        opened = PictureStore(root)
        assert opened.data(name) == store.data(name)
        assert opened.thumbnail(name, 160)
        with pytest.raises(PictureStoreError, match=r"Read-only|Permission"):
            opened.put(b"data")
    assert len(list(store.path(name).parent.iterdir())) == 1


KILLED = """
import os, sys
from pathlib import Path
from shopthelook.images.store import PictureStore
store = PictureStore(Path(sys.argv[1]))
print("ready", flush=True)
while True:
    store.put(os.urandom(3_000_000))
"""


@pytest.mark.skipif(os.name != "posix", reason="kill -9")
def test_kill_leaves_no_half_picture(tmp_path: Path) -> None:
    for turn in range(4):
        writer = subprocess.Popen(
            [sys.executable, "-c", KILLED, str(tmp_path)],
            stdout=subprocess.PIPE,
            env={**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))},
        )
        assert writer.stdout is not None
        assert writer.stdout.readline() == b"ready\n"
        time.sleep(0.05 + 0.03 * turn)
        os.kill(writer.pid, signal.SIGKILL)
        writer.wait()
        writer.stdout.close()
        for path in tmp_path.glob("??/*"):
            assert content_hash(path.read_bytes()) == path.name
    assert list(tmp_path.glob("??/*"))
