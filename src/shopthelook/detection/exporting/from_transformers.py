"""RT-DETR, D-FINE and RF-DETR of the library ``transformers`` as bundles."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import onnx
import transformers
from safetensors import SafetensorError
from transformers import AutoConfig, AutoImageProcessor, AutoModelForObjectDetection

from shopthelook.detection.exporting.graph import INPUT, OUTPUTS, Decoded, to_onnx
from shopthelook.errors import ShopError
from shopthelook.models.bundle import Bundle
from shopthelook.models.card import CARD_FILE, Card, DataUse, Input, Label, Resize
from shopthelook.models.export import store_weights_as_float16
from shopthelook.models.verify import verify

if TYPE_CHECKING:
    from torch import nn

    from shopthelook.taxonomy import Category

BY_TRACE = {"rt_detr": True, "rt_detr_v2": True, "d_fine": True, "rf_detr": False}
"""Kinds of model that are known to export, and whether by PyTorch's tracing exporter or by the one on graphs."""

_BILINEAR = 2  # Pillow's number
_MOST_OBJECTS = 100


@dataclass(frozen=True, slots=True)
class Source:
    """A model of ``transformers``, read and checked: its network, its input and the name of each logit."""

    name: str
    kind: str
    network: nn.Module
    input: Input
    names: Mapping[int, str]
    queries: int


def read_source(source: str, size: int | None = None) -> Source:
    """Read a folder that ``save_pretrained`` wrote, or a model of a hub by its id where there is a network.

    ``size`` is the side of the square input; the image processor's own when left out. Only weights in the safetensors
    format are read, and no code that comes with a model is run. Raises `ShopError` for what cannot be read, for a kind
    that is not known to export, and for pictures prepared otherwise than by squeezing them to a square.
    """
    try:
        config = AutoConfig.from_pretrained(source)
        if config.model_type not in BY_TRACE:
            raise ShopError(
                f"{source}: a model of kind {config.model_type!r} is not known to export; "
                f"known are {', '.join(BY_TRACE)}"
            )
        processor = AutoImageProcessor.from_pretrained(source)  # type: ignore[no-untyped-call]
        network = AutoModelForObjectDetection.from_pretrained(source, use_safetensors=True)
    except (OSError, ValueError, ImportError, RuntimeError, SafetensorError) as error:
        first = (str(error).strip().splitlines() or [type(error).__name__])[0]
        raise ShopError(f"{source} cannot be read as a model of transformers: {first[:300]}") from error
    return Source(
        name=Path(source).name,
        kind=config.model_type,
        network=network.eval(),
        input=_input(source, processor.to_dict(), size),
        names=dict(config.id2label),
        queries=config.num_queries,
    )


def export(
    source: Source,
    folder: Path,
    categories: Mapping[str, Category],
    licence: str,
    *,
    name: str | None = None,
    data: Sequence[DataUse] = (),
    threshold: float = 0.5,
    half: bool = False,
) -> Card:
    """Write the bundle of a model to ``folder`` and return its card.

    ``categories`` are those of the model's own labels; a label without one (a person, a car) is left out of the graph.
    ``half`` stores the weights in half the space, rounded. The threshold is a first guess, for evaluation to replace.
    Raises `ShopError` where no label has a category or the graph is not the model.
    """
    spoken = [(column, label) for column, label in sorted(source.names.items()) if label in categories]
    if not spoken:
        raise ShopError(
            f"none of the labels of {source.name} has a category: it speaks of {_few(source.names.values())}, "
            f"the label map of {_few(categories)}"
        )
    decoded = Decoded(source.network, [column for column, _ in spoken], source.input.resize.size)
    graph = to_onnx(decoded, BY_TRACE[source.kind])
    if half:
        store_weights_as_float16(graph)
    folder.mkdir(parents=True, exist_ok=True)
    onnx.save(graph, folder / "model.onnx")
    card = Card(
        name=name or _plain(source.name),
        version="1",
        kind="detector",
        model="model.onnx",
        sha256=hashlib.sha256((folder / "model.onnx").read_bytes()).hexdigest(),
        input=source.input,
        labels=tuple(Label(label, categories[label].id, categories[label].full) for _, label in spoken),
        outputs={output: output for output in OUTPUTS},
        threshold=threshold,
        max_objects=min(source.queries, _MOST_OBJECTS),
        data=tuple(data),
        licence=licence,
        provenance=f"{source.kind} model {source.name}, exported with transformers {transformers.__version__}",
    )
    card.write(folder / CARD_FILE)
    if problems := verify(Bundle(folder, card)):
        raise ShopError(f"{folder}: the bundle is not good: {'; '.join(problems)}")
    return card


def _input(source: str, processor: Mapping[str, Any], size: int | None) -> Input:
    """What the image processor does to a picture, as a card says it."""
    sides = processor.get("size") or {}
    height, width = sides.get("height"), sides.get("width")
    if size is None and height is not None and height == width:
        size = int(height)
    if size is None:
        raise ShopError(
            f"{source}: its pictures are resized to {dict(sides)}; only squeezing to a square can be exported: say its "
            "side if the model was trained so"
        )
    if processor.get("resample", _BILINEAR) != _BILINEAR:
        raise ShopError(f"{source}: its pictures are not resized bilinearly, as serving does")
    unit = 1.0 / processor.get("rescale_factor", 1 / 255) if processor.get("do_rescale", True) else 1.0
    mean, std = (0.0, 0.0, 0.0), (1.0, 1.0, 1.0)
    if processor.get("do_normalize"):
        mean, std = tuple(processor["image_mean"]), tuple(processor["image_std"])
    return Input(
        INPUT,
        (mean[0] * unit, mean[1] * unit, mean[2] * unit),
        (std[0] * unit, std[1] * unit, std[2] * unit),
        Resize("square", size=size),
    )


def _plain(name: str) -> str:
    return re.sub(r"[^a-z0-9._-]+", "-", name.lower()).strip("-._") or "detector"


def _few(names: Sequence[str] | Any) -> str:
    every = list(names)
    return ", ".join(every[:5]) + (", ..." if len(every) > 5 else "")
