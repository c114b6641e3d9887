"""The picture store: whole files or none, whoever writes and whatever kills the writer."""

from __future__ import annotations

import hashlib
import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest
from tests.fixtures.disks import read_only, small_disk
from tests.images.conftest import encoded, photo

from shopthelook.images import PictureError, PictureStore, PictureStoreError, content_hash


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """The folder of the store's pictures."""
    return tmp_path / "pictures"


@pytest.fixture
def store(root: Path) -> PictureStore:
    return PictureStore(root)


def test_put_and_get(store: PictureStore, root: Path) -> None:
    data = encoded(photo())
    name = store.put(data)
    assert name == content_hash(data) == hashlib.sha256(data).hexdigest()
    assert store.path(name) == root / name[:2] / name
    assert store.where(name) == str(root.resolve() / name[:2] / name)
    assert store.data(name) == data
    assert store.put(data) == name
    assert name in store
    assert list((root / "partial").iterdir()) == []


@pytest.mark.parametrize(
    "name", ["", "ab", "../../etc/passwd", "A" * 64, "0" * 63, "0" * 64 + "\n", "g" * 64, "0" * 64]
)
def test_names_that_are_not_there(store: PictureStore, name: str) -> None:
    for ask in (store.path, store.data, lambda n: store.thumbnail(n, 160)):
        with pytest.raises(PictureError) as caught:
            ask(name)
        assert caught.value.reason == "not_found"
    assert name not in store


def test_many_threads_put_the_same(store: PictureStore, root: Path) -> None:
    data = os.urandom(200_000)
    start = threading.Barrier(8)
    names, errors = [], []

    def work() -> None:
        start.wait()
        try:
            names.append(PictureStore(root).put(data))
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
    assert list((root / "partial").iterdir()) == []


def test_old_leftovers_are_swept(store: PictureStore, root: Path) -> None:
    old, new = root / "partial" / "old", root / "partial" / "new"
    old.write_bytes(b"half")
    new.write_bytes(b"half")
    os.utime(old, (time.time() - 3 * 86400,) * 2)
    PictureStore(root)
    assert not old.exists()
    assert new.exists()


def test_a_full_disk_keeps_what_was_there_and_nothing_half(tmp_path: Path) -> None:
    with small_disk(tmp_path / "disk", 1 << 20) as resize:
        store = PictureStore(root := tmp_path / "disk" / "pictures")
        kept = [os.urandom(300_000) for _ in range(3)]
        for data in kept:
            store.put(data)
        more = os.urandom(300_000)
        with pytest.raises(PictureStoreError, match=f"cannot keep a picture in {root}: No space left"):
            store.put(more)
        assert content_hash(more) not in store
        assert list((root / "partial").iterdir()) == []
        assert [store.data(content_hash(data)) for data in kept] == kept
        resize(4 << 20)
        assert store.data(store.put(more)) == more


@pytest.mark.skipif(not hasattr(os, "geteuid"), reason="folders are made read-only as on Unix")
def test_a_folder_that_cannot_be_written_shows_pictures(
    store: PictureStore, root: Path, tmp_path: Path
) -> None:
    name = store.put(encoded(photo()))
    with read_only(root, tmp_path / "locked") as locked:
        opened = PictureStore(locked, sizes=locked / "sizes")
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
store.put(os.urandom(3_000_000))
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
