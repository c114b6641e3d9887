"""Wires a shop, the routes and the pages into one application."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from fastapi import FastAPI
from fastapi.middleware.cors import CORSMiddleware

import shopthelook
from shopthelook.models.session import usable_cores
from shopthelook.pipeline import Shop
from shopthelook.serving import errors, pages
from shopthelook.serving.errors import Failures
from shopthelook.serving.gauges import State
from shopthelook.serving.guarded import Api
from shopthelook.serving.keys import Guard
from shopthelook.serving.limits import BodyLimit
from shopthelook.serving.loading import Loading
from shopthelook.serving.metrics import Measured, Metrics
from shopthelook.serving.request_log import HEADER as REQUEST_ID
from shopthelook.serving.request_log import RequestLog
from shopthelook.serving.routes import pictures, products, scenes, search, state
from shopthelook.serving.security import SecurityHeaders
from shopthelook.serving.state import Serving
from shopthelook.serving.views import Views
from shopthelook.serving.workers import Workers

# What a form adds to the photo in it: borders, headers and the other fields.
FORM_ROOM = 64 * 1024

DESCRIPTION = """
A visual shop: find the objects of a photo, and the products that look like each of them.

Boxes are `[x1, y1, x2, y2]` as fractions of the picture's width and height. Every failure answers
`{"error": {"code", "message", "field"}}`; `field` names what was wrong in the request.

Where the shop asks for keys, send one as `Authorization: Bearer stl_...`; each call says which scope it needs.
"""


def create_app(
    shop: Shop,
    *,
    loopback: bool = False,
    max_body_bytes: int | None = None,
    model_threads: int | None = None,
    loading: Loading | None = None,
) -> FastAPI:
    """The application of ``shop``: the API under ``/v1``, health, metrics and the web page.

    The shop stays the caller's: close it when the server has stopped.

    Args:
        loopback: the server listens on this machine's own address only, so that programs here need no key,
            unless the shop's ``[security]`` says otherwise.
        max_body_bytes: largest request; by default what the shop's largest picture needs.
        model_threads: searches that run a model at the same time; by default as many as there are cores.
        loading: what opens models and index; until it is done, ``/readyz`` says so.
    """
    metrics = Metrics()
    serving = Serving(
        shop=shop,
        views=Views(shop.taxonomy),
        metrics=metrics,
        models=Workers(
            "models",
            # With one at a time a core would idle while the other decodes, or looks for products.
            threads=model_threads or usable_cores(),
            queue=32,
            waited=lambda seconds: metrics.observe("wait", seconds),
        ),
        reads=Workers("reads", threads=8, queue=256),
        loading=loading,
    )
    metrics.registry.register(State(shop, (serving.models, serving.reads), loading))

    @asynccontextmanager
    async def lifespan(_app: FastAPI) -> AsyncIterator[None]:
        # Not before: the server should first be there to say that it is alive.
        if loading is not None:
            loading.start()
        yield
        serving.models.close()
        serving.reads.close()

    rules = shop.config.security
    app = Api(
        title="shopthelook",
        version=shopthelook.__version__,
        description=DESCRIPTION,
        license_info={"name": "Apache-2.0", "identifier": "Apache-2.0"},
        openapi_url="/v1/openapi.json",
        # The stock documentation pages load scripts from elsewhere; this server sends nobody elsewhere.
        docs_url=None,
        redoc_url=None,
        lifespan=lifespan,
    )
    app.state.serving = serving
    app.state.guard = Guard(shop.catalog.keys, rules, loopback, serving.reads)
    errors.install(app)
    for part in (search, scenes, products, pictures, state):
        app.include_router(part.router)
    app.include_router(pages.router())
    limit = shop.config.max_bytes + FORM_ROOM if max_body_bytes is None else max_body_bytes
    # The last one added is the first to see a request.
    app.add_middleware(Failures)
    app.add_middleware(BodyLimit, limit=limit, seconds=rules.upload_timeout_s)
    if rules.cors_origins:
        app.add_middleware(
            CORSMiddleware,
            allow_origins=rules.cors_origins,
            allow_methods=["GET", "POST", "PUT", "DELETE"],
            allow_headers=["Authorization", "Content-Type", REQUEST_ID],
            expose_headers=["Retry-After", "WWW-Authenticate", REQUEST_ID],
        )
    app.add_middleware(SecurityHeaders)
    app.add_middleware(Measured, metrics=serving.metrics)
    app.add_middleware(RequestLog)
    return app
