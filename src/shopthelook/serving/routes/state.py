"""How the shop and the server are."""

from __future__ import annotations

import logging

from fastapi import APIRouter, Response

import shopthelook
from shopthelook.pipeline.status import coming
from shopthelook.serving import schemas
from shopthelook.serving.errors import own_failure
from shopthelook.serving.guarded import GuardedRoute
from shopthelook.serving.keys import needs
from shopthelook.serving.state import ServingDep

log = logging.getLogger(__name__)

router = APIRouter(tags=["state"], route_class=GuardedRoute)


@router.get("/v1/status", summary="What the shop holds")
@needs("read", shoppers=True)
async def status(serving: ServingDep) -> schemas.StatusAnswer:
    """Counts, models, and how far the index is behind the database."""
    now = await serving.reads.run(serving.shop.status)
    return schemas.StatusAnswer(
        version=shopthelook.__version__,
        title=serving.title,
        detector=now.detector,
        embedder=now.embedder,
        products=now.products,
        with_code=now.with_code,
        other_code=now.other_code,
        without_code=now.without_code,
        scenes=now.scenes,
        objects=now.objects,
        problems=now.problems,
        index_size=now.index_size,
        index_seq=now.index_seq,
        last_seq=now.last_seq,
        next_embedder=now.next_embedder,
        next_codes=now.next_codes,
        next_failed=now.next_failed,
        note=now.note,
    )


@router.get("/healthz", summary="Is the process alive?", response_model_exclude_none=True)
@needs(None)
async def healthz() -> schemas.Health:
    """Touches nothing but the event loop."""
    return schemas.Health(status="ok")


@router.get(
    "/readyz",
    summary="Can it answer searches?",
    responses={503: {"model": schemas.Health}},
    response_model_exclude_none=True,
)
@needs(None)
async def readyz(serving: ServingDep, response: Response) -> schemas.Health:
    """Asks the database, sees that the models open, brings the index level and asks it."""
    if serving.loading is not None and not serving.loading.is_done:
        # Nobody who asks every few seconds should have to wait for it.
        response.status_code = 503
        return schemas.Health(status="loading", reason="Models and index are being loaded.")
    try:
        await serving.reads.run(_ready, serving)
    except Exception as error:
        response.status_code = 503
        own = own_failure(error)
        if own is None:
            log.exception("not ready")
            return schemas.Health(status="not ready", reason="The server's log says why.")
        # These say themselves what is wrong, and may come every few seconds.
        log.error("not ready: %s", error)
        return schemas.Health(status="not ready", reason=own[1])
    return schemas.Health(status="ok")


def _ready(serving: ServingDep) -> None:
    shop = serving.shop
    shop.catalog.last_seq()
    # A server that holds the index is asked nothing where there are no changes to follow.
    shop.ask(lambda now: (shop.detector, now.embedder, now.index.count()))


@router.get("/metrics", include_in_schema=False)
@needs("read")
async def metrics(serving: ServingDep) -> Response:
    """Prometheus' text format."""
    counts = await serving.reads.run(serving.shop.catalog.counts)
    for what, count in counts.items():
        serving.metrics.held.labels(what).set(count)
    ahead = await serving.reads.run(coming, serving.shop)
    for what, count in (("done", ahead.get("next_codes", 0)), ("failed", ahead.get("next_failed", 0))):
        serving.metrics.next_codes.labels(what).set(count)
    left = counts["products"] - ahead["next_codes"] - ahead["next_failed"] if ahead else 0
    serving.metrics.next_codes.labels("left").set(max(0, left))
    serving.metrics.last_seq.set(await serving.reads.run(serving.shop.catalog.last_seq))
    # Not on the event loop: it waits where another thread is opening the shop's parts.
    text = await serving.reads.run(serving.metrics.text)
    return Response(text, media_type="text/plain; version=0.0.4")
