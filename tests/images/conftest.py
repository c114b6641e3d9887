"""Pictures made on the spot, and a web server that misbehaves on request."""

from __future__ import annotations

import io
import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import numpy as np
import pytest
from PIL import Image

Handler = Callable[[BaseHTTPRequestHandler], None]


def photo(width: int = 60, height: int = 40, seed: int = 0) -> Image.Image:
    """A smooth colour gradient: survives JPEG nearly as it is, and every quarter looks different."""
    x = np.linspace(0, 1, width)[None, :]
    y = np.linspace(0, 1, height)[:, None]
    rgb = np.stack([255 * x + 0 * y, 0 * x + 255 * y, 90 + 60 * x * y + seed % 50], axis=-1)
    return Image.fromarray(np.clip(rgb, 0, 255).astype(np.uint8))


def encoded(image: Image.Image, kind: str = "JPEG", **options: object) -> bytes:
    out = io.BytesIO()
    image.save(out, kind, **options)
    return out.getvalue()


class Server:
    """A real HTTP server on the loopback; `routes` maps a path to what answers it."""

    def __init__(self) -> None:
        self.routes: dict[str, Handler] = {}
        self.seen: list[str] = []
        self.hosts: list[str] = []
        owner = self

        class Answering(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_GET(self) -> None:
                owner.seen.append(self.path)
                owner.hosts.append(self.headers.get("Host", ""))
                try:
                    owner.routes[self.path](self)
                except (BrokenPipeError, ConnectionResetError):
                    self.close_connection = True

            def log_message(self, *args: object) -> None:
                """Silence."""

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Answering)
        self._server.daemon_threads = True
        # Clients that hang up are what many tests are about.
        self._server.handle_error = lambda *about: None  # type: ignore[method-assign]
        self.port = self._server.server_address[1]
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True)
        self._thread.start()

    def url(self, path: str, host: str = "127.0.0.1") -> str:
        return f"http://{host}:{self.port}{path}"

    def give(self, path: str, body: bytes, status: int = 200, **headers: str) -> str:
        def answer(request: BaseHTTPRequestHandler) -> None:
            send(request, body, status, **headers)

        self.routes[path] = answer
        return self.url(path)

    def stop(self) -> None:
        self._server.shutdown()
        self._server.server_close()


def send(request: BaseHTTPRequestHandler, body: bytes, status: int = 200, **headers: str) -> None:
    request.send_response(status)
    request.send_header("Content-Length", str(len(body)))
    for name, value in headers.items():
        request.send_header(name.replace("_", "-"), value)
    request.end_headers()
    request.wfile.write(body)


@pytest.fixture
def server() -> Iterator[Server]:
    running = Server()
    yield running
    running.stop()
