"""What a server's state is, read when Prometheus asks: queues, index, models."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Sequence

from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, InfoMetricFamily, Metric
from prometheus_client.registry import Collector

import shopthelook
from shopthelook.errors import ShopError
from shopthelook.pipeline import Shop
from shopthelook.serving.loading import Loading
from shopthelook.serving.workers import Workers


class State(Collector):
    """Queues, index and models of one application. Asks no database; an index in Milvus is asked for its rows."""

    def __init__(self, shop: Shop, pools: Sequence[Workers], loading: Loading | None) -> None:
        self._shop = shop
        self._pools = pools
        self._loading = loading

    def describe(self) -> list[Metric]:
        """Nothing: registering it must not open the shop's parts."""
        return []

    def collect(self) -> Iterator[Metric]:
        """The measures of this moment."""
        yield InfoMetricFamily(
            "shopthelook_build", "The version that runs.", {"version": shopthelook.__version__}
        )
        yield from self._queues()
        is_ready = self._loading is None or self._loading.is_done
        yield GaugeMetricFamily(
            "shopthelook_loaded", "Whether models and index have been loaded.", value=is_ready
        )
        if is_ready:
            yield from self._models()
            yield from self._index()

    def _queues(self) -> Iterator[Metric]:
        pending = GaugeMetricFamily(
            "shopthelook_queue_length", "Calls that wait for a thread of the pool.", labels=["pool"]
        )
        running = GaugeMetricFamily(
            "shopthelook_queue_running", "Calls that a thread of the pool runs.", labels=["pool"]
        )
        rejected = CounterMetricFamily(
            "shopthelook_queue_rejected", "Calls refused because too many waited.", labels=["pool"]
        )
        for pool in self._pools:
            pending.add_metric([pool.name], pool.waiting)
            running.add_metric([pool.name], pool.pending - pool.waiting)
            rejected.add_metric([pool.name], pool.rejected)
        yield from (pending, running, rejected)

    def _models(self) -> Iterator[Metric]:
        opened = GaugeMetricFamily(
            "shopthelook_model_loaded", "Whether the model is in memory.", labels=["kind", "model"]
        )
        now = self._shop.generation
        detector = self._shop.detector
        opened.add_metric(["detector", detector.bundle.id], detector.session.is_open)
        opened.add_metric(["embedder", now.bundle.id], now.embedder.session.is_open)
        yield opened

    def _index(self) -> Iterator[Metric]:
        now = self._shop.generation
        index = now.index
        yield InfoMetricFamily(
            "shopthelook_index_generation",
            "The embedder whose codes are searched.",
            {"embedder": now.bundle.key},
        )
        # Without the rows of an index that does not answer, the rest is told.
        with contextlib.suppress(ShopError):
            rows = len(index)
            yield GaugeMetricFamily("shopthelook_index_rows", "Products in the index.", value=rows)
        yield GaugeMetricFamily(
            "shopthelook_index_seq", "The last change of the database that the index holds.", value=index.seq
        )
        yield GaugeMetricFamily(
            "shopthelook_index_changed_timestamp_seconds",
            "When the index was last loaded or followed a change; 0 before.",
            value=index.changed_at,
        )
