"""A change of the embedder beside the searches of a server, in a thread that gives way to them."""

from __future__ import annotations

import logging
import os
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from shopthelook.embedding import Embedder
from shopthelook.errors import ShopError
from shopthelook.pipeline.errors import ImportRunning, TooManyFailed
from shopthelook.pipeline.reembedding import Stopped, changeover_turn, embed_products

if TYPE_CHECKING:
    from shopthelook.pipeline.parts import Parts

_log = logging.getLogger(__name__)

_AGAIN_S = 5.0
"""How long to wait for another process that is at it, before seeing whether it is done or gone."""

_AFTER_A_FAILURE_S = 60.0

_NICE = 10

_LEAVE_S = 10.0
"""How long the end of a server waits for the batch at hand."""


@contextmanager
def embedding(shop: Parts) -> Iterator[None]:
    """Meanwhile, if ``shop.toml`` names another embedder than the one that serves, change to it.

    Of several processes one works, and where it ends another goes on. What fails is in the log, and is tried again;
    searches and writes do not depend on it. On leaving, the batch at hand is waited for; what is done is kept.
    """
    if not _is_to_do(shop):
        yield
        return
    stopping = threading.Event()
    worker = threading.Thread(
        target=_change, args=(shop, stopping), name="shopthelook-embedding", daemon=True
    )
    worker.start()
    try:
        yield
    finally:
        stopping.set()
        worker.join(_LEAVE_S)


def _is_to_do(shop: Parts) -> bool:
    """Whether another embedder serves than the wanted one, or older codes are left over."""
    wanted = shop.wanted_bundle.key
    serving = shop.catalog.changeover.serving()
    return serving is not None and (
        serving != wanted or bool(shop.catalog.codes_by_bundle().keys() - {wanted})
    )


def _change(shop: Parts, stopping: threading.Event) -> None:
    if sys.platform == "linux":
        # A thread has a priority of its own there. The model runs in this thread alone.
        os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), _NICE)
    while not stopping.is_set():
        try:
            if not _is_to_do(shop):
                shop.follow_embedder()
                return
            with changeover_turn(shop):
                _log.info("giving all products a code of %s", shop.wanted_bundle.id)
                embedder = Embedder(shop.wanted_bundle, threads=1, taxonomy=shop.taxonomy)
                done = embed_products(shop, embedder=embedder, is_stopped=stopping.is_set)
                _log.info(
                    "%s serves now: %d products embedded, %d could not be",
                    shop.wanted_bundle.id,
                    done.updated,
                    done.failed,
                )
                return
        except Stopped:
            return
        except TooManyFailed as error:
            _log.error("%s", error)
            return
        except ImportRunning:
            stopping.wait(_AGAIN_S)
        except Exception as error:  # noqa: BLE001 - a full disk or a lost database passes, and nobody else would try again
            is_known = isinstance(error, ShopError)
            _log.warning("the change of the embedder goes on in a minute: %s", error, exc_info=not is_known)
            stopping.wait(_AFTER_A_FAILURE_S)
