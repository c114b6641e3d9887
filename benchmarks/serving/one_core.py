"""What the server adds to the models: a lone request on one core beside the bare calls that cannot be left out."""

from __future__ import annotations

import os
import statistics
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from benchmarks.photo import bare
from benchmarks.serving.load import Connection, post_photo
from benchmarks.serving.photos import Photo
from benchmarks.serving.processes import Server, serving
from shopthelook import geometry, images
from shopthelook.detection import Detector
from shopthelook.embedding import Embedder
from shopthelook.geometry import Box
from shopthelook.models import open_bundle
from shopthelook.models.preprocess import for_detector, normalise


@dataclass(frozen=True, slots=True)
class Costs:
    """Of one photo, in milliseconds; processor time of everything that works for it, and by the clock.

    Attributes:
        bare: decoding, and the two calls of ONNX Runtime on inputs that lie ready.
        request: a POST of the photo to the server, with what the client takes to send and receive.
    """

    bare_cpu: list[float]
    request_cpu: list[float]
    bare: list[float]
    request: list[float]

    def as_dict(self) -> dict[str, float]:
        """Medians over all rounds, and the ratios."""
        found = {
            name: statistics.median(getattr(self, name))
            for name in ("bare_cpu", "request_cpu", "bare", "request")
        }
        pairs = {
            "ratio_cpu": zip(self.request_cpu, self.bare_cpu, strict=True),
            "ratio": zip(self.request, self.bare, strict=True),
        }
        ratios = {name: statistics.median(a / b for a, b in values) for name, values in pairs.items()}
        return {name: round(value, 3) for name, value in (found | ratios).items()}


def measured(shop: Path, photos: Sequence[Photo], rounds: int, folder: Path) -> Costs:
    """Server and bare calls take turns on the same core, photo by photo."""
    core = {min(os.sched_getaffinity(0))}
    command = ("-m", "shopthelook", "serve", "--port", "{port}", "--threads", "1", "--shop", str(shop))
    costs = Costs([], [], [], [])
    before = os.sched_getaffinity(0)
    with serving("one core", command, "/readyz", folder / "one-core.log") as server:
        server.pin(core)
        os.sched_setaffinity(0, core)
        try:
            _measure(server, photos, rounds, costs)
        finally:
            os.sched_setaffinity(0, before)
    return costs


def _measure(server: Server, photos: Sequence[Photo], rounds: int, costs: Costs) -> None:
    connection = Connection(server.address)
    calls = [_bare(photo) for photo in photos]
    requests = [post_photo("/v1/search", photo.data, k=10) for photo in photos]
    for round_ in range(rounds + 1):
        for call, request in zip(calls, requests, strict=True):
            start, cpu = time.perf_counter(), time.thread_time()
            call()
            took_bare, bare_cpu = time.perf_counter() - start, time.thread_time() - cpu
            own, theirs = time.thread_time(), server.threads_cpu_s()
            start = time.perf_counter()
            connection.ask(request)
            took = time.perf_counter() - start
            worked = time.thread_time() - own + server.threads_cpu_s() - theirs
            if round_ == 0:
                continue  # to warm up
            costs.bare.append(1000 * took_bare)
            costs.bare_cpu.append(1000 * bare_cpu)
            costs.request.append(1000 * took)
            costs.request_cpu.append(1000 * worked)
    connection.close()


def _bare(photo: Photo) -> Callable[[], object]:
    """Decoding, the detector's run and the embedder's run on the photo's objects, with nothing around them."""
    detector, embedder = (open_bundle(name) for name in ("detector-lite", "embedder-lite"))
    sessions = [bare(bundle.model_path) for bundle in (detector, embedder)]
    rgb = images.read(photo.data)
    height, width = rgb.shape[:2]
    seen, made = detector.card.input, embedder.card.input
    pixels, _ = for_detector(rgb, seen)
    boxes = geometry.to_fractions(Detector(detector, threads=1).detect(rgb).boxes, width, height)
    crops = [images.crop(rgb, Box.clipped(*(float(side) for side in box))) for box in boxes]
    prepared = Embedder(embedder, threads=1).prepare(crops)
    batch: np.ndarray = normalise(prepared, made.mean, made.std)

    def call() -> object:
        images.read(photo.data)
        return sessions[0].run(None, {seen.name: pixels}), sessions[1].run(None, {made.name: batch})

    return call
