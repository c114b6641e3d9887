"""Both clients, asked in one way, and servers for them: a real shop's, and one that answers as it is told."""

from __future__ import annotations

import asyncio
import json
import threading
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

from shopthelook.client import AsyncClient, Client
from tests.serving.conftest import address, new_key, serve, shop

__all__ = ["address", "new_key", "serve", "shop"]

Ask = Callable[..., Any]


@pytest.fixture(params=["sync", "async"])
def ask(request: pytest.FixtureRequest) -> Ask:
    """Call ``method`` of a client of the server at ``url``; what it iterates over comes as a list."""

    def plain(url: str, method: str, *arguments: Any, options: dict[str, Any], **more: Any) -> Any:
        with Client(url, **options) as client:
            found = getattr(client, method)(*arguments, **more)
            return list(found) if isinstance(found, Iterator) else found

    async def in_a_loop(url: str, method: str, *arguments: Any, options: dict[str, Any], **more: Any) -> Any:
        async with AsyncClient(url, **options) as client:
            found = getattr(client, method)(*arguments, **more)
            return [one async for one in found] if isinstance(found, AsyncIterator) else await found

    def asked(
        url: str, method: str, *arguments: Any, client: dict[str, Any] | None = None, **more: Any
    ) -> Any:
        options = client or {}
        if request.param == "sync":
            return plain(url, method, *arguments, options=options, **more)
        return asyncio.run(in_a_loop(url, method, *arguments, options=options, **more))

    return asked


@dataclass
class Scripted:
    """What a server is to answer, one after the other, the last one for good; and what it was asked."""

    answers: list[tuple[int, dict[str, str], Any]]
    asked: list[tuple[str, str, dict[str, str]]] = field(default_factory=list)
    url: str = ""


@contextmanager
def scripted(*answers: tuple[int, dict[str, str], Any]) -> Iterator[Scripted]:
    """A server of these answers: status, headers, and a body that is text or becomes JSON."""
    script = Scripted(list(answers))

    class Handler(BaseHTTPRequestHandler):
        def answer(self) -> None:
            self.rfile.read(int(self.headers.get("Content-Length", 0)))
            script.asked.append((self.command, self.path, dict(self.headers)))
            status, headers, body = script.answers.pop(0) if len(script.answers) > 1 else script.answers[0]
            data = (body if isinstance(body, str) else json.dumps(body)).encode()
            self.send_response(status)
            for name, value in headers.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(data)))
            self.end_headers()
            self.wfile.write(data)

        do_GET = do_POST = answer

        def log_message(self, *args: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    script.url = f"http://127.0.0.1:{server.server_port}"
    try:
        yield script
    finally:
        server.shutdown()
        server.server_close()
