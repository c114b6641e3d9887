"""python -m demo.api_page: run the examples of docs/api.md on the demo shop, and write down what they answer.

Each ``sh`` and ``python`` block of the page is run, and the block that follows it becomes what was answered. A copy of
the demo shop is served for it (make one with `make demo`), and the pictures of demo/products as the merchant's.
"""

from __future__ import annotations

import argparse
import contextlib
import io
import json
import os
import re
import shutil
import socket
import subprocess
import tempfile
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import uvicorn

from shopthelook import Shop
from shopthelook.serving import create_app

ROOT = Path(__file__).parents[1]
PAGE = ROOT / "docs" / "api.md"
SERVER, MERCHANT = "localhost:8000", "https://shop.example"
MOST_ENTRIES, MOST_LETTERS, WIDTH = 2, 60, 110
_EXAMPLE = re.compile(
    r"^```(?P<kind>sh|python)\n(?P<source>.*?)^```\n\n```(?P<form>json|text)\n(?P<answer>.*?)^```$",
    re.MULTILINE | re.DOTALL,
)


@dataclass(frozen=True, slots=True)
class Example:
    """A command or a piece of Python on the page, and the answer that stands below it."""

    kind: str
    source: str
    form: str
    answer: str


def examples(page: str) -> list[Example]:
    """The examples of the page, in its order."""
    return [Example(**found.groupdict()) for found in _EXAMPLE.finditer(page)]


def run(example: Example, server: str, merchant: str, key: str) -> str:
    """What an example prints now.

    Args:
        server: host and port that stand in for the page's.
        merchant: address that stands in for the merchant's.
        key: an API key for writing.
    """
    source = example.source.replace(SERVER, server).replace(MERCHANT, merchant)
    if example.kind == "sh":
        environment = os.environ | {"SHOPTHELOOK_KEY": key}
        done = subprocess.run(
            ["sh", "-c", source], cwd=ROOT, env=environment, capture_output=True, text=True, check=True
        )
        printed = done.stdout
    else:
        out = io.StringIO()
        with contextlib.redirect_stdout(out), contextlib.chdir(ROOT):
            exec(compile(source, str(PAGE), "exec"), {"__name__": "example"})
        printed = out.getvalue()
    return printed.replace(merchant, MERCHANT).replace(server, SERVER)


def written(example: Example, printed: str) -> str:
    """How an answer stands on the page: JSON in few lines, with long lists and texts cut."""
    if example.form == "text":
        return printed if printed.endswith("\n") else f"{printed}\n"
    return f"{_laid_out(_cut(json.loads(printed)))}\n"


def recorded(page: str, server: str, merchant: str, key: str) -> str:
    """The page with what its examples answer now."""
    parts, end = [], 0
    for found in _EXAMPLE.finditer(page):
        example = Example(**found.groupdict())
        answer = written(example, run(example, server, merchant, key))
        parts += [page[end : found.start("answer")], answer]
        end = found.end("answer")
    return "".join([*parts, page[end:]])


@contextlib.contextmanager
def served(shop: Shop) -> Iterator[tuple[str, str]]:
    """A server of the shop, and one of the demo's product pictures; host and port, and an address."""
    handler = partial(_Quiet, directory=str(ROOT / "demo" / "products"))
    pictures = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    threading.Thread(target=pictures.serve_forever, daemon=True).start()
    listening = socket.create_server(("127.0.0.1", 0))
    server = uvicorn.Server(uvicorn.Config(create_app(shop, loopback=True), log_level="warning", ws="none"))
    thread = threading.Thread(target=server.run, args=([listening],), daemon=True)
    thread.start()
    try:
        # Connections wait until it is ready to accept them.
        yield (
            f"127.0.0.1:{listening.getsockname()[1]}",
            f"http://127.0.0.1:{pictures.server_port}",
        )
    finally:
        server.should_exit = True
        thread.join()
        listening.close()
        pictures.shutdown()
        pictures.server_close()


def open_for_pictures_of_this_machine(folder: Path) -> Shop:
    """The shop in the folder, which may then fetch pictures from this machine."""
    settings = folder / "shop.toml"
    text = settings.read_text(encoding="utf-8").replace("allow_private = false", "allow_private = true")
    settings.write_text(text, encoding="utf-8")
    return Shop.open(folder, threads=1)


def main() -> None:
    """Write the page anew."""
    parser = argparse.ArgumentParser(prog="python -m demo.api_page", description=__doc__)
    parser.add_argument("--shop", type=Path, default=ROOT / "demo-shop", help="the demo shop's folder")
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        copy = Path(folder) / "shop"
        shutil.copytree(asked.shop, copy)
        with open_for_pictures_of_this_machine(copy) as shop, served(shop) as (server, merchant):
            _, key = shop.catalog.keys.create("examples", ["write"])
            PAGE.write_text(
                recorded(PAGE.read_text(encoding="utf-8"), server, merchant, key), encoding="utf-8"
            )
    print(f"{PAGE.relative_to(ROOT)}: {len(examples(PAGE.read_text(encoding='utf-8')))} examples")


class _Quiet(SimpleHTTPRequestHandler):
    def log_message(self, *args: object) -> None:
        """Nothing."""


def _cut(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _cut(one) for name, one in value.items()}
    if isinstance(value, list):
        # Four numbers are a box.
        most = 4 if all(isinstance(one, int | float) for one in value) else MOST_ENTRIES
        return [_cut(one) for one in value[:most]]
    if isinstance(value, str) and len(value) > MOST_LETTERS:
        return f"{value[: MOST_LETTERS - 1].rstrip()}…"
    return round(value, 4) if isinstance(value, float) else value


def _laid_out(value: Any, indent: int = 0, before: int = 0) -> str:
    """JSON on one line where it fits, ``before`` letters stand before it already."""
    plain = json.dumps(value, ensure_ascii=False)
    if not isinstance(value, dict | list) or not value or indent + before + len(plain) <= WIDTH:
        return plain
    room = " " * (indent + 2)
    if isinstance(value, list):
        rows = [room + _laid_out(one, indent + 2) for one in value]
        return "[\n" + ",\n".join(rows) + f"\n{' ' * indent}]"
    members = [
        f"{json.dumps(name)}: {_laid_out(one, indent + 2, len(name) + 4)}" for name, one in value.items()
    ]
    lines = [room + members[0]]
    for member in members[1:]:
        # Short members share a line.
        if "\n" in member or "\n" in lines[-1] or len(lines[-1]) + len(member) + 2 > WIDTH:
            lines[-1] += ","
            lines.append(room + member)
        else:
            lines[-1] += f", {member}"
    return "{\n" + "\n".join(lines) + f"\n{' ' * indent}}}"


if __name__ == "__main__":
    main()
