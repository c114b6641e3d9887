"""Features of every view, computed once by the frozen backbone and kept on disk.

The backbone does not learn, so a training step need not run it: views and a few augmentations of each become
rows of features, and training is then minutes of linear algebra. ONNX Runtime computes them several times as
fast as PyTorch. They are kept in shards, so a killed run goes on with the shard it was at.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable, Iterator, Sequence
from itertools import groupby
from pathlib import Path
from typing import Any

import numpy as np
import onnxruntime
from numpy.typing import NDArray

from shopthelook.embedding.training.augment import augment_product, augment_scene, put_in_scene
from shopthelook.embedding.training.data import View, load, load_whole
from shopthelook.embedding.training.export import to_onnx
from shopthelook.embedding.training.model import MEAN, STD, Features
from shopthelook.models.preprocess import normalise, square

SHARD = 128  # views
FORMAT = "3"  # raise it where pictures, augmentations or features change, so that old shards are not reused

# Product pictures that need a scene made for them: a cut-out has its own crop, garments lie in real rooms.
ON_WHITE = frozenset({"luma-catalogue", "renders"})

Array = NDArray[np.float32]


def cached_features(
    views: Sequence[View],
    folder: Path,
    size: int,
    mode: str = "square",
    variants: int = 4,
    threads: int = 1,
    progress: Callable[[str], None] = lambda _: None,
) -> NDArray[np.float16]:
    """Return features of each view: (len(views), variants, d) float16.

    Variant 0 is the view itself, as it is met in use. The others are augmented; views outside of "train"
    have none, and hold variant 0 there.

    Args:
        folder: where the shards are kept; a second call reads them.
        size, mode: the network's input, see `preprocess.square`.
    """
    folder.mkdir(parents=True, exist_ok=True)
    extractor: Extractor | None = None
    parts, done = [], 0
    for shard in _shards(views):
        path = folder / f"{_digest(shard, size, mode, variants)}.npy"
        if not path.exists():
            extractor = extractor or Extractor(folder, size, mode, threads, _backgrounds(views))
            rows = np.stack([extractor.variants(view, variants) for view in shard]).astype(np.float16)
            partial = path.with_suffix(f".{os.getpid()}.partial")
            with partial.open("wb") as file:
                np.save(file, rows)
            partial.replace(path)
        parts.append(np.load(path))
        done += len(shard)
        progress(f"features: {done} of {len(views)} views")
    return np.concatenate(parts)


class Extractor:
    """The frozen backbone in ONNX Runtime: pictures to features."""

    def __init__(
        self,
        folder: Path,
        size: int,
        mode: str = "square",
        threads: int = 1,
        backgrounds: Sequence[View] = (),
    ) -> None:
        self.size, self.mode, self.backgrounds = size, mode, backgrounds
        path = folder / f"backbone-{size}.onnx"
        if not path.exists():
            to_onnx(Features().eval(), size, path, outputs=("features",))
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = threads
        self._session: Any = onnxruntime.InferenceSession(path, options)

    def __call__(self, pictures: Sequence[NDArray[np.uint8]]) -> Array:
        """Return features (n, d) float32 of n RGB pictures of any size."""
        batch = np.stack([square(picture, self.size, self.mode) for picture in pictures])
        features: Array = self._session.run(["features"], {"image": normalise(batch, MEAN, STD)})[0]
        return features

    def variants(self, view: View, count: int) -> Array:
        """Return features (count, d) of a view and of its augmentations."""
        rgb = load(view)
        if view.split != "train":
            return np.repeat(self([rgb]), count, axis=0)
        seed = int.from_bytes(hashlib.sha256(view.key.encode()).digest()[:8], "big")
        looks = [self._look(view, rgb, n, np.random.default_rng([seed, n])) for n in range(1, count)]
        return self([rgb, *looks])

    def _look(
        self, view: View, rgb: NDArray[np.uint8], number: int, rng: np.random.Generator
    ) -> NDArray[np.uint8]:
        """Return augmentation `number`: of a product the first is another shop's picture, the rest scenes."""
        if view.kind == "scene":
            return augment_scene(rgb, rng)
        if number == 1 or view.source not in ON_WHITE or not self.backgrounds:
            return augment_product(rgb, rng)
        background = self.backgrounds[int(rng.integers(len(self.backgrounds)))]
        return put_in_scene(rgb, load_whole(background), rng)


def _backgrounds(views: Sequence[View], count: int = 64) -> list[View]:
    """Return train views of some home scenes, whose pictures things are put into."""
    pictures = {view.path: view for view in views if view.source == "home-scenes" and view.split == "train"}
    return list(pictures.values())[:count]


def _shards(views: Sequence[View]) -> Iterator[list[View]]:
    """Yield runs of at most SHARD views of one source, so that a source that grows leaves others alone."""
    for _, group in groupby(views, key=lambda view: view.source):
        same = list(group)
        for start in range(0, len(same), SHARD):
            yield same[start : start + SHARD]


def _digest(shard: Sequence[View], size: int, mode: str, variants: int) -> str:
    text = "\n".join(f"{view.key} {view.split} {view.kind} {view.path.stat().st_size}" for view in shard)
    return hashlib.sha256(f"{FORMAT} {size} {mode} {variants}\n{text}".encode()).hexdigest()[:24]
