"""Callers who are slow on purpose: heads and bodies that drip, answers that are not read."""

from __future__ import annotations

import contextlib
import socket
import threading

import httpx

HEAD = b"GET /v1/scenes?limit=100 HTTP/1.1\r\nHost: localhost\r\n"
BODY = (
    b"POST /v1/search HTTP/1.1\r\nHost: localhost\r\nContent-Type: multipart/form-data; boundary=b\r\n"
    b"Content-Length: 5000000\r\n\r\n--b\r\n"
    b'Content-Disposition: form-data; name="photo"; filename="p"\r\n\r\n'
)


def connected(address: str, receive: int | None = None) -> socket.socket:
    """A connection; with `receive`, its system takes in no more bytes than about so many before they are read."""
    where = httpx.URL(address)
    assert where.port is not None
    made = socket.socket()
    try:
        if receive is not None:
            made.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, receive)
        made.settimeout(60)
        made.connect((where.host, where.port))
    except BaseException:
        made.close()
        raise
    return made


def drip(address: str, stop: threading.Event) -> int:
    """Keep connections open that send a byte now and then, half of them of a head, half of a body.

    Returns how many the server closed.
    """
    closed = 0
    turn = 0
    while not stop.is_set():
        turn += 1
        with contextlib.suppress(OSError), connected(address) as connection:
            connection.sendall(HEAD if turn % 2 else BODY)
            while not stop.wait(0.5):
                connection.sendall(b"x")
        closed += not stop.is_set()
    return closed


def not_reading(address: str, path: str, stop: threading.Event) -> None:
    """Ask for answers again and again on one connection, and read none of them."""
    while not stop.is_set():
        with contextlib.suppress(OSError), connected(address, receive=4096) as connection:
            connection.settimeout(1)
            while not stop.is_set():
                connection.sendall(f"GET {path} HTTP/1.1\r\nHost: localhost\r\n\r\n".encode())
                stop.wait(0.5)
