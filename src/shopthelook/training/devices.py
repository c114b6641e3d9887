"""One process or several that train together: who does what, and how their gradients meet."""

from __future__ import annotations

import contextlib
import ctypes
import multiprocessing
import os
import sys
import tempfile
import threading
import time
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import torch
from torch import distributed, nn

from shopthelook.errors import ShopError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from multiprocessing.process import BaseProcess

    from torch import Tensor

# glibc's numbers of what mallopt sets: above which size memory is mapped apart, and from when it is given back.
_MMAP_MAX, _TRIM_THRESHOLD = -4, -1
PATIENCE = timedelta(hours=2)  # of a device that waits while the first one validates and saves


@dataclass(frozen=True, slots=True)
class Device:
    """This process's place: device number ``rank`` of ``count``, and where its tensors live."""

    kind: str  # "cpu" or "cuda"
    rank: int = 0
    count: int = 1

    @property
    def torch(self) -> torch.device:
        return torch.device(self.kind, self.rank) if self.kind == "cuda" else torch.device("cpu")

    @property
    def first(self) -> bool:
        """Whether this is the process that validates, saves and speaks."""
        return self.rank == 0

    def makers(self, cores: int) -> int:
        """Threads that make this device's pictures on so many cores; on a CPU these are busy with the network."""
        return max(1, cores // self.count - 1) if self.kind == "cuda" else 1

    def wrap(self, model: nn.Module) -> nn.Module:
        """``model`` itself, or one whose gradients are averaged over the devices on the way back."""
        if self.count == 1:
            return model
        return nn.parallel.DistributedDataParallel(model)

    def mean(self, value: Tensor) -> Tensor:
        """The mean of a tensor over the devices."""
        if self.count > 1:
            distributed.all_reduce(value)
        return value / self.count

    def agreed(self, value: Any) -> Any:
        """What the first device has as ``value``, on every device."""
        if self.count == 1:
            return value
        held = [value]
        distributed.broadcast_object_list(held, src=0)
        return held[0]


def keep_memory() -> None:
    """Have glibc keep what a training step frees for the next one.

    By default it gives large pieces back to the system, which clears every page before it comes again: on a CPU that
    takes a third of the time of a step. Does nothing where there is no glibc.
    """
    with contextlib.suppress(OSError, AttributeError):
        library = ctypes.CDLL(None)
        library.mallopt(_MMAP_MAX, 0)
        library.mallopt(_TRIM_THRESHOLD, -1)


def choose(kind: str | None, count: int) -> str:
    """The kind of device to train on: the one asked for, else a GPU where there is one.

    Raises:
        ShopError: there is no such device, or not so many.
    """
    gpus = torch.cuda.device_count() if torch.cuda.is_available() else 0
    if kind is None:
        kind = "cuda" if gpus else "cpu"
    if kind == "cuda" and gpus < count:
        raise ShopError(f"{count} GPU{'s' * (count > 1)} asked for, but PyTorch sees {gpus}")
    return kind


def train_together(kind: str, count: int, work: Callable[..., Any], *arguments: Any) -> Any:
    """Call ``work(device, *arguments)`` in ``count`` processes at once and return what the first one gives.

    The first is this process; the others are started from it, so ``work`` and ``arguments`` must be such as pickle
    takes. They end when it ends, however that happens.

    Raises:
        ShopError: one of the others failed; the rest is stopped.
    """
    if count == 1:
        return work(Device(kind), *arguments)
    with tempfile.TemporaryDirectory() as folder:
        meeting = (Path(folder) / "meeting").as_uri()
        context = multiprocessing.get_context("spawn")
        others = [
            context.Process(
                target=_other, args=(os.getpid(), kind, rank, count, meeting, work, arguments), daemon=True
            )
            for rank in range(1, count)
        ]
        try:
            for one in others:
                one.start()
            with _joined(kind, 0, count, meeting), _watched(others):
                result = work(Device(kind, 0, count), *arguments)
        except RuntimeError as error:
            # Most likely of an exchange with one that is gone.
            if failed := _failed(others):
                raise ShopError(f"{failed}; its own message is above") from error
            raise
        finally:
            for one in others:
                one.join(timeout=10)
                one.kill()
    return result


def _failed(others: Sequence[BaseProcess]) -> str | None:
    for number, one in enumerate(others, 1):
        one.join(timeout=10)
        if one.exitcode:
            return f"the process of device {number} ended with status {one.exitcode}"
    return None


@contextlib.contextmanager
def _watched(others: Sequence[BaseProcess]) -> Iterator[None]:
    """Break off what this process waits for when another one is gone: a collective would wait for it for hours."""
    done = threading.Event()

    def watch() -> None:
        while not done.wait(0.5):
            if any(one.exitcode for one in others):
                # It may be broken already.
                with contextlib.suppress(Exception):
                    if distributed.group.WORLD is not None:
                        distributed.group.WORLD.abort()
                return

    watcher = threading.Thread(target=watch, daemon=True)
    watcher.start()
    try:
        yield
    finally:
        done.set()


def _other(
    parent: int,
    kind: str,
    rank: int,
    count: int,
    meeting: str,
    work: Callable[..., Any],
    arguments: tuple[Any, ...],
) -> None:
    threading.Thread(target=_follow, args=(parent,), daemon=True).start()
    try:
        with _joined(kind, rank, count, meeting):
            work(Device(kind, rank, count), *arguments)
    except KeyboardInterrupt:
        pass
    except ShopError as error:
        print(f"device {rank}: {error}", file=sys.stderr)
        sys.exit(1)


def _follow(parent: int) -> None:
    """End this process when the first one is gone, also by a kill that leaves it no time to say so."""
    while os.getppid() == parent:
        time.sleep(0.5)
    os._exit(1)


@contextlib.contextmanager
def _joined(kind: str, rank: int, count: int, meeting: str) -> Iterator[None]:
    threads = torch.get_num_threads()
    if kind == "cuda":
        torch.cuda.set_device(rank)
    else:
        # Threads that wait for each other's cores cost more than they bring.
        torch.set_num_threads(max(1, threads // count))
    distributed.init_process_group(
        "nccl" if kind == "cuda" else "gloo",
        init_method=meeting,
        rank=rank,
        world_size=count,
        timeout=PATIENCE,
    )
    try:
        yield
    finally:
        torch.set_num_threads(threads)
        with contextlib.suppress(Exception):  # the others may be gone
            distributed.destroy_process_group()
