"""The card of a model: what its ONNX file takes and gives, where it comes from and how good it is."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, Literal, TypeAlias

from shopthelook.models.fields import CardError, Fields

__all__ = ["Card", "CardError", "DataUse", "Head", "Input", "Label", "Metric", "Resize"]

CARD_FILE = "card.json"
Kind: TypeAlias = Literal["detector", "embedder"]
_NAME = re.compile(r"[a-z0-9][a-z0-9._-]*")
_HEAD = re.compile(r"[a-z][a-z0-9_]*")
_VERSION = re.compile(r"[A-Za-z0-9][A-Za-z0-9._+-]*")
_SHA256 = re.compile(r"[0-9a-f]{64}")
_MAX_SIDE = 4096
_MAX_BITS = 4096


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
    """What an embedder says beside the category, as gender or colour: one of `labels`, or nothing below `least`."""

    name: str
    labels: tuple[str, ...]
    least: float = 0.5


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


@dataclass(frozen=True, slots=True)
class Card:
    """A validated model card.

    `threshold` and `max_objects` belong to detectors, `bits` and `heads` to embedders; each is 0 or empty for the
    other kind. `outputs` maps what the package asks for (boxes, scores, labels; or embedding, category and every
    head by its name) to the names of the ONNX file's outputs.
    """

    name: str
    version: str
    kind: Kind
    model: str
    sha256: str
    input: Input
    labels: tuple[Label, ...]
    outputs: Mapping[str, str]
    threshold: float = 0.0
    max_objects: int = 0
    bits: int = 0
    heads: tuple[Head, ...] = ()
    data: tuple[DataUse, ...] = ()
    metrics: tuple[Metric, ...] = ()
    licence: str = ""
    provenance: str = ""
    source: str = field(default="", compare=False)

    @property
    def id(self) -> str:
        """`name@version`, what codes in a catalog remember of the model that made them."""
        return f"{self.name}@{self.version}"

    @classmethod
    def from_file(cls, path: Path | str) -> Card:
        """Read and validate a card.json. Raises `CardError` that names the file and the field."""
        try:
            values = json.loads(Path(path).read_text(encoding="utf-8"))
        except FileNotFoundError:
            raise CardError(str(path), "", "is missing: a model bundle needs a card.json") from None
        except OSError as error:
            raise CardError(str(path), "", f"cannot be read: {error.strerror}") from None
        except (ValueError, RecursionError) as error:
            raise CardError(str(path), "", f"is not JSON: {error}") from None
        return cls.from_dict(values, str(path))

    @classmethod
    def from_dict(cls, values: Any, source: str = "card") -> Card:
        """Validate the parsed JSON of a card; `source` is the file that errors name.

        Fields that are not known are left alone, so that a card may say more than this version reads.
        """
        fields = Fields(values, source)
        kind = _one_of(fields, "kind", ("detector", "embedder"))
        detector = kind == "detector"
        heads = () if detector else _heads(fields)
        return cls(
            name=_matching(fields, "name", _NAME, "lower-case letters, digits, '.', '_' and '-'"),
            version=_matching(fields, "version", _VERSION, "letters, digits, '.', '_', '+' and '-'"),
            kind="detector" if detector else "embedder",
            model=_model_file(fields),
            sha256=_matching(fields, "sha256", _SHA256, "64 lower-case hex digits"),
            input=_input(fields.object("input"), kind),
            labels=_labels(fields),
            outputs=_outputs(fields.object("outputs"), kind, heads),
            threshold=fields.number("threshold", 0, 1) if detector else 0.0,
            max_objects=fields.integer("max_objects", 1, 1000) if detector else 0,
            bits=0 if detector else _bits(fields),
            heads=heads,
            data=tuple(_data_use(entry) for entry in fields.objects("data", default=[])),
            metrics=tuple(_metric(entry) for entry in fields.objects("metrics", default=[])),
            licence=fields.text("licence"),
            provenance=fields.text("provenance", default="", empty=True),
            source=source,
        )

    def as_dict(self) -> dict[str, Any]:
        """The JSON of the card, as `from_dict` reads it."""
        values = asdict(self)
        del values["source"]
        values["input"] |= {
            "mean": list(self.input.mean),
            "std": list(self.input.std),
            "layout": "NCHW",
            "color": "RGB",
            "resize": _sizes(values["input"]["resize"]),
        }
        values["labels"] = [_without_empty(label) for label in values["labels"]]
        values["outputs"] = dict(self.outputs)
        for key in ("data", "metrics"):
            values[key] = [_without_empty(entry) for entry in values[key]]
        values["heads"] = [{**head, "labels": list(head["labels"])} for head in values["heads"]]
        if not self.heads:
            del values["heads"]
        for key in ("bits",) if self.kind == "detector" else ("threshold", "max_objects"):
            del values[key]
        return values

    def write(self, path: Path | str) -> None:
        """Write the card as JSON."""
        Path(path).write_text(
            json.dumps(self.as_dict(), indent=2, ensure_ascii=False) + "\n", encoding="utf-8"
        )


def _without_empty(values: Mapping[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in values.items() if value is not None and value != ""}


def _sizes(resize: Mapping[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in resize.items() if value != 0}


def _one_of(fields: Fields, key: str, allowed: tuple[str, ...]) -> str:
    value = fields.text(key)
    if value not in allowed:
        raise fields.error(key, f"must be {' or '.join(allowed)}, not {value!r}")
    return value


def _matching(fields: Fields, key: str, pattern: re.Pattern[str], words: str) -> str:
    value = fields.text(key)
    if not pattern.fullmatch(value):
        raise fields.error(key, f"must be made of {words}, not {value[:80]!r}")
    return value


def _model_file(fields: Fields) -> str:
    value = fields.text("model")
    # A card may come from anywhere: it must not name a file outside its own folder.
    if value != Path(value).name or "\\" in value or value in (".", ".."):
        raise fields.error("model", f"must name a file in the bundle's own folder, not {value[:80]!r}")
    return value


def _bits(fields: Fields) -> int:
    bits = fields.integer("bits", 64, _MAX_BITS)
    if bits % 64:
        raise fields.error("bits", f"must be a multiple of 64, not {bits}")
    return bits


def _input(fields: Fields, kind: str) -> Input:
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
        mode = _one_of(fields, "mode", ("square", "pad"))
        size = fields.integer("size", 8, _MAX_SIDE)
        crop = fields.integer("crop", 8, size, default=0)
        return Resize("pad" if mode == "pad" else "square", size=size, crop=crop)
    if _one_of(fields, "mode", ("fit", "square")) == "square":
        return Resize("square", size=fields.integer("size", 16, _MAX_SIDE))
    shorter = fields.integer("shorter", 16, _MAX_SIDE)
    longer = fields.integer("longer", shorter, _MAX_SIDE)
    return Resize("fit", shorter=shorter, longer=longer, multiple=fields.integer("multiple", 1, 512))


def _labels(fields: Fields) -> tuple[Label, ...]:
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


def _heads(fields: Fields) -> tuple[Head, ...]:
    heads: list[Head] = []
    for entry in fields.objects("heads", default=[]):
        name = _matching(entry, "name", _HEAD, "lower-case letters, digits and '_'")
        if name in ("embedding", "category") or name in [head.name for head in heads]:
            raise entry.error("name", f"must not be {name!r} a second time")
        labels = entry.texts("labels")
        if len(set(labels)) != len(labels) or len(labels) < 2:
            raise entry.error("labels", "must hold at least two different texts")
        heads.append(Head(name, labels, entry.number("least", 0, 1)))
    return tuple(heads)


def _outputs(fields: Fields, kind: str, heads: tuple[Head, ...]) -> dict[str, str]:
    names = (
        ("boxes", "scores", "labels")
        if kind == "detector"
        else ("embedding", "category", *(head.name for head in heads))
    )
    return {name: fields.text(name) for name in names}


def _data_use(fields: Fields) -> DataUse:
    n = fields.integer("n", 0, 2**53) if fields.has("n") else None
    return DataUse(fields.text("name"), fields.text("licence"), n)


def _metric(fields: Fields) -> Metric:
    return Metric(
        name=fields.text("name"),
        value=fields.number("value", -1e300, 1e300),
        data=fields.text("data", default="", empty=True),
        split=fields.text("split", default="", empty=True),
        n=fields.integer("n", 0, 2**53) if fields.has("n") else None,
        command=fields.text("command", default="", empty=True),
    )
