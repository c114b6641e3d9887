"""Checking that a bundle keeps what its card promises, by looking at its file and by running it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

from shopthelook.errors import ShopError
from shopthelook.models.bundle import Bundle
from shopthelook.models.preprocess import for_detector, for_embedder, normalise
from shopthelook.models.session import Session
from shopthelook.taxonomy import Taxonomy, UnknownCategory


def verify(bundle: Bundle, taxonomy: Taxonomy | None = None) -> list[str]:
    """Everything that is wrong with a bundle, one sentence each; empty for a good one.

    Checks the sha256 of the model, the shapes and types of its inputs and outputs, that every label is a
    category of the taxonomy (default: the built-in one), and that a run on a made picture gives finite
    outputs of the promised shape.
    """
    problems = list(_label_problems(bundle, taxonomy or Taxonomy.builtin()))
    session = Session(bundle, threads=1)
    try:
        session.open()
        problems += _shape_problems(bundle, session)
        problems += _run_problems(bundle, session)
    except ShopError as error:
        problems.append(str(error))
    return problems


def _label_problems(bundle: Bundle, taxonomy: Taxonomy) -> Iterator[str]:
    for i, label in enumerate(bundle.card.labels):
        try:
            category = taxonomy.get(label.category_id)
        except UnknownCategory:
            yield f"label {i} ({label.name}): the taxonomy has no category {label.category_id}"
            continue
        if category.full != label.path:
            yield (
                f"label {i} ({label.name}): category {label.category_id} is {category.full!r}, "
                f"not {label.path!r}"
            )


def _shape_problems(bundle: Bundle, session: Session) -> Iterator[str]:
    card = bundle.card
    inputs, outputs = session.describe()
    size = card.input.resize.side or None
    wanted_input = [None, 3, size, size]
    yield from _mismatch("input", card.input.name, inputs[card.input.name], "tensor(float)", wanted_input)
    if extra := sorted(set(inputs) - {card.input.name}):
        yield f"the model has inputs that the card does not know: {', '.join(extra)}"
    if bundle.kind == "detector":
        promised: dict[str, tuple[str, list[int | None]]] = {
            "boxes": ("tensor(float)", [None, 4]),
            "scores": ("tensor(float)", [None]),
            "labels": ("tensor(int64)", [None]),
        }
        _, shape = inputs[card.input.name]
        if size is None and len(shape) == 4 and any(isinstance(side, int) for side in shape[2:]):
            yield f"input {card.input.name!r}: height and width must be free, the model takes {shape}"
    else:
        promised = {
            "embedding": ("tensor(float)", [None, card.bits]),
            "category": ("tensor(float)", [None, len(card.labels)]),
            **{head.name: ("tensor(float)", [None, len(head.labels)]) for head in card.heads},
        }
        _, shape = inputs[card.input.name]
        if shape and isinstance(shape[0], int):
            yield f"input {card.input.name!r}: the batch must be free, the model takes {shape}"
    for key, (dtype, wanted) in promised.items():
        yield from _mismatch("output", key, outputs[card.outputs[key]], dtype, wanted)


def _mismatch(
    word: str, name: str, found: tuple[str, list[object]], dtype: str, wanted: Sequence[int | None]
) -> Iterator[str]:
    found_dtype, shape = found
    if found_dtype != dtype:
        yield f"{word} {name!r} must be {dtype}, the model has {found_dtype}"
    # An exporter may leave the shape of an output open; the run below shows what it is.
    if shape and (
        len(shape) != len(wanted)
        or any(isinstance(a, int) and b is not None and a != b for a, b in zip(shape, wanted, strict=True))
    ):
        yield f"{word} {name!r} must have shape {_shape(wanted)}, the model has {_shape(shape)}"


def _shape(sizes: Sequence[object]) -> str:
    return "(" + ", ".join("free" if size is None else str(size) for size in sizes) + ")"


def _run_problems(bundle: Bundle, session: Session) -> Iterator[str]:
    yield from (_detector_run if bundle.kind == "detector" else _embedder_run)(bundle, session)


def _detector_run(bundle: Bundle, session: Session) -> Iterator[str]:
    source = bundle.card.input
    pixels, _ = for_detector(_picture(240, 330), source)
    outputs = session.run({source.name: pixels})
    boxes, scores, labels = outputs["boxes"], outputs["scores"], outputs["labels"]
    if (
        boxes.ndim != 2
        or boxes.shape[1] != 4
        or scores.shape != boxes.shape[:1]
        or labels.shape != scores.shape
    ):
        yield (
            f"a run gives boxes {boxes.shape}, scores {scores.shape}, labels {labels.shape}: "
            "(n, 4), (n,), (n,) wanted"
        )
        return
    yield from _not_finite(outputs)
    if np.any((scores < 0) | (scores > 1)):
        yield "a run gives scores outside 0..1"
    if np.any((labels < 0) | (labels >= len(bundle.card.labels))):
        yield f"a run gives labels that are none of the card's {len(bundle.card.labels)}"


def _embedder_run(bundle: Bundle, session: Session) -> Iterator[str]:
    card = bundle.card
    crops = [_picture(120, 90), _picture(64, 64), _picture(50, 200)]
    batch = np.stack([for_embedder(crop, card.input.resize) for crop in crops])
    pixels = normalise(batch, card.input.mean, card.input.std)
    for count in (1, 3):
        outputs = session.run({card.input.name: pixels[:count]})
        wanted = {"embedding": (count, card.bits), "category": (count, len(card.labels))}
        wanted |= {head.name: (count, len(head.labels)) for head in card.heads}
        for key, shape in wanted.items():
            if outputs[key].shape != shape:
                yield f"a run on {count} crops gives {key} {outputs[key].shape}: {shape} wanted"
        yield from _not_finite(outputs)
    for key in ("category", *(head.name for head in card.heads)):
        rows = outputs[key]
        if rows.size and (np.any(rows < 0) or np.any(np.abs(rows.sum(axis=-1) - 1) > 1e-2)):
            yield f"a run gives {key} scores that are no probabilities (each row must sum to 1)"


def _not_finite(outputs: dict[str, NDArray[np.generic]]) -> Iterator[str]:
    for key, array in outputs.items():
        if not np.all(np.isfinite(array.astype(np.float64))):
            yield f"a run gives {key} that are not finite numbers"


def _picture(height: int, width: int) -> NDArray[np.uint8]:
    # Smooth ramps with blocks of strong colour on them, always the same: something for a detector to find.
    y, x = np.mgrid[0:height, 0:width]
    picture = np.stack([x * 255 // width, y * 255 // height, (x + y) * 255 // (width + height)], axis=-1)
    picture = picture.astype(np.uint8)
    picture[height // 8 : height // 2, width // 8 : width // 2] = (220, 30, 30)
    picture[height // 2 : -height // 8, width // 2 : -width // 8] = (30, 60, 200)
    return picture
