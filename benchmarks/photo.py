"""python -m benchmarks.photo: what one photo costs on one core, stage by stage.

A 640-pixel photo is decoded, its objects are found, its five best objects are embedded as one batch. Everything
runs pinned to one core with one thread. The same ONNX files are also run bare, without this package around them,
so that the ratio shows what the package adds.
"""

from __future__ import annotations

import argparse
import io
import json
import os
import statistics
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import onnxruntime
from PIL import Image

from shopthelook import images
from shopthelook.detection import Detector
from shopthelook.embedding import Embedder
from shopthelook.geometry import Box
from shopthelook.models import open_bundle
from shopthelook.models.preprocess import for_detector, for_embedder, normalise

OBJECTS = 5
SIDE = 640


def photo(path: Path) -> bytes:
    """A JPEG of the picture, its longest side 640 pixels."""
    with Image.open(path) as opened:
        picture = opened.convert("RGB")
    scale = SIDE / max(picture.size)
    resized = picture.resize((round(picture.width * scale), round(picture.height * scale)))
    out = io.BytesIO()
    resized.save(out, "JPEG", quality=90)
    return out.getvalue()


def timed(calls: dict[str, Callable[[], object]], rounds: int) -> dict[str, list[float]]:
    """Milliseconds of each call in each round; the rounds go over all calls, so that noise hits all alike."""
    for call in calls.values():
        call()
    taken: dict[str, list[float]] = {name: [] for name in calls}
    for _ in range(rounds):
        for name, call in calls.items():
            start = time.perf_counter()
            call()
            taken[name].append((time.perf_counter() - start) * 1000)
    return taken


def bare(path: Path) -> onnxruntime.InferenceSession:
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    return onnxruntime.InferenceSession(str(path), options, providers=["CPUExecutionProvider"])


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.photo", description=__doc__)
    parser.add_argument("--photo", type=Path, default=Path("demo/scenes/room-001.webp"))
    parser.add_argument("--detector", default="detector-lite")
    parser.add_argument("--embedder", default="embedder-lite")
    parser.add_argument("--rounds", type=int, default=30)
    parser.add_argument("--json", type=Path, metavar="FILE")
    asked = parser.parse_args()
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})

    detector = Detector(open_bundle(asked.detector), threads=1)
    embedder = Embedder(open_bundle(asked.embedder), threads=1)
    data = photo(asked.photo)
    rgb = images.read(data)
    height, width = rgb.shape[:2]

    def crops() -> list[np.ndarray]:
        boxes = detector.detect(rgb, threshold=0.0).boxes[:OBJECTS]
        return [images.crop(rgb, Box.from_pixels(box, width, height)) for box in boxes]

    found = crops()
    if len(found) < OBJECTS:
        raise SystemExit(f"{asked.photo}: only {len(found)} boxes at any score; give another --photo")

    seen, made = detector.bundle.card.input, embedder.bundle.card.input
    one, _ = for_detector(rgb, seen)
    batch = np.stack([for_embedder(crop, made.resize) for crop in found])
    five = normalise(batch, made.mean, made.std)
    detect_bare = bare(detector.bundle.model_path)
    embed_bare = bare(embedder.bundle.model_path)

    def whole() -> object:
        pixels = images.read(data)
        boxes = detector.detect(pixels, threshold=0.0).boxes[:OBJECTS]
        return embedder.embed([images.crop(pixels, Box.from_pixels(box, width, height)) for box in boxes])

    taken = timed(
        {
            "decode": lambda: images.read(data),
            "detect": lambda: detector.detect(rgb, threshold=0.0),
            f"embed {OBJECTS} crops": lambda: embedder.embed(found),
            "whole photo": whole,
            "bare detector": lambda: detect_bare.run(None, {seen.name: one}),
            f"bare embedder, {OBJECTS} crops": lambda: embed_bare.run(None, {made.name: five}),
        },
        asked.rounds,
    )
    rows = [
        {
            "stage": name,
            "p50_ms": round(statistics.median(values), 2),
            "p95_ms": round(float(np.quantile(values, 0.95)), 2),
            "n": len(values),
        }
        for name, values in taken.items()
    ]
    middle = {row["stage"]: row["p50_ms"] for row in rows}
    floor = middle["decode"] + middle["bare detector"] + middle[f"bare embedder, {OBJECTS} crops"]
    ratio = round(middle["whole photo"] / floor, 3)
    print(
        f"{width} x {height} photo, {OBJECTS} objects, one core; {detector.bundle.id}, {embedder.bundle.id}"
    )
    print(f"{'stage':28} {'p50 ms':>8} {'p95 ms':>8}")
    for row in rows:
        print(f"{row['stage']:28} {row['p50_ms']:8.2f} {row['p95_ms']:8.2f}")
    print(f"whole photo / (decode + bare ONNX Runtime calls): {ratio}")
    if asked.json:
        report = {
            "bundles": [detector.bundle.id, embedder.bundle.id],
            "photo": [width, height],
            "objects": OBJECTS,
            "stages": rows,
            "ratio_to_bare": ratio,
        }
        asked.json.write_text(json.dumps(report, indent=2) + "\n")


if __name__ == "__main__":
    main()
