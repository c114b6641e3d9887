"""Sizes of pictures: made once, kept while there is room, AVIF where somebody can show it."""

from __future__ import annotations

import io
import logging
import os
import threading
import time
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from tests.fixtures.disks import small_disk
from tests.images.conftest import encoded, photo

from shopthelook.images import PictureError, PictureStore
from shopthelook.images.kept_sizes import KeptSizes
from shopthelook.images.later import Later
from shopthelook.images.sizes import CAN_AVIF

with_avif = pytest.mark.skipif(not CAN_AVIF, reason="this Pillow cannot write AVIF")


@pytest.fixture
def sizes(tmp_path: Path) -> Path:
    """The folder of kept sizes."""
    return tmp_path / "sizes"


@pytest.fixture
def store(tmp_path: Path, sizes: Path) -> PictureStore:
    return PictureStore(tmp_path / "pictures", sizes=sizes)


def kept(sizes: Path) -> set[str]:
    """The endings of the sizes that are kept."""
    return {path.name.partition(".")[2] for path in sizes.glob("??/*")}


def grain(width: int = 320, height: int = 240) -> Image.Image:
    """A picture with much to keep, as photos have: AVIF is smaller."""
    rng = np.random.default_rng(1)
    coarse = rng.integers(0, 255, (height // 8, width // 8, 3), dtype=np.uint8)
    return Image.fromarray(coarse).resize((width, height), Image.Resampling.BICUBIC)


@pytest.mark.parametrize(
    ("size", "width", "want"),
    [((800, 400), 160, (160, 80)), ((300, 900), 160, (160, 480)), ((100, 50), 640, (100, 50))],
)
def test_a_size_is_made_once(
    store: PictureStore, sizes: Path, size: tuple[int, int], width: int, want: tuple[int, int]
) -> None:
    name = store.put(encoded(photo(*size)))
    small = store.thumbnail(name, width)
    image = Image.open(io.BytesIO(small))
    assert image.format == "WEBP"
    assert image.size == want
    (path,) = sizes.glob("??/*")
    assert path == sizes / name[:2] / f"{name}.{width}.webp"
    before = path.stat().st_mtime_ns
    assert store.thumbnail(name, width) == small
    assert path.stat().st_mtime_ns == before
    assert list((sizes / "partial").iterdir()) == []


def test_a_turned_photo_is_upright(store: PictureStore) -> None:
    exif = Image.Exif()
    exif[0x0112] = 6
    name = store.put(encoded(photo(800, 400), exif=exif))
    assert Image.open(io.BytesIO(store.thumbnail(name, 160))).size == (160, 320)


@pytest.mark.parametrize("width", [0, -1, 161, 10**9])
def test_other_widths_are_refused(store: PictureStore, width: int) -> None:
    name = store.put(encoded(photo()))
    with pytest.raises(PictureError, match="160, 320, 640, 1280"):
        store.thumbnail(name, width)


def test_a_size_of_no_picture(store: PictureStore) -> None:
    name = store.put(b"hello")
    with pytest.raises(PictureError) as caught:
        store.thumbnail(name, 160)
    assert caught.value.reason == "not_a_picture"


@with_avif
def test_avif_comes_when_a_size_is_asked_for_again(store: PictureStore, sizes: Path) -> None:
    name = store.put(encoded(grain(), "PNG"))
    first = store.size(name, 320, avif=True)
    assert (first.kind, first.last) == ("webp", False)
    store.later.wait()
    # Nobody has asked twice: most sizes of a large shop are never looked at again.
    assert kept(sizes) == {"320.webp"}
    again = store.size(name, 320, avif=True)
    assert (again.kind, again.last, again.data) == ("webp", False, first.data)
    store.later.wait()
    found = store.size(name, 320, avif=True)
    assert (found.kind, found.last) == ("avif", True)
    assert len(found.data) < len(first.data)
    picture = Image.open(io.BytesIO(found.data))
    assert (picture.format, picture.size) == ("AVIF", (320, 240))
    # The same picture for who cannot show it.
    assert store.size(name, 320) == type(found)(first.data, "webp")


@with_avif
def test_an_avif_that_is_no_smaller_is_not_given(
    store: PictureStore, sizes: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("shopthelook.images.store._WORTH", 0.0)
    name = store.put(encoded(grain(), "PNG"))
    for _ in range(2):
        store.size(name, 160, avif=True)
        store.later.wait()
    found = store.size(name, 160, avif=True)
    assert (found.kind, found.last) == ("webp", True)
    assert kept(sizes) == {"160.webp", "160.avif"}


def test_no_avif_where_it_is_not_wanted_or_cannot_be_kept(tmp_path: Path, sizes: Path) -> None:
    for store in (
        PictureStore(tmp_path / "pictures", sizes=sizes, avif=False),
        PictureStore(tmp_path / "pictures", sizes=sizes, sizes_max_bytes=0),
        PictureStore(tmp_path / "pictures"),
    ):
        name = store.put(encoded(grain(), "PNG"))
        for _ in range(2):
            found = store.size(name, 160, avif=True)
            store.later.wait()
            assert (found.kind, found.last) == ("webp", True)
    assert kept(sizes) == {"160.webp"}


def test_many_who_ask_at_once_have_it_made_once(store: PictureStore, monkeypatch: pytest.MonkeyPatch) -> None:
    name = store.put(encoded(photo(400, 300)))
    reads: list[str] = []
    real = store.data
    monkeypatch.setattr(store, "data", lambda asked: (reads.append(asked), real(asked))[1])
    start = threading.Barrier(6)
    found: list[bytes] = []

    def ask() -> None:
        start.wait()
        found.append(store.thumbnail(name, 320))

    threads = [threading.Thread(target=ask) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(set(found)) == 1
    assert len(found) == 6
    assert reads == [name]


def test_those_that_were_not_asked_for_longest_go(sizes: Path) -> None:
    later = Later()
    keeping = KeptSizes(sizes, 100 * 4096, later)
    names = [f"{n:064x}" for n in range(100)]
    for n, name in enumerate(names):
        keeping.write(name, 160, "webp", bytes(100))
        later.wait()
        path = keeping._path(name, 160, "webp")
        if path.exists():
            os.utime(path, (time.time() - 10_000 + n,) * 2)
        # Looked at now and then: it stays.
        assert keeping.read(names[0], 160, "webp") is not None
    there = [name for name in names if keeping.read(name, 160, "webp") is not None]
    assert len(there) <= 100
    assert keeping.trim() == 4096 * len([*sizes.glob("??/*")])
    for name in names[:20]:
        keeping.write(name[::-1], 160, "webp", bytes(100))
    assert keeping.trim() <= 0.95 * 100 * 4096
    there = [name for name in names if keeping.read(name, 160, "webp") is not None]
    assert names[0] in there
    assert names[-1] in there
    assert names[1] not in there


def test_a_full_disk_shows_pictures_and_says_so_once(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    with small_disk(tmp_path / "disk", 1 << 16) as resize:
        store = PictureStore(tmp_path / "pictures", sizes=tmp_path / "disk" / "sizes")
        names = [store.put(encoded(photo(seed=n), "PNG")) for n in range(30)]
        with caplog.at_level(logging.WARNING):
            for name in names:
                assert store.thumbnail(name, 160).startswith(b"RIFF")
        (line,) = caplog.messages
        assert f"cannot keep sizes of pictures in {tmp_path / 'disk' / 'sizes'}: No space left" in line
        assert list((tmp_path / "disk" / "sizes" / "partial").iterdir()) == []
        before = len([*(tmp_path / "disk" / "sizes").glob("??/*")])
        assert 0 < before < 30
        resize(1 << 22)
        for name in names:
            store.thumbnail(name, 160)
        assert len([*(tmp_path / "disk" / "sizes").glob("??/*")]) == 30


def test_a_file_that_a_power_cut_left_empty_is_made_again(store: PictureStore, sizes: Path) -> None:
    name = store.put(encoded(photo(400, 300)))
    small = store.thumbnail(name, 160)
    (file,) = sizes.glob("??/*")
    file.write_bytes(b"")
    assert store.thumbnail(name, 160) == small == file.read_bytes()


def test_later_goes_on_when_there_are_threads_again(monkeypatch: pytest.MonkeyPatch) -> None:
    def no_thread(thread: threading.Thread) -> None:
        raise RuntimeError("can't start new thread")

    later, done = Later(), []
    with monkeypatch.context() as patched:
        patched.setattr(threading.Thread, "start", no_thread)
        later.add(1, lambda: done.append(1))
    later.wait()
    later.add(2, lambda: done.append(2))
    later.wait()
    assert done == [1, 2]
    later.close()


def test_later_runs_each_call_once_and_survives_failures(caplog: pytest.LogCaptureFixture) -> None:
    later = Later(most=2)
    go, done = threading.Event(), []

    def fail() -> None:
        raise OSError("the disk is away")

    later.add("first", lambda: go.wait(60))
    while later._calls:
        time.sleep(0.001)
    later.add("second", fail)
    later.add("third", lambda: done.append("third"))
    later.add("third", lambda: done.append("not again"))
    later.add("fourth", lambda: done.append("one too many"))
    go.set()
    later.wait()
    assert done == ["third"]
    assert "the disk is away" in caplog.text
    later.close()
    later.add("fifth", lambda: done.append("closed"))
    later.wait()
    assert done == ["third"]
