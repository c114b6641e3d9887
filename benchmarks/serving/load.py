"""Clients that ask one after the other, each as soon as it has its answer."""

from __future__ import annotations

import base64
import itertools
import json
import socket
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import urlsplit

import numpy as np


@dataclass(frozen=True, slots=True)
class Load:
    """What some clients saw.

    Attributes:
        seconds: from the first request to the last answer.
        milliseconds: of each request, to the last byte of its answer.
    """

    clients: int
    seconds: float
    milliseconds: list[float]

    @property
    def per_second(self) -> float:
        return len(self.milliseconds) / self.seconds

    def quantile(self, share: float) -> float:
        """Milliseconds within which this share of the requests was answered."""
        return float(np.quantile(self.milliseconds, share))


def joined(loads: Sequence[Load]) -> Load:
    """Several rounds as one."""
    every = [one for load in loads for one in load.milliseconds]
    return Load(loads[0].clients, sum(load.seconds for load in loads), every)


def get(path: str) -> bytes:
    """A request as bytes."""
    return f"GET {path} HTTP/1.1\r\nHost: localhost\r\n\r\n".encode()


def post_photo(path: str, data: bytes, **fields: object) -> bytes:
    """A form with a photo, as bytes."""
    parts = [
        f'--cut\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'.encode()
        for name, value in fields.items()
    ]
    head = b'--cut\r\nContent-Disposition: form-data; name="photo"; filename="p.jpg"\r\n'
    body = b"".join(parts) + head + b"Content-Type: image/jpeg\r\n\r\n" + data + b"\r\n--cut--\r\n"
    return _post(path, "multipart/form-data; boundary=cut", body)


def post_json(path: str, data: bytes) -> bytes:
    """A photo in JSON, as bytes."""
    return _post(path, "application/json", json.dumps({"photo": base64.b64encode(data).decode()}).encode())


def _post(path: str, kind: str, body: bytes) -> bytes:
    head = f"POST {path} HTTP/1.1\r\nHost: localhost\r\nContent-Type: {kind}\r\nContent-Length: {len(body)}\r\n\r\n"
    return head.encode() + body


class Connection:
    """A kept connection, and as little code as can be between the clock and the socket.

    Raises:
        RuntimeError: an answer other than 200.
    """

    def __init__(self, address: str) -> None:
        where = urlsplit(address)
        self._socket = socket.create_connection((where.hostname, where.port), timeout=120)
        self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    def ask(self, request: bytes) -> bytes:
        """The answer's body."""
        self._socket.sendall(request)
        received = b""
        while b"\r\n\r\n" not in received:
            received += self._part()
        head, _, body = received.partition(b"\r\n\r\n")
        lines = head.lower().split(b"\r\n")
        if not lines[0].startswith(b"http/1.1 200"):
            raise RuntimeError(f"{head.decode()}\n{body.decode(errors='replace')[:500]}")
        length = next(int(line.partition(b":")[2]) for line in lines if line.startswith(b"content-length:"))
        while len(body) < length:
            body += self._part()
        return body

    def close(self) -> None:
        self._socket.close()

    def _part(self) -> bytes:
        part = self._socket.recv(1 << 18)
        if not part:
            raise RuntimeError("the server closed the connection")
        return part


def loaded(address: str, requests: Sequence[bytes], clients: int, seconds: float) -> Load:
    """Have so many clients ask for so long; each request in turn, whoever is free asks the next.

    Raises:
        RuntimeError: a request was not answered with 200.
    """
    turn = itertools.count()
    taken: list[list[float]] = [[] for _ in range(clients)]
    failed: list[Exception] = []
    connections = [Connection(address) for _ in range(clients)]
    begin = time.perf_counter()

    def client(number: int) -> None:
        try:
            while time.perf_counter() - begin < seconds and not failed:
                request = requests[next(turn) % len(requests)]
                start = time.perf_counter()
                connections[number].ask(request)
                taken[number].append((time.perf_counter() - start) * 1000)
        except Exception as error:  # noqa: BLE001 - raised below
            failed.append(error)

    threads = [threading.Thread(target=client, args=(number,)) for number in range(clients)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    took = time.perf_counter() - begin
    for connection in connections:
        connection.close()
    if failed:
        raise failed[0]
    return Load(clients, took, [one for part in taken for one in part])
