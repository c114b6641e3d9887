"""The card of a model: what its ONNX file takes and gives, where it comes from and how good it is."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, Literal, TypeAlias

from shopthelook.models.card_parts import (
    DataUse,
    Head,
    Input,
    Label,
    Metric,
    Resize,
    matching,
    one_of,
    read_data_use,
    read_heads,
    read_input,
    read_labels,
    read_metric,
)
from shopthelook.models.fields import CardError, Fields

__all__ = ["Card", "CardError", "DataUse", "Head", "Input", "Label", "Metric", "Resize"]

CARD_FILE = "card.json"
Kind: TypeAlias = Literal["detector", "embedder"]
_NAME = re.compile(r"[a-z0-9][a-z0-9._-]*")
_VERSION = re.compile(r"[A-Za-z0-9][A-Za-z0-9._+-]*")
_SHA256 = re.compile(r"[0-9a-f]{64}")
_MAX_BITS = 4096


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
        kind = one_of(fields, "kind", ("detector", "embedder"))
        detector = kind == "detector"
        heads = () if detector else read_heads(fields)
        return cls(
            name=matching(fields, "name", _NAME, "lower-case letters, digits, '.', '_' and '-'"),
            version=matching(fields, "version", _VERSION, "letters, digits, '.', '_', '+' and '-'"),
            kind="detector" if detector else "embedder",
            model=_model_file(fields),
            sha256=matching(fields, "sha256", _SHA256, "64 lower-case hex digits"),
            input=read_input(fields.object("input"), kind),
            labels=read_labels(fields),
            outputs=_outputs(fields.object("outputs"), kind, heads),
            threshold=fields.number("threshold", 0, 1) if detector else 0.0,
            max_objects=fields.integer("max_objects", 1, 1000) if detector else 0,
            bits=0 if detector else _bits(fields),
            heads=heads,
            data=tuple(read_data_use(entry) for entry in fields.objects("data", default=[])),
            metrics=tuple(read_metric(entry) for entry in fields.objects("metrics", default=[])),
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
        values["heads"] = [_lists(head) for head in values["heads"]]
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


def _lists(head: Mapping[str, Any]) -> dict[str, Any]:
    return {key: list(of) if isinstance(of, tuple) else of for key, of in head.items() if of != ()}


def _sizes(resize: Mapping[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in resize.items() if value != 0}


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


def _outputs(fields: Fields, kind: str, heads: tuple[Head, ...]) -> dict[str, str]:
    names = (
        ("boxes", "scores", "labels")
        if kind == "detector"
        else ("embedding", "category", *(head.name for head in heads))
    )
    return {name: fields.text(name) for name in names}
