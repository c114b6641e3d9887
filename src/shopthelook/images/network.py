"""Connections that only go where the rules allow, and that end when their time is over.

A host is resolved once, all its addresses are checked, and the connection is made to one of those that
were checked. A second look-up, which a hostile name server could answer differently, never happens. The
name still goes into the Host header and the TLS handshake, because the connection pool keeps it.
"""

from __future__ import annotations

import socket
import ssl
import threading
import time
from collections.abc import Iterable, Iterator
from concurrent.futures import Future
from contextlib import contextmanager
from typing import Any

import httpcore
import httpx

from shopthelook.images.rules import FetchError, FetchRules, check_address


class Clock(threading.local):
    """The moment (monotonic seconds) by which the thread's running attempt has to end, if any."""

    end: float | None = None

    @contextmanager
    def limit(self, seconds: float) -> Iterator[None]:
        """Bound everything that the thread reads and writes inside."""
        self.end = time.monotonic() + seconds
        try:
            yield
        finally:
            self.end = None

    def left(self, timeout: float | None) -> float | None:
        """`timeout` cut to what is left. Raises httpcore's ReadTimeout when nothing is."""
        if self.end is None:
            return timeout
        left = self.end - time.monotonic()
        if left <= 0:
            raise httpcore.ReadTimeout("the time for the whole request is over")
        return left if timeout is None else min(left, timeout)


class CheckedBackend(httpcore.NetworkBackend):
    """Resolves, checks and connects. `resolve` can be replaced, for tests."""

    def __init__(self, rules: FetchRules, clock: Clock) -> None:
        self._rules = rules
        self._clock = clock
        self._plain = httpcore.SyncBackend()

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore.NetworkStream:
        addresses = self._resolved(host, port, self._clock.left(timeout))
        for address in addresses:
            check_address(address, host, self._rules)
        failure: Exception = httpcore.ConnectError(f"the host {host} has no address")
        for address in addresses:
            try:
                stream = self._plain.connect_tcp(
                    address, port, self._clock.left(timeout), local_address, socket_options
                )
            except (httpcore.ConnectError, httpcore.ConnectTimeout) as error:
                failure = error
            else:
                return _TimedStream(stream, self._clock)
        raise failure

    def _resolved(self, host: str, port: int, timeout: float | None) -> list[str]:
        """As `resolve`, but within a time: the system's own look-up has none, and whoever owns a name may stall it."""
        found: Future[list[str]] = Future()

        def look_up() -> None:
            try:
                found.set_result(self.resolve(host, port))
            except BaseException as error:  # noqa: BLE001 - raised where it is waited for
                found.set_exception(error)

        # Not of a pool, which would wait for a stalled look-up when the process ends.
        threading.Thread(target=look_up, name="look-up", daemon=True).start()
        try:
            return found.result(timeout)
        except TimeoutError:
            raise httpcore.ConnectTimeout(f"the host {host} is not resolved in time") from None

    def resolve(self, host: str, port: int) -> list[str]:
        """The IP addresses of a host, in the order the system prefers."""
        try:
            found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
        except (OSError, UnicodeError) as error:
            raise FetchError("unreachable", f"the host {host} cannot be resolved: {error}") from None
        return list(dict.fromkeys(str(entry[4][0]) for entry in found))

    def sleep(self, seconds: float) -> None:
        time.sleep(seconds)


class _TimedStream(httpcore.NetworkStream):
    """A stream whose every wait is cut to what is left of the attempt.

    A timeout per read alone does not stop a server that sends one byte at a time.
    """

    def __init__(self, inner: httpcore.NetworkStream, clock: Clock) -> None:
        self._inner = inner
        self._clock = clock

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        return self._inner.read(max_bytes, self._clock.left(timeout))

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        self._inner.write(buffer, self._clock.left(timeout))

    def close(self) -> None:
        self._inner.close()

    def start_tls(
        self,
        ssl_context: ssl.SSLContext,
        server_hostname: str | None = None,
        timeout: float | None = None,
    ) -> httpcore.NetworkStream:
        inner = self._inner.start_tls(ssl_context, server_hostname, self._clock.left(timeout))
        return _TimedStream(inner, self._clock)

    def get_extra_info(self, info: str) -> Any:
        return self._inner.get_extra_info(info)


class CheckedTransport(httpx.BaseTransport):
    """httpx over a pool of checked connections. Environment proxies are not used: they would resolve."""

    def __init__(self, backend: httpcore.NetworkBackend, keep: int) -> None:
        self._pool = httpcore.ConnectionPool(
            ssl_context=httpx.create_ssl_context(),
            max_connections=None,
            max_keepalive_connections=keep,
            keepalive_expiry=15.0,
            network_backend=backend,
        )

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """Send one request; httpcore's exceptions come through as they are."""
        url = request.url
        response = self._pool.handle_request(
            httpcore.Request(
                method=request.method,
                url=httpcore.URL(
                    scheme=url.raw_scheme, host=url.raw_host, port=url.port, target=url.raw_path
                ),
                headers=request.headers.raw,
                content=request.stream,
                extensions=request.extensions,
            )
        )
        return httpx.Response(
            status_code=response.status,
            headers=response.headers,
            stream=_Body(response),
            extensions=response.extensions,
            request=request,
        )

    def close(self) -> None:
        self._pool.close()


class _Body(httpx.SyncByteStream):
    def __init__(self, response: httpcore.Response) -> None:
        self._response = response

    def __iter__(self) -> Iterator[bytes]:
        return self._response.iter_stream()

    def close(self) -> None:
        self._response.close()
