"""Pictures in stores elsewhere: fsspec's own, and a server that speaks S3."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from tests.fixtures.s3 import S3
from tests.images.conftest import encoded, photo

from shopthelook.images import PictureError, PictureStore, PictureStoreError, Remote, content_hash
from shopthelook.images import remote as remote_module

NEVER = "0" * 64
Made = Callable[..., Remote]


@pytest.fixture(params=["memory", "local", "s3"])
def remote(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Made]:
    """Opens a new, empty store of each kind; twice gives the same one."""
    if request.param == "s3":
        s3: S3 = request.getfixturevalue("s3")
        bucket = s3.bucket()
        yield lambda **options: Remote(f"s3://{bucket}/some/prefix", options=s3.options, **options)
        return
    folder = f"{request.param}://{tmp_path}/pictures"
    yield lambda **options: Remote(folder, **options)


def test_put_and_get(remote: Made) -> None:
    store = PictureStore(remote())
    data = encoded(photo())
    name = store.put(data)
    assert name == content_hash(data)
    assert name in store
    assert store.put(data) == name
    again = PictureStore(remote())
    assert again.data(name) == data
    assert again.where(name).endswith(f"/{name[:2]}/{name}")
    assert "://" in again.where(name)
    with pytest.raises(PictureStoreError, match="not in a folder"):
        again.path(name)


def test_sizes_are_kept_on_this_machine(remote: Made, tmp_path: Path) -> None:
    store = PictureStore(remote(), sizes=tmp_path / "sizes")
    name = store.put(encoded(photo(400, 300)))
    small = store.thumbnail(name, 160)
    assert (tmp_path / "sizes" / name[:2] / f"{name}.160.webp").read_bytes() == small


def test_what_is_not_there(remote: Made) -> None:
    store = PictureStore(remote())
    assert NEVER not in store
    for ask in (store.data, lambda name: store.thumbnail(name, 160)):
        for name in (NEVER, "../x", ""):
            with pytest.raises(PictureError) as caught:
                ask(name)
            assert caught.value.reason == "not_found"


def test_a_put_that_breaks_leaves_nothing(remote: Made, monkeypatch: pytest.MonkeyPatch) -> None:
    place = remote()
    step = "pipe_file" if place._in_one_step else "mv"
    real = place._ask

    def broken(what: str, *args: Any, **kwargs: Any) -> Any:
        if what == step:
            raise OSError("the network is gone")
        return real(what, *args, **kwargs)

    monkeypatch.setattr(place, "_ask", broken)
    store = PictureStore(place)
    with pytest.raises(
        PictureStoreError, match=r"cannot keep a picture in .*: the network is gone; what was"
    ):
        store.put(b"data")
    assert content_hash(b"data") not in store
    monkeypatch.undo()
    if not place._in_one_step:
        assert place._fs.ls(f"{place._root}/partial") == []
    assert store.data(store.put(b"data")) == b"data"


def test_many_threads_put_the_same(remote: Made) -> None:
    data = os.urandom(50_000)
    store, names = PictureStore(remote()), []
    threads = [threading.Thread(target=lambda: names.append(store.put(data))) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert names == [content_hash(data)] * 6
    assert store.data(names[0]) == data


def test_a_store_that_does_not_answer(s3: S3) -> None:
    """A port that takes connections and says nothing: each call ends in time, and says which store it was."""
    with socket.create_server(("127.0.0.1", 0)) as silent:
        options = s3.options | {"endpoint_url": f"http://127.0.0.1:{silent.getsockname()[1]}"}
        store = PictureStore(Remote("s3://shop/pictures", options=options, timeout_s=0.5))
        with pytest.raises(PictureStoreError, match="cannot read a picture in s3://shop/pictures: no answer"):
            store.data(NEVER)
        with pytest.raises(PictureStoreError, match="s3://shop/pictures: no answer"):
            store.put(b"data")


def test_a_store_that_is_not_there(s3: S3) -> None:
    with socket.create_server(("127.0.0.1", 0)) as gone:
        port = gone.getsockname()[1]
    options = s3.options | {"endpoint_url": f"http://127.0.0.1:{port}"}
    store = PictureStore(Remote("s3://shop/pictures", options=options, timeout_s=5))
    with pytest.raises(PictureStoreError, match=r"in s3://shop/pictures: .*(connect|no answer)"):
        store.data(NEVER)
    nowhere = PictureStore(Remote("s3://there-is-no-bucket/pictures", options=s3.options))
    with pytest.raises(PictureStoreError, match="cannot keep a picture in s3://there-is-no-bucket/pictures"):
        nowhere.put(b"data")


def test_a_library_that_hangs_is_not_waited_for(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(remote_module, "_MOST_WAITING", 2)
    place = Remote(f"memory://{tmp_path}", timeout_s=0.2)
    release = threading.Event()
    monkeypatch.setattr(type(place._fs), "cat_file", lambda self, path: release.wait(60))
    try:
        with pytest.raises(PictureStoreError, match=r"memory://.*: no answer within 0.2 seconds"):
            place.read(NEVER)
        for words in ("no answer", "2 calls wait for it already"):
            with pytest.raises(PictureStoreError, match=words):
                place.read(NEVER)
    finally:
        release.set()


def test_a_call_that_gets_no_thread_takes_no_room(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(remote_module, "_MOST_WAITING", 2)
    store = PictureStore(Remote(f"memory://{tmp_path}"))
    name = store.put(b"data")

    def no_thread(thread: threading.Thread) -> None:
        raise RuntimeError("can't start new thread")

    with monkeypatch.context() as patched:
        patched.setattr(threading.Thread, "start", no_thread)
        for _ in range(3):
            with pytest.raises(PictureStoreError, match="can't start new thread"):
                store.data(name)
    assert store.data(name) == b"data"


def test_what_cannot_be_opened() -> None:
    with pytest.raises(PictureStoreError, match=r"cannot open the picture store nothing://x: .*nothing"):
        Remote("nothing://x")
    with pytest.raises(PictureStoreError, match=r"picture store s3://x/y: .*max_concurrency") as caught:
        Remote("s3://user:hidden@x/y", options={"max_concurrency": 0})
    assert "hidden" not in str(caught.value)


def test_without_fsspec_the_local_disk_does(tmp_path: Path) -> None:
    code = """
import sys
sys.modules["fsspec"] = None
from shopthelook.images import PictureStore, PictureStoreError, Remote
store = PictureStore(sys.argv[1])
assert store.data(store.put(b"x")) == b"x"
try:
    Remote("s3://bucket/x")
except PictureStoreError as error:
    print(error)
"""
    done = subprocess.run(
        [sys.executable, "-c", code, str(tmp_path / "pictures")],
        capture_output=True,
        text=True,
        check=True,
    )
    assert "pip install 'shopthelook[pictures]'" in done.stdout
