"""What the server counts and measures, for Prometheus."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager

from prometheus_client import (
    CollectorRegistry,
    Counter,
    Gauge,
    Histogram,
    ProcessCollector,
    generate_latest,
)
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from shopthelook.pipeline.stages import listening
from shopthelook.serving.request_log import method, note_stage, template

BUCKETS = (0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)
BATCHES = (1, 2, 4, 8, 16, 32, 64)


class Metrics:
    """The measures of one application; each application has its own registry."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        # Memory, processor time and open files, where the system tells them.
        ProcessCollector(registry=self.registry)
        self.requests = Counter(
            "shopthelook_requests",
            "Answered requests.",
            ["method", "route", "status"],
            registry=self.registry,
        )
        self.latency = Histogram(
            "shopthelook_request_seconds",
            "Time to the end of the answer.",
            ["method", "route"],
            buckets=BUCKETS,
            registry=self.registry,
        )
        self.stages = Histogram(
            "shopthelook_stage_seconds",
            "Time of the stages of a search, and of the wait for a thread that runs models.",
            ["stage"],
            buckets=BUCKETS,
            registry=self.registry,
        )
        self.objects = Counter(
            "shopthelook_objects_found", "Objects found in photos.", registry=self.registry
        )
        self.batches = Histogram(
            "shopthelook_batch_size",
            "Parts of photos that were embedded as one batch; searches at the same time share batches.",
            buckets=BATCHES,
            registry=self.registry,
        )
        self.last_seq = Gauge(
            "shopthelook_last_seq", "The last change in the database.", registry=self.registry
        )
        self.hits = Counter("shopthelook_hits", "Products answered to searches.", registry=self.registry)
        self.next_codes = Gauge(
            "shopthelook_next_codes",
            "Products by their code of the embedder that is to follow; all 0 where none is.",
            ["state"],
            registry=self.registry,
        )
        self.held = Gauge("shopthelook_held", "What the shop holds.", ["what"], registry=self.registry)

    @contextmanager
    def stage(self, name: str) -> Iterator[None]:
        """Measure the block as one stage; a stage that fails counts too."""
        start = time.perf_counter()
        try:
            yield
        finally:
            self.observe(name, time.perf_counter() - start)

    def observe(self, stage: str, seconds: float) -> None:
        """Count one run of a stage, also for the present request's line in the log."""
        note_stage(stage, seconds)
        self.stages.labels(stage).observe(seconds)

    def text(self) -> bytes:
        """All measures in Prometheus' text format."""
        return generate_latest(self.registry)


class Measured:
    """ASGI middleware: count and time requests by the template of their route.

    The template, never the address, is the label: ids would make a series each.
    """

    def __init__(self, app: ASGIApp, metrics: Metrics) -> None:
        self._app = app
        self._metrics = metrics

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        status = 500
        start = time.perf_counter()

        async def noted(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
            await send(message)

        try:
            with listening(self._metrics.observe, self._metrics.batches.observe):
                await self._app(scope, receive, noted)
        finally:
            route = template(scope)
            asked = method(scope) if scope.get("route") else "other"
            self._metrics.requests.labels(asked, route, str(status)).inc()
            self._metrics.latency.labels(asked, route).observe(time.perf_counter() - start)
