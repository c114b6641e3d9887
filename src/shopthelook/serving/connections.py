"""Connections whose callers bring a request's head and take its answer in time, or are closed."""

from __future__ import annotations

import asyncio
import socket
from typing import Any

from uvicorn.protocols.http.h11_impl import H11Protocol

HEAD_TIMEOUT_S = 20.0
READ_TIMEOUT_S = 30.0
# Fewer bytes a second than the slowest of telephones.
_LEAST_RATE = 1000.0


class PromptConnection(H11Protocol):
    """Uvicorn's connection with limits on the time until a request's head is there, and until its answer is taken.

    By itself it waits for good for the first byte of a new connection and for the end of a head once begun, so that
    a few thousand callers who send nothing would leave no connection to others. Time is counted from the opening,
    and from the first byte after an answer. It also keeps an answer for good whose caller does not read it, and
    would never end after SIGTERM; such a caller is left after ``read_timeout_s`` in which hardly anything was taken.
    """

    head_timeout_s = HEAD_TIMEOUT_S
    read_timeout_s = READ_TIMEOUT_S

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self._waiting: asyncio.TimerHandle | None = None
        self._untaken: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Start to count."""
        super().connection_made(transport)
        link = transport.get_extra_info("socket")
        if link is not None and link.family in (socket.AF_INET, socket.AF_INET6):
            # asyncio does so only for sockets that were made with their protocol named. Else the body of an answer,
            # which follows its head, waits for the caller to confirm the head: 40 ms.
            link.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._await_head()

    def data_received(self, data: bytes) -> None:
        """Count on, unless a request has begun."""
        super().data_received(data)
        if self.cycle is not None and not self.cycle.response_complete:
            self._stop()
        elif self._waiting is None:
            self._await_head()

    def on_response_complete(self) -> None:
        """What was counted belongs to the request before."""
        self._stop()
        # What is left has grown: how much of it is taken is counted from here. An answer that finds too much left is
        # not written, so that who takes nothing cannot have this begin anew for good.
        if self._untaken is not None:
            self._untaken.cancel()
        self._await_reader()
        super().on_response_complete()

    def connection_lost(self, exc: Exception | None) -> None:
        """Nothing is waited for any more."""
        self._stop()
        if self._untaken is not None:
            self._untaken.cancel()
        super().connection_lost(exc)

    def _await_head(self) -> None:
        self._waiting = self.loop.call_later(self.head_timeout_s, self._give_up)

    def _stop(self) -> None:
        if self._waiting is not None:
            self._waiting.cancel()
            self._waiting = None

    def _await_reader(self) -> None:
        left = self.transport.get_write_buffer_size()
        self._untaken = (
            self.loop.call_later(self.read_timeout_s, self._look_at_reader, left) if left else None
        )

    def _look_at_reader(self, before: int) -> None:
        taken = before - self.transport.get_write_buffer_size()
        if taken < min(before, _LEAST_RATE * self.read_timeout_s):
            self._untaken = None
            self.transport.abort()
        else:
            self._await_reader()

    def _give_up(self) -> None:
        self._waiting = None
        if self.cycle is None or self.cycle.response_complete:
            self.transport.close()
