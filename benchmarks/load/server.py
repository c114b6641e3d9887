"""A server of a copy of a shop, in a process of its own, and a place from which it fetches pictures."""

from __future__ import annotations

import contextlib
import io
import os
import shutil
import signal
import sqlite3
import subprocess
import sys
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from PIL import Image

from benchmarks.serving.processes import START_S, await_ready


def copy_shop(shop: Path, to: Path) -> Path:
    """A copy of a shop on SQLite, which others may be using, that may fetch pictures from this machine."""
    to.mkdir(parents=True)
    for name in ("pictures", "embedders"):
        if (shop / name).is_dir():
            shutil.copytree(shop / name, to / name)
    for name in ("shop.toml", "taxonomy.txt"):
        if (shop / name).is_file():
            shutil.copy(shop / name, to / name)
    with (
        contextlib.closing(sqlite3.connect(shop / "shop.db")) as old,
        contextlib.closing(sqlite3.connect(to / "shop.db")) as new,
    ):
        old.backup(new)
    settings = to / "shop.toml"
    text = settings.read_text(encoding="utf-8")
    settings.write_text(text.replace("allow_private = false", "allow_private = true"), encoding="utf-8")
    return to


class Server:
    """A running ``shopthelook serve``.

    Attributes:
        address: where it answers.
        pid: its process.
        log: the file of what it said on standard error.
    """

    def __init__(self, process: subprocess.Popen[str], address: str, log: Path) -> None:
        self.process = process
        self.address = address
        self.log = log
        self.pid = process.pid

    def resident(self) -> int:
        """Bytes of memory that the process holds."""
        fields = Path(f"/proc/{self.pid}/statm").read_text(encoding="ascii").split()
        return int(fields[1]) * os.sysconf("SC_PAGE_SIZE")

    def stop(self) -> int:
        """Ask it to end, as an engine does; its exit status."""
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(timeout=START_S)


@contextmanager
def served(shop: Path, log: Path, *arguments: str, env: Mapping[str, str] | None = None) -> Iterator[Server]:
    """The shop in the folder, served on a free port once it is ready.

    Raises:
        RuntimeError: it did not come up; with what it said.
    """
    command = [sys.executable, "-m", "shopthelook", "serve", "--shop", str(shop), "--port", "0", *arguments]
    with log.open("w", encoding="utf-8") as errors:
        process = subprocess.Popen(
            command,
            stdout=subprocess.PIPE,
            stderr=errors,
            text=True,
            env=dict(os.environ) | {"PYTHONUNBUFFERED": "1"} | dict(env or {}),
        )
        assert process.stdout is not None
        try:
            line = process.stdout.readline()
            address = next((word for word in line.split() if word.startswith("http://")), None)
            if address is None:
                raise RuntimeError(f"the server did not start: {log.read_text(encoding='utf-8')[-2000:]}")
            await_ready(process, f"{address}/readyz", log)
            yield Server(process, address, log)
        finally:
            if process.poll() is None:
                process.kill()
                process.wait()
            process.stdout.close()


@contextmanager
def picture_host() -> Iterator[str]:
    """A web server on this machine with a picture of its own for every path; gives its address."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            seed = sum(map(ord, self.path))
            shade = (seed * 37 % 200, seed * 91 % 200, seed * 53 % 200)
            picture = Image.new("RGB", (120, 120), "white")
            picture.paste(shade, (20, 20, 100, 40 + seed % 60))
            file = io.BytesIO()
            picture.save(file, "PNG")
            self.send_response(200)
            self.send_header("Content-Length", str(len(file.getvalue())))
            self.end_headers()
            self.wfile.write(file.getvalue())

        def log_message(self, format: str, *args: object) -> None:
            pass

    host = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=host.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{host.server_port}"
    finally:
        host.shutdown()
        host.server_close()
