"""Crops of searches that run at the same time, embedded as one batch."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass, field
from weakref import WeakKeyDictionary

import numpy as np
from numpy.typing import NDArray

from shopthelook.embedding import Embedder, Embeddings
from shopthelook.models.session import usable_cores
from shopthelook.pipeline import giving_up
from shopthelook.pipeline.stages import tell_batch

WAIT_S = 0.004


@dataclass(eq=False, slots=True)
class _Asked:
    """One search's crops on their way through the model.

    Attributes:
        leads: whether its thread runs a batch.
        batch: what that batch is of.
        left: whether its thread waits no more.
    """

    pixels: NDArray[np.uint8]
    gone: threading.Event | None
    leads: bool = False
    batch: list[_Asked] = field(default_factory=list)
    left: bool = False
    found: Embeddings | None = None
    error: BaseException | None = None

    @property
    def is_done(self) -> bool:
        return self.found is not None or self.error is not None


@dataclass(eq=False, slots=True)
class _Line:
    """Who waits for one embedder.

    Attributes:
        most: crops of a batch; one search's crops are never parted, so that more of these are a batch of their own.
        runners: batches that may run at the same time.
        waiting: the first of them leads the next batch.
        running: batches that run or come together.
        coming: searches that cut their crops, and will wait here in a moment.
        gathering: who leads a batch that comes together just now.
    """

    most: int
    runners: int
    waiting: deque[_Asked] = field(default_factory=deque)
    running: int = 0
    coming: int = 0
    gathering: _Asked | None = None

    def appoint(self) -> None:
        """Where a batch may run, have the first in the line lead it."""
        if self.waiting and self.gathering is None and self.running < self.runners:
            self.gathering = self.waiting[0]
            self.gathering.leads = True
            self.running += 1

    def is_full(self) -> bool:
        """Whether one batch cannot take more than wait."""
        return sum(len(one.pixels) for one in self.waiting) >= self.most

    def take(self, leader: _Asked) -> None:
        """Give the leader its batch, in order; whose asker is gone is left out and told so."""
        taken = leader.batch
        size = 0
        while self.waiting and (not taken or size + len(self.waiting[0].pixels) <= self.most):
            first = self.waiting.popleft()
            if first.gone is not None and first.gone.is_set():
                first.error = giving_up.GivenUp()
            else:
                taken.append(first)
                size += len(first.pixels)
        self.gathering = None
        self.appoint()

    def leave(self, asked: _Asked) -> None:
        """Go on without one that has its answer, or whose thread was interrupted wherever it was."""
        asked.left = True
        if asked in self.waiting:
            self.waiting.remove(asked)
        if asked.leads:
            if self.gathering is asked:
                self.gathering = None
            # Some are left where Ctrl-C came in between. Who gathers the next batch stays the first in the line.
            self.waiting.extend(one for one in asked.batch if not one.is_done and not one.left)
            asked.batch = []
            self.running -= 1
            self.appoint()


class Batching:
    """Has searches in several threads share runs of an embedder.

    There is no thread of its own. Who comes when no batch runs, leads: a search that is alone runs its crops at once,
    in its own thread. Those who come while a batch runs wait in a line; when it is over, the first of them leads the
    next batch and takes along the others. The leader waits for more only where others are cutting their crops at this
    very moment, and no longer than ``wait_s``. The line is never longer than there are threads that search.

    A batch that fails is run again search by search, so that only who is to blame fails.

    Args:
        wait_s: seconds.
    """

    def __init__(self, wait_s: float = WAIT_S) -> None:
        self._wait_s = wait_s
        self._changed = threading.Condition()
        self._lines: WeakKeyDictionary[Embedder, _Line] = WeakKeyDictionary()

    @property
    def waiting(self) -> int:
        """Searches that wait for a batch to begin."""
        with self._changed:
            return sum(len(line.waiting) for line in self._lines.values())

    def embed(self, embedder: Embedder, pictures: Sequence[NDArray[np.uint8]]) -> Embeddings:
        """As ``embedder.embed``, maybe in one batch with pictures of other threads.

        Raises:
            GivenUp: nobody waits for it any more; see ``giving_up``.
        """
        line = self._line(embedder)
        with self._changed:
            line.coming += 1
        try:
            # Each in its own thread: it takes a while, and a picture that is none must not fail others.
            asked = _Asked(embedder.prepare(pictures), giving_up.asker())
        finally:
            with self._changed:
                line.coming -= 1
                self._changed.notify_all()
        try:
            self._wait(line, asked)
            if asked.leads:
                _embed(embedder, asked.batch)
        finally:
            # After Ctrl-C in a program's main thread, too: others must not wait for who does not come.
            with self._changed:
                line.leave(asked)
                if asked.leads or not asked.is_done:
                    self._changed.notify_all()
        if asked.error is not None:
            raise asked.error
        assert asked.found is not None  # noqa: S101 - who is done has one of both
        return asked.found

    def _line(self, embedder: Embedder) -> _Line:
        with self._changed:
            line = self._lines.get(embedder)
            if line is None:
                runners = max(1, usable_cores() // embedder.session.threads)
                line = self._lines[embedder] = _Line(embedder.batch_size, runners)
            return line

    def _wait(self, line: _Line, asked: _Asked) -> None:
        """Until others have run the crops, or they lead a batch, which has come together."""
        with self._changed:
            line.waiting.append(asked)
            line.appoint()
            self._changed.notify_all()
            self._changed.wait_for(lambda: asked.leads or asked.is_done)
            if asked.leads:
                self._changed.wait_for(lambda: line.is_full() or not line.coming, self._wait_s)
                line.take(asked)
                self._changed.notify_all()


def _embed(embedder: Embedder, batch: list[_Asked]) -> None:
    if not batch:
        return
    try:
        found = embedder.embed_prepared(np.concatenate([one.pixels for one in batch]))
    except Exception as error:  # noqa: BLE001 - whose crops these are is told
        if len(batch) == 1:
            batch[0].error = error
            return
        for one in batch:
            _embed(embedder, [one])
        return
    tell_batch(len(found))
    start = 0
    for one in batch:
        end = start + len(one.pixels)
        one.found = found.part(start, end)
        start = end
