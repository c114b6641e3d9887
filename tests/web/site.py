"""A site of another origin: a few pages from memory, with the headers that a careful site sends."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


class Site:
    """Pages by path. Every one is sent with ``policy`` as its Content-Security-Policy."""

    def __init__(self, address: str) -> None:
        self.address = address
        self.pages: dict[str, str] = {}
        self.policy = "default-src 'none'"

    def put(self, path: str, body: str, *, head: str = "", html: str = "lang=en") -> str:
        """Lay a page at ``path``; gives its address."""
        self.pages[path] = (
            f"<!doctype html><html {html}><head><meta charset=utf-8>"
            '<meta name=viewport content="width=device-width, initial-scale=1"><title>A site</title>'
            f"{head}</head><body>{body}</body></html>"
        )
        return self.address + path


@contextmanager
def site() -> Iterator[Site]:
    """A server of a `Site` on a free port of this machine."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            page = served.pages.get(self.path)
            self.send_response(200 if page is not None else 404)
            self.send_header("Content-Type", "text/html")
            self.send_header("Content-Security-Policy", served.policy)
            self.end_headers()
            self.wfile.write((page or "").encode())

        def log_message(self, format: str, *args: object) -> None:
            del format, args

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    served = Site(f"http://localhost:{server.server_address[1]}")
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield served
    finally:
        server.shutdown()
        server.server_close()
        thread.join(timeout=10)
