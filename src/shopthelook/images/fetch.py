"""Fetching pictures, and feeds, from addresses that a stranger may have written."""

from __future__ import annotations

import io
import random
import time
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from contextlib import contextmanager
from types import TracebackType
from typing import BinaryIO, Self, TypeVar, cast

import httpcore
import httpx

from shopthelook.images.formats import guess, sniff
from shopthelook.images.network import CheckedBackend, CheckedTransport, Clock
from shopthelook.images.rules import DEFAULT_RULES, FetchError, FetchRules, check_url, shown

_REDIRECTS = (301, 302, 303, 307, 308)
_MAX_REDIRECTS = 5
_AGAIN = (408, 425, 429, 500, 502, 503, 504)
_FIRST_WAIT_S = 0.25
_LONGEST_WAIT_S = 5.0
_CHUNK = 64 * 1024

T = TypeVar("T")


class Fetcher:
    """Fetches over HTTP within rules: no private addresses, no endless answers, no surprises.

    The address that is checked is the one connected to, and every redirect is checked anew. Threads may
    share a fetcher. Close it, or use it as a context manager.
    """

    def __init__(self, rules: FetchRules = DEFAULT_RULES) -> None:
        self.rules = rules
        self._clock = Clock()
        self._backend = CheckedBackend(rules, self._clock)
        self._transport = CheckedTransport(self._backend, keep=rules.concurrency)
        self._sleep: Callable[[float], None] = time.sleep

    def fetch(self, url: str) -> bytes:
        """The bytes of the picture at an address; that they begin like a picture is checked, not more.

        Timeouts, broken connections and 5xx answers are tried again. Raises `FetchError`.
        """
        return self._retrying(lambda: self._fetch_once(url))

    def fetch_many(self, urls: Iterable[str]) -> Iterator[tuple[int, bytes | FetchError]]:
        """Fetch many in `concurrency` threads: (index in `urls`, bytes or what went wrong) as they come.

        `urls` is read only a little ahead, so it may be endless. Closing the iterator ends the work.
        """
        source = enumerate(urls)
        pool = ThreadPoolExecutor(self.rules.concurrency, thread_name_prefix="fetch")
        running: dict[Future[bytes | FetchError], int] = {}
        try:
            while True:
                while len(running) < 2 * self.rules.concurrency:
                    index, url = next(source, (-1, ""))
                    if index < 0:
                        break
                    running[pool.submit(self._fetch_or_error, url)] = index
                if not running:
                    return
                done, _ = wait(running, return_when=FIRST_COMPLETED)
                for future in done:
                    yield running.pop(future), future.result()
        finally:
            # Whoever stops early does not wait for slow servers; their threads end with the timeout.
            pool.shutdown(wait=False, cancel_futures=True)

    @contextmanager
    def stream(self, url: str) -> Iterator[BinaryIO]:
        """Open an address for reading as a file, for feeds: same rules, any content, any size.

        `timeout_s` holds for each wait, not for the whole. Content encodings (gzip) are undone.
        Raises `FetchError`, also from reads.
        """
        response = self._retrying(lambda: self._open(url))
        try:
            yield cast(BinaryIO, io.BufferedReader(_Reader(response, url), _CHUNK))
        finally:
            response.close()

    def close(self) -> None:
        """Close the connections."""
        self._transport.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _fetch_or_error(self, url: str) -> bytes | FetchError:
        try:
            return self.fetch(url)
        except FetchError as error:
            return error

    def _fetch_once(self, url: str) -> bytes:
        with self._clock.limit(self.rules.timeout_s), _translated(url):
            response = self._open(url, {"Accept": "image/*", "Accept-Encoding": "identity"})
            try:
                data = self._read(response, url)
            finally:
                response.close()
        if sniff(data) is None:
            raise FetchError("not_a_picture", f"{shown(url)} gave no picture: {guess(data)}")
        return data

    def _read(self, response: httpx.Response, url: str) -> bytes:
        limit = self.rules.max_bytes
        said = response.headers.get("content-length", "")
        if said.isascii() and said.isdigit() and len(said) < 20 and int(said) > limit:
            raise FetchError("too_large", f"{shown(url)} has {int(said):,} bytes, {limit:,} are allowed")
        data = bytearray()
        # Raw: a compressed answer that we did not ask for could swell to any size.
        for chunk in response.iter_raw():
            data += chunk
            if len(data) > limit:
                raise FetchError("too_large", f"{shown(url)} has more than the {limit:,} bytes allowed")
        return bytes(data)

    def _open(self, url: str, headers: dict[str, str] | None = None) -> httpx.Response:
        """Follow redirects to an answer with status 2xx, its body not read yet."""
        target = check_url(url, self.rules)
        for _ in range(_MAX_REDIRECTS + 1):
            response = self._send(target, url, headers or {"Accept-Encoding": "gzip"})
            if response.status_code not in _REDIRECTS:
                break
            response.close()
            place = response.headers.get("location", "")
            try:
                following = str(target.join(place))
            except (httpx.InvalidURL, ValueError):
                raise FetchError("bad_url", f"{shown(url)} redirects to no address: {shown(place)}") from None
            target = check_url(following, self.rules)
        else:
            status = response.status_code
            raise FetchError(
                "http_status", f"{shown(url)} redirects more than {_MAX_REDIRECTS} times", status
            )
        if not 200 <= response.status_code < 300:
            response.close()
            status = response.status_code
            raise FetchError("http_status", f"{shown(url)} answered with HTTP status {status}", status)
        return response

    def _send(self, target: httpx.URL, url: str, headers: dict[str, str]) -> httpx.Response:
        seconds = self.rules.timeout_s
        timeouts = {"connect": seconds, "read": seconds, "write": seconds, "pool": seconds}
        request = httpx.Request(
            "GET",
            target.copy_with(userinfo=b"", fragment=None),
            headers={"User-Agent": "shopthelook", **headers},
            extensions={"timeout": timeouts},
        )
        if target.userinfo:
            request = next(httpx.BasicAuth(target.username, target.password).sync_auth_flow(request))
        with _translated(url):
            return self._transport.handle_request(request)

    def _retrying(self, work: Callable[[], T]) -> T:
        for attempt in range(self.rules.retries + 1):
            try:
                return work()
            except FetchError as error:
                passing = error.reason in ("timeout", "unreachable") or error.status in _AGAIN
                if not passing or attempt == self.rules.retries:
                    raise
            pause = min(_FIRST_WAIT_S * 2**attempt, _LONGEST_WAIT_S)
            # Spread out, so that the threads do not all come back to a struggling server at once.
            self._sleep(pause * random.uniform(0.5, 1.5))  # noqa: S311
        raise AssertionError("the last attempt returns or raises")


class _Reader(io.RawIOBase):
    """The body of an answer as a raw file; `io.BufferedReader` adds the rest."""

    def __init__(self, response: httpx.Response, url: str) -> None:
        self._chunks = response.iter_bytes(_CHUNK)
        self._url = url
        self._left = b""

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: bytearray | memoryview) -> int:  # type: ignore[override]
        while not self._left:
            with _translated(self._url):
                chunk = next(self._chunks, None)
            if chunk is None:
                return 0
            self._left = chunk
        size = min(len(buffer), len(self._left))
        buffer[:size] = self._left[:size]
        self._left = self._left[size:]
        return size


@contextmanager
def _translated(url: str) -> Iterator[None]:
    """Turn what the HTTP layers raise into `FetchError`."""
    try:
        yield
    except (httpcore.TimeoutException, httpx.TimeoutException):
        raise FetchError("timeout", f"{shown(url)} took too long") from None
    except (
        httpcore.NetworkError,
        httpcore.ProtocolError,
        httpcore.UnsupportedProtocol,
        httpx.HTTPError,
        OSError,
    ) as error:
        raise FetchError("unreachable", f"{shown(url)} cannot be reached: {error}") from None
