"""The built web page, held in memory: no request's path ever reaches the file system."""

from __future__ import annotations

import gzip
import hashlib
import json
import mimetypes
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from fastapi import APIRouter, HTTPException, Request, Response
from starlette.convertors import Convertor, register_url_convertor

FOLDER = Path(__file__).parent / "pages"
COMPRESSED = {".js", ".css", ".html", ".svg", ".webmanifest"}
COMPONENT = "shop-the-look.js"
"""The web component, for pages of any origin; its address stays the same from version to version."""
MANIFEST = "manifest.webmanifest"
"""What a phone installs the page by."""
LASTING = "public, max-age=31536000, immutable"
# A new version is seen within minutes, and nobody waits for the question whether there is one.
STABLE = "public, max-age=300, stale-while-revalidate=86400"
NOT_BUILT = b"""<!doctype html><meta charset="utf-8"><title>shopthelook</title>
<p>The pages are not built. In a checkout run <code>npm ci && npm run build</code> in <code>web/</code>
and start the server again; the API under <code>/v1</code> works without them.</p>
"""


@dataclass(frozen=True, slots=True)
class Page:
    """One file of the build."""

    data: bytes
    packed: bytes | None
    media_type: str
    etag: str
    headers: dict[str, str]

    @classmethod
    def of(cls, name: str, data: bytes) -> Page:
        """The file ``name``; what lies under ``assets/`` has its content's hash in its name."""
        suffix = Path(name).suffix
        kind = mimetypes.guess_type(name)[0] or "application/octet-stream"
        kind = {".js": "text/javascript", ".webmanifest": "application/manifest+json"}.get(suffix, kind)
        return cls(
            data=data,
            packed=gzip.compress(data, mtime=0) if suffix in COMPRESSED else None,
            media_type=kind,
            etag=f'"{hashlib.sha256(data).hexdigest()[:32]}"',
            headers=_headers(name),
        )

    def answer(self, request: Request, status: int = 200) -> Response:
        """This file for ``request``."""
        headers = {"ETag": self.etag, "Vary": "Accept-Encoding", **self.headers}
        # What is not there is not unmodified either (RFC 9110, 13.2.1).
        if status == 200 and self.etag in request.headers.get("if-none-match", ""):
            return Response(status_code=304, headers=headers)
        if self.packed is not None and "gzip" in request.headers.get("accept-encoding", ""):
            headers["Content-Encoding"] = "gzip"
            return Response(self.packed, status, headers, self.media_type)
        return Response(self.data, status, headers, self.media_type)


def _headers(name: str) -> dict[str, str]:
    """Who may keep the file ``name``, and for how long."""
    if name == COMPONENT:
        # Browsers fetch a module of another origin only where that origin lets them.
        return {
            "Cache-Control": STABLE,
            "Access-Control-Allow-Origin": "*",
            "Cross-Origin-Resource-Policy": "cross-origin",
        }
    return {"Cache-Control": LASTING if name.startswith("assets/") else "no-cache"}


def read(folder: Path = FOLDER) -> dict[str, Page]:
    """All files of the build by their name; without a build, one page that says how to make it."""
    pages = {
        path.relative_to(folder).as_posix(): Page.of(path.relative_to(folder).as_posix(), path.read_bytes())
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }
    return pages if "index.html" in pages else {"index.html": Page.of("index.html", NOT_BUILT)}


class _Elsewhere(Convertor[str]):
    """Paths that belong neither to the API nor to those who watch the server."""

    regex = "(?!(?:v1|healthz|readyz|metrics)(?:/|$)).+"

    def convert(self, value: str) -> str:
        return value

    def to_string(self, value: str) -> str:
        return value


register_url_convertor("elsewhere", _Elsewhere())


def router(folder: Path = FOLDER) -> APIRouter:
    """Routes of the page's own addresses and of its files."""
    pages = read(folder)
    routes = APIRouter(include_in_schema=False)

    async def index(request: Request) -> Response:
        return pages["index.html"].answer(request)

    for address in ("/", "/scene/{rest:path}", "/product/{rest:path}", "/photo"):
        routes.add_api_route(address, index, methods=["GET", "HEAD"])

    async def file(request: Request) -> Response:
        return pages[request.url.path.lstrip("/")].answer(request)

    @cache
    def named(title: str) -> Page:
        told = json.loads(pages[MANIFEST].data) | {"name": title, "short_name": title}
        return Page.of(MANIFEST, json.dumps(told).encode())

    async def manifest(request: Request) -> Response:
        return named(request.app.state.serving.title).answer(request)

    if MANIFEST in pages:
        routes.add_api_route(f"/{MANIFEST}", manifest, methods=["GET", "HEAD"])

    async def nothing(request: Request) -> Response:
        # Somebody who followed a wrong link gets a page that says so; a program gets what all calls answer.
        if request.method not in {"GET", "HEAD"} or "text/html" not in request.headers.get("accept", ""):
            raise HTTPException(404)
        return pages["index.html"].answer(request, 404)

    for name in pages:
        routes.add_api_route(f"/{name}", file, methods=["GET", "HEAD"])
    methods = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"]
    routes.add_api_route("/{rest:elsewhere}", nothing, methods=methods)
    return routes
