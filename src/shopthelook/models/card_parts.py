"""The parts of a model's card: what they hold, and how they are read from its JSON."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

from shopthelook.models.fields import Fields

_HEAD = re.compile(r"[a-z][a-z0-9_]*")
_MAX_SIDE = 4096


@dataclass(frozen=True, slots=True)
class Resize:
    """How a picture becomes the model's input; all lengths in pixels.

    `fit` (detectors) keeps the aspect: the shorter side becomes at most `shorter` and the longer at most
    `longer`, then the right and bottom are padded to a multiple of `multiple`. `square` squeezes to `size` x
    `size`; `pad` (embedders) does that with the aspect kept, on white.
    """

    mode: Literal["fit", "square", "pad"]
    shorter: int = 0
    longer: int = 0
    multiple: int = 0
    size: int = 0
    crop: int = 0

    @property
    def side(self) -> int:
        """Width and height of an embedder's input."""
        return self.crop or self.size


@dataclass(frozen=True, slots=True)
class Input:
    """The one input of the ONNX file: float32 NCHW, RGB, `(value - mean) / std` of values 0..255."""

    name: str
    mean: tuple[float, float, float]
    std: tuple[float, float, float]
    resize: Resize


@dataclass(frozen=True, slots=True)
class Label:
    """One class of the model; its place in the card's list is the index that the model speaks of.

    `threshold` is the least score of a detection with this label; None for the card's `threshold`.
    """

    name: str
    category_id: int
    path: str
    threshold: float | None = None


@dataclass(frozen=True, slots=True)
class Head:
    """What an embedder says beside the category, as gender or colour: one of `labels`, or nothing below `least`.

    `within` has the paths of the categories of whose things it says something that makes sense; empty where the
    card does not say.
    """

    name: str
    labels: tuple[str, ...]
    least: float = 0.5
    within: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class DataUse:
    """A data set that the model learned from, with its licence; `n` counts its pictures, None if unknown."""

    name: str
    licence: str
    n: int | None = None


@dataclass(frozen=True, slots=True)
class Metric:
    """One measured number: of what, on which data and split of `n` pictures, by which command."""

    name: str
    value: float
    data: str = ""
    split: str = ""
    n: int | None = None
    command: str = ""


def one_of(fields: Fields, key: str, allowed: tuple[str, ...]) -> str:
    """Read a text that is one of some."""
    value = fields.text(key)
    if value not in allowed:
        raise fields.error(key, f"must be {' or '.join(allowed)}, not {value!r}")
    return value


def matching(fields: Fields, key: str, pattern: re.Pattern[str], words: str) -> str:
    """Read a text that a pattern fits; `words` says what it is made of."""
    value = fields.text(key)
    if not pattern.fullmatch(value):
        raise fields.error(key, f"must be made of {words}, not {value[:80]!r}")
    return value


def read_input(fields: Fields, kind: str) -> Input:
    """The input of a card of this kind."""
    for key, only in (("layout", "NCHW"), ("color", "RGB")):
        if (value := fields.text(key, default=only)) != only:
            raise fields.error(key, f"must be {only}, not {value!r}")
    mean = fields.numbers("mean", 3, 0, 255)
    std = fields.numbers("std", 3, 1e-3, 1e4)
    return Input(
        name=fields.text("name"),
        mean=(mean[0], mean[1], mean[2]),
        std=(std[0], std[1], std[2]),
        resize=_resize(fields.object("resize"), kind),
    )


def _resize(fields: Fields, kind: str) -> Resize:
    if kind == "embedder":
        mode = one_of(fields, "mode", ("square", "pad"))
        size = fields.integer("size", 8, _MAX_SIDE)
        crop = fields.integer("crop", 8, size, default=0)
        return Resize("pad" if mode == "pad" else "square", size=size, crop=crop)
    if one_of(fields, "mode", ("fit", "square")) == "square":
        return Resize("square", size=fields.integer("size", 16, _MAX_SIDE))
    shorter = fields.integer("shorter", 16, _MAX_SIDE)
    longer = fields.integer("longer", shorter, _MAX_SIDE)
    return Resize("fit", shorter=shorter, longer=longer, multiple=fields.integer("multiple", 1, 512))


def read_labels(fields: Fields) -> tuple[Label, ...]:
    """The labels of a card, at least one."""
    labels = tuple(
        Label(
            name=entry.text("name"),
            category_id=entry.integer("category_id", 1, 2**31 - 1),
            path=entry.text("path"),
            threshold=entry.number("threshold", 0, 1) if entry.has("threshold") else None,
        )
        for entry in fields.objects("labels")
    )
    if not labels:
        raise fields.error("labels", "must hold at least one label")
    return labels


def read_heads(fields: Fields) -> tuple[Head, ...]:
    """The heads of a card, none where it does not name any."""
    heads: list[Head] = []
    for entry in fields.objects("heads", default=[]):
        name = matching(entry, "name", _HEAD, "lower-case letters, digits and '_'")
        if name in ("embedding", "category") or name in [head.name for head in heads]:
            raise entry.error("name", f"must not be {name!r} a second time")
        labels = entry.texts("labels")
        if len(set(labels)) != len(labels) or len(labels) < 2:
            raise entry.error("labels", "must hold at least two different texts")
        within = entry.texts("within") if entry.has("within") else ()
        heads.append(Head(name, labels, entry.number("least", 0, 1), within))
    return tuple(heads)


def read_data_use(fields: Fields) -> DataUse:
    """One of the data sets of a card."""
    n = fields.integer("n", 0, 2**53) if fields.has("n") else None
    return DataUse(fields.text("name"), fields.text("licence"), n)


def read_metric(fields: Fields) -> Metric:
    """One of the figures of a card."""
    return Metric(
        name=fields.text("name"),
        value=fields.number("value", -1e300, 1e300),
        data=fields.text("data", default="", empty=True),
        split=fields.text("split", default="", empty=True),
        n=fields.integer("n", 0, 2**53) if fields.has("n") else None,
        command=fields.text("command", default="", empty=True),
    )
