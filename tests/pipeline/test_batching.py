"""Searches of several threads share runs of the embedder, and neither their results nor their failures."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from shopthelook import images
from shopthelook.embedding import Embedder, Embeddings
from shopthelook.models import open_bundle
from shopthelook.models.preprocess import PixelsError
from shopthelook.models.session import ModelRunError
from shopthelook.pipeline import giving_up
from shopthelook.pipeline.batching import Batching
from shopthelook.pipeline.giving_up import GivenUp
from shopthelook.pipeline.stages import listening

DEMO = Path(__file__).parents[2] / "demo" / "products"
Picture = NDArray[np.uint8]


class Watched(Embedder):
    """A tiny embedder that waits before each run until it may, and notes how many pictures the run has."""

    def __init__(self, bundle: Path, cores: int = 1) -> None:
        super().__init__(open_bundle(str(bundle), "embedder"), threads=1, batch_size=16)
        self.sizes: list[int] = []
        self.go = threading.Event()
        self.go.set()
        self.began = threading.Event()
        self.poison: int | None = None
        self.interrupt = False

    def embed_prepared(self, pixels: Picture) -> Embeddings:
        self.began.set()
        assert self.go.wait(60)
        self.sizes.append(len(pixels))
        if self.interrupt:
            self.interrupt = False
            raise KeyboardInterrupt
        if self.poison is not None and (pixels == self.poison).all(axis=(1, 2, 3)).any():
            raise ModelRunError("a crop that the model cannot bear")
        return super().embed_prepared(pixels)


@pytest.fixture
def embedder(tiny_embedder: Path, monkeypatch: pytest.MonkeyPatch) -> Watched:
    monkeypatch.setattr("shopthelook.pipeline.batching.usable_cores", lambda: 1)
    return Watched(tiny_embedder)


def pictures(count: int, seed: int) -> list[Picture]:
    rng = np.random.default_rng(seed)
    return [rng.integers(0, 256, (20 + n, 30, 3), dtype=np.uint8) for n in range(count)]


def plain(shade: int) -> Picture:
    return np.full((10, 10, 3), shade, np.uint8)


def same(found: Embeddings, wanted: Embeddings) -> bool:
    return np.array_equal(found.codes, wanted.codes) and np.array_equal(found.floats, wanted.floats)


class Crowd:
    """Searches in threads: the first of them runs and is held, the others stand in line."""

    def __init__(self, embedder: Watched, batching: Batching) -> None:
        self.embedder = embedder
        self.batching = batching
        self._pool = ThreadPoolExecutor(16)
        embedder.go.clear()
        self.first = self.ask(pictures(2, seed=99))
        assert embedder.began.wait(60)

    def ask(self, batch: Sequence[Picture], gone: threading.Event | None = None) -> Future[Embeddings]:
        def call() -> Embeddings:
            with giving_up.unless(gone or threading.Event()):
                return self.batching.embed(self.embedder, batch)

        return self._pool.submit(call)

    def stand(self, batch: Sequence[Picture], gone: threading.Event | None = None) -> Future[Embeddings]:
        """As ``ask``, and not back before it is in the line."""
        before = self.batching.waiting
        future = self.ask(batch, gone)
        until(lambda: self.batching.waiting == before + 1)
        return future


def until(reached: Callable[[], bool]) -> None:
    for _ in range(60_000):
        if reached():
            return
        threading.Event().wait(0.001)
    raise AssertionError("it never came to that")


def test_who_is_alone_has_a_batch_at_once(embedder: Watched) -> None:
    told: list[int] = []
    batching = Batching(wait_s=60)
    with listening(lambda *_: None, told.append):
        found = batching.embed(embedder, pictures(3, seed=1))
    assert embedder.sizes == told == [3]
    assert same(found, embedder.embed(pictures(3, seed=1)))


def test_who_comes_while_a_batch_runs_shares_the_next(embedder: Watched) -> None:
    crowd = Crowd(embedder, Batching())
    others = [crowd.stand(pictures(n, seed=n)) for n in (1, 4, 3)]
    embedder.go.set()
    found = [one.result(60) for one in (crowd.first, *others)]
    assert embedder.sizes == [2, 8]
    for one, (count, seed) in zip(found, [(2, 99), (1, 1), (4, 4), (3, 3)], strict=True):
        assert same(one, embedder.embed(pictures(count, seed)))


def test_a_batch_is_no_larger_than_the_model_runs_at_once(embedder: Watched) -> None:
    crowd = Crowd(embedder, Batching())
    others = [crowd.stand(pictures(n, seed=n)) for n in (7, 8, 5, 20, 1)]
    embedder.go.set()
    assert [len(one.result(60)) for one in others] == [7, 8, 5, 20, 1]
    # Nobody's crops are parted, and nobody overtakes.
    assert embedder.sizes == [2, 15, 5, 20, 1]


def test_only_who_is_to_blame_fails(embedder: Watched) -> None:
    crowd = Crowd(embedder, Batching())
    embedder.poison = 7
    good, bad, well = (
        crowd.stand(batch) for batch in (pictures(2, seed=5), [plain(9), plain(7)], pictures(1, seed=6))
    )
    embedder.go.set()
    with pytest.raises(ModelRunError, match="cannot bear"):
        bad.result(60)
    assert same(good.result(60), embedder.embed(pictures(2, seed=5)))
    assert same(well.result(60), embedder.embed(pictures(1, seed=6)))


def test_what_is_no_picture_never_joins(embedder: Watched) -> None:
    crowd = Crowd(embedder, Batching())
    bad: Any = np.zeros((4, 4), np.uint8)
    with pytest.raises(PixelsError):
        crowd.ask([bad]).result(60)
    good = crowd.stand(pictures(2, seed=5))
    embedder.go.set()
    assert len(good.result(60)) == 2
    assert embedder.sizes == [2, 2]


def test_crops_of_who_is_gone_are_dropped(embedder: Watched) -> None:
    crowd = Crowd(embedder, Batching())
    gone = threading.Event()
    left = crowd.stand(pictures(9, seed=1), gone)
    stays = crowd.stand(pictures(3, seed=2))
    gone.set()
    embedder.go.set()
    with pytest.raises(GivenUp):
        left.result(60)
    assert len(stays.result(60)) == 3
    assert embedder.sizes == [2, 3]


def test_all_gone_leave_no_batch_behind(embedder: Watched) -> None:
    crowd = Crowd(embedder, Batching())
    gone = threading.Event()
    left = [crowd.stand(pictures(1, seed=n), gone) for n in range(3)]
    gone.set()
    embedder.go.set()
    for one in left:
        with pytest.raises(GivenUp):
            one.result(60)
    assert len(crowd.ask(pictures(4, seed=4)).result(60)) == 4
    assert embedder.sizes == [2, 4]


class Cutting(Watched):
    """One that is slow to cut the crops of a batch of three."""

    def __init__(self, bundle: Path) -> None:
        super().__init__(bundle)
        self.cuts = threading.Event()
        self.cut = threading.Event()

    def prepare(self, batch: Sequence[Picture]) -> Picture:
        if len(batch) == 3:
            self.cuts.set()
            assert self.cut.wait(60)
        return super().prepare(batch)


@pytest.mark.parametrize(("wait_s", "sizes"), [(60.0, [5]), (0.0, [2, 3])])
def test_a_batch_waits_for_crops_that_are_being_cut(
    tiny_embedder: Path, monkeypatch: pytest.MonkeyPatch, wait_s: float, sizes: list[int]
) -> None:
    monkeypatch.setattr("shopthelook.pipeline.batching.usable_cores", lambda: 1)
    embedder = Cutting(tiny_embedder)
    batching = Batching(wait_s)
    with ThreadPoolExecutor(2) as pool:
        slow = pool.submit(batching.embed, embedder, pictures(3, seed=1))
        assert embedder.cuts.wait(60)
        quick = pool.submit(batching.embed, embedder, pictures(2, seed=2))
        if wait_s:
            until(lambda: batching.waiting == 1)
        else:
            quick.result(60)
        embedder.cut.set()
        assert (len(slow.result(60)), len(quick.result(60))) == (3, 2)
    assert embedder.sizes == sizes


def test_more_batches_run_at_a_time_where_there_are_cores(
    tiny_embedder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("shopthelook.pipeline.batching.usable_cores", lambda: 2)
    embedder = Watched(tiny_embedder)
    crowd = Crowd(embedder, Batching())
    embedder.began.clear()
    second = crowd.ask(pictures(3, seed=3))
    assert embedder.began.wait(60)
    third = crowd.stand(pictures(1, seed=1))
    embedder.go.set()
    assert [len(one.result(60)) for one in (crowd.first, second, third)] == [2, 3, 1]


def test_an_interrupted_leader_leaves_the_others_their_turn(embedder: Watched) -> None:
    crowd = Crowd(embedder, Batching())
    led = crowd.stand(pictures(1, seed=1))
    others = [crowd.stand(pictures(2, seed=2)), crowd.stand(pictures(3, seed=3))]
    # The first ends, the next in line leads, and Ctrl-C comes in the middle of its batch.
    embedder.began.clear()
    real = Watched.embed_prepared

    def interrupted(pixels: Picture) -> Embeddings:
        embedder.interrupt = len(pixels) == 6
        return real(embedder, pixels)

    embedder.embed_prepared = interrupted  # type: ignore[method-assign]
    embedder.go.set()
    with pytest.raises(KeyboardInterrupt):
        led.result(60)
    assert [len(one.result(60)) for one in others] == [2, 3]
    assert embedder.sizes == [2, 6, 5]


def test_a_leader_interrupted_before_its_batch_runs_leaves_the_others_their_turn(
    embedder: Watched, monkeypatch: pytest.MonkeyPatch
) -> None:
    crowd = Crowd(embedder, Batching())
    led = crowd.stand(pictures(1, seed=1))
    other = crowd.stand(pictures(2, seed=2))
    real = threading.Condition.notify_all
    interrupted: list[int] = []

    def once_taken(condition: threading.Condition) -> None:
        real(condition)
        if condition is crowd.batching._changed and not interrupted and crowd.batching.waiting == 0:
            interrupted.append(1)
            raise KeyboardInterrupt

    monkeypatch.setattr(threading.Condition, "notify_all", once_taken)
    embedder.go.set()
    with pytest.raises(KeyboardInterrupt):
        led.result(60)
    assert len(other.result(60)) == 2
    assert embedder.sizes == [2, 2]


def test_many_threads_get_what_is_theirs(embedder: Watched) -> None:
    batching = Batching()

    def search(seed: int) -> bool:
        batch = pictures(1 + seed % 5, seed)
        return same(batching.embed(embedder, batch), Embedder.embed(embedder, batch))

    with ThreadPoolExecutor(8) as pool:
        assert all(pool.map(search, range(200)))
    assert batching.waiting == 0


def test_codes_do_not_depend_on_what_shares_the_batch() -> None:
    """ONNX Runtime may add up in another order in a batch of another size: no bit of a code may turn by that."""
    embedder = Embedder(open_bundle("embedder-lite"), threads=1)
    crops = [images.read(path.read_bytes()) for path in sorted(DEMO.glob("*.webp"))[:12]]
    pixels = embedder.prepare(crops)
    together = embedder.embed_prepared(pixels)
    for size in (1, 5):
        for start in range(0, len(crops), size):
            alone = embedder.embed_prepared(pixels[start : start + size])
            part = together.part(start, start + size)
            np.testing.assert_allclose(alone.floats, part.floats, atol=1e-4)
            turned = np.unpackbits(alone.codes ^ part.codes, axis=1, count=embedder.bits).astype(bool)
            # Only one that is as good as zero could, and these are rare.
            assert not (turned & (np.abs(part.floats) > 1e-4)).any()
            assert turned.mean() < 0.001
