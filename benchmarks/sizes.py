"""python -m benchmarks.sizes PICTURE...: what AVIF saves over WebP, and what it costs.

Pictures are reduced as the shop does. For each width, WebP at the shop's quality is the yardstick. AVIF is made at
some qualities at each speed of the encoder, and bytes are interpolated where the mean SSIM (of luma, Wang et al. 2004,
Gaussian window with sigma 1.5) is that of WebP. Milliseconds are the CPU's, of one thread.
"""

from __future__ import annotations

import argparse
import io
import json
import statistics
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image
from scipy.ndimage import gaussian_filter

from shopthelook import images
from shopthelook.images.sizes import AVIF, WEBP, reduced

QUALITIES = (40, 50, 60, 70, 80)


def luma(picture: Image.Image) -> NDArray[np.float32]:
    return np.asarray(picture.convert("L"), dtype=np.float32)


def ssim(left: Image.Image, right: Image.Image) -> float:
    """Mean structural similarity of two pictures of one size, 1 where they are equal."""
    a, b = luma(left), luma(right)

    def smooth(values: NDArray[np.float32]) -> NDArray[np.float32]:
        return np.asarray(gaussian_filter(values, 1.5, truncate=3.5))

    mean_a, mean_b = smooth(a), smooth(b)
    var_a, var_b = smooth(a * a) - mean_a**2, smooth(b * b) - mean_b**2
    both = smooth(a * b) - mean_a * mean_b
    c1, c2 = (0.01 * 255) ** 2, (0.03 * 255) ** 2
    top = (2 * mean_a * mean_b + c1) * (2 * both + c2)
    return float((top / ((mean_a**2 + mean_b**2 + c1) * (var_a + var_b + c2))).mean())


def encode(pictures: Sequence[Image.Image], kind: str, **options: Any) -> dict[str, float]:
    """Mean bytes, CPU milliseconds and SSIM of the pictures so encoded."""
    sizes, took, like = [], [], []
    for picture in pictures:
        out = io.BytesIO()
        start = time.thread_time()
        picture.save(out, kind, **options)
        took.append(1000 * (time.thread_time() - start))
        sizes.append(len(out.getvalue()))
        like.append(ssim(picture, Image.open(out).convert("RGB")))
    return {"bytes": statistics.mean(sizes), "ms": statistics.mean(took), "ssim": statistics.mean(like)}


def as_good(pictures: Sequence[Image.Image], speed: int, wanted: float) -> dict[str, float]:
    """Quality, bytes and milliseconds of AVIF at this mean SSIM, between the qualities that were tried."""
    made = [encode(pictures, "AVIF", quality=quality, speed=speed, max_threads=1) for quality in QUALITIES]
    like = [one["ssim"] for one in made]
    figures = {"quality": list(QUALITIES)} | {name: [one[name] for one in made] for name in ("bytes", "ms")}
    return {name: float(np.interp(wanted, like, values)) for name, values in figures.items()}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("pictures", nargs="+", type=Path)
    parser.add_argument("--widths", type=int, nargs="+", default=[320, 640, 1280])
    parser.add_argument("--speeds", type=int, nargs="+", default=[6, 8, 10])
    parser.add_argument("--json", type=Path, help="write the figures here")
    options = parser.parse_args()
    rows = []
    for width in options.widths:
        start = time.thread_time()
        # Those that are smaller are shown as they are, which is no test of this width.
        wide = [one for one in options.pictures if images.picture_size(one)[0] >= width]
        small = [Image.fromarray(reduced(one.read_bytes(), width)) for one in wide]
        if not small:
            continue
        reducing = 1000 * (time.thread_time() - start) / len(small)
        webp = encode(small, "WEBP", **WEBP)
        print(
            f"{len(small)} pictures, {width} px wide (reducing {reducing:.0f} ms): WebP {webp['bytes']:.0f} bytes, "
            f"{webp['ms']:.0f} ms, SSIM {webp['ssim']:.4f}; AVIF of the shop: {AVIF}",
            flush=True,
        )
        for speed in options.speeds:
            avif = as_good(small, speed, webp["ssim"])
            share = avif["bytes"] / webp["bytes"]
            print(
                f"  AVIF speed {speed:2}  quality {avif['quality']:2.0f}  {avif['bytes']:8.0f} bytes  "
                f"{100 * share:3.0f} % of WebP  {avif['ms']:6.1f} ms",
                flush=True,
            )
            rows.append({"width": width, "reducing_ms": reducing, "webp": webp, "avif": avif, "speed": speed})
    if options.json:
        options.json.write_text(json.dumps(rows, indent=1), encoding="utf-8")


if __name__ == "__main__":
    sys.exit(main())
