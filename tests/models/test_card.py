"""Cards: what is read, and that every mistake is told by its file and field."""

from __future__ import annotations

import copy
import json
from pathlib import Path
from typing import Any

import pytest

from shopthelook.models import Card, CardError, Head, Label

DETECTOR: dict[str, Any] = {
    "name": "rooms",
    "version": "1",
    "kind": "detector",
    "model": "model.onnx",
    "sha256": "0" * 64,
    "input": {
        "name": "image",
        "layout": "NCHW",
        "color": "RGB",
        "mean": [127, 127, 127],
        "std": [128, 128, 128],
        "resize": {"mode": "fit", "shorter": 288, "longer": 448, "multiple": 32},
    },
    "labels": [
        {"name": "Chairs", "category_id": 443, "path": "Furniture > Chairs", "threshold": 0.3},
        {"name": "Sofas", "category_id": 460, "path": "Furniture > Sofas"},
    ],
    "threshold": 0.4,
    "max_objects": 20,
    "outputs": {"boxes": "boxes", "scores": "scores", "labels": "labels"},
    "data": [{"name": "rooms", "licence": "CC-BY-4.0", "n": 100}],
    "metrics": [{"name": "AP50", "value": 0.5, "data": "rooms", "split": "test", "n": 20, "command": "x"}],
    "licence": "Apache-2.0",
    "provenance": "made for this test",
}
EMBEDDER: dict[str, Any] = {
    **{key: value for key, value in DETECTOR.items() if key not in ("threshold", "max_objects")},
    "kind": "embedder",
    "input": {**DETECTOR["input"], "resize": {"mode": "square", "size": 192}},
    "bits": 512,
    "outputs": {"embedding": "embedding", "category": "category"},
}

HEADS: dict[str, Any] = {
    **EMBEDDER,
    "input": {**DETECTOR["input"], "resize": {"mode": "pad", "size": 256, "crop": 224}},
    "heads": [{"name": "color", "labels": ["Red", "Blue"], "least": 0.6}],
    "outputs": {**EMBEDDER["outputs"], "color": "the_color"},
}


def changed(base: dict[str, Any], path: str, value: Any) -> dict[str, Any]:
    """A copy of `base` with the field at the dotted `path` replaced, or removed where value is `...`."""
    card = copy.deepcopy(base)
    inner: Any = card
    *parents, last = path.split(".")
    for part in parents:
        inner = inner[int(part) if isinstance(inner, list) else part]
    if value is ...:
        del inner[last]
    else:
        inner[int(last) if isinstance(inner, list) else last] = value
    return card


def test_a_detector_card_is_read() -> None:
    card = Card.from_dict(DETECTOR)
    assert card.id == "rooms@1"
    assert card.kind == "detector"
    assert card.labels[0] == Label("Chairs", 443, "Furniture > Chairs", 0.3)
    assert card.labels[1].threshold is None
    assert (card.input.resize.mode, card.input.resize.longer) == ("fit", 448)
    assert (card.threshold, card.max_objects, card.bits) == (0.4, 20, 0)
    assert card.data[0].n == 100
    assert card.metrics[0].value == 0.5


def test_an_embedder_card_is_read() -> None:
    card = Card.from_dict(EMBEDDER)
    assert (card.kind, card.bits, card.input.resize.size) == ("embedder", 512, 192)


def test_an_embedder_s_heads_and_crop_are_read() -> None:
    card = Card.from_dict(HEADS)
    assert card.heads == (Head("color", ("Red", "Blue"), 0.6),)
    assert card.outputs["color"] == "the_color"
    assert (card.input.resize.size, card.input.resize.crop, card.input.resize.side) == (256, 224, 224)
    old = Card.from_dict(EMBEDDER)
    assert (old.heads, old.input.resize.side) == ((), 192)


WITHIN = changed(HEADS, "heads.0.within", ["Furniture", "Home & Garden > Decor"])


def test_a_head_may_say_of_what_it_speaks() -> None:
    (head,) = Card.from_dict(WITHIN).heads
    assert head.within == ("Furniture", "Home & Garden > Decor")


@pytest.mark.parametrize("values", [DETECTOR, EMBEDDER, HEADS, WITHIN])
def test_a_card_that_is_written_is_read_as_it_was(values: dict[str, Any], tmp_path: Path) -> None:
    card = Card.from_dict(values)
    card.write(tmp_path / "card.json")
    assert Card.from_file(tmp_path / "card.json") == card
    assert json.loads((tmp_path / "card.json").read_text(encoding="utf-8")) == values


def test_a_detector_may_take_a_squeezed_picture() -> None:
    card = Card.from_dict(changed(DETECTOR, "input.resize", {"mode": "square", "size": 640}))
    assert (card.input.resize.mode, card.input.resize.size) == ("square", 640)
    assert Card.from_dict(card.as_dict()) == card
    with pytest.raises(CardError, match="must be from 16"):
        Card.from_dict(changed(DETECTOR, "input.resize", {"mode": "square", "size": 4}))


def test_fields_that_are_not_known_are_left_alone() -> None:
    assert Card.from_dict({**DETECTOR, "note": "later versions may say more"}) == Card.from_dict(DETECTOR)


@pytest.mark.parametrize(
    ("base", "path", "value", "message"),
    [
        (DETECTOR, "name", ..., "is missing"),
        (DETECTOR, "name", None, "is missing"),
        (DETECTOR, "name", 3, "must be text, not a whole number"),
        (DETECTOR, "name", "", "must not be empty"),
        (DETECTOR, "name", "../up", "must be made of"),
        (DETECTOR, "name", "two words", "must be made of"),
        (DETECTOR, "version", "1@2", "must be made of"),
        (DETECTOR, "kind", "classifier", "detector or embedder"),
        (DETECTOR, "kind", ..., "is missing"),
        (DETECTOR, "model", "../model.onnx", "own folder"),
        (DETECTOR, "model", "/model.onnx", "own folder"),
        (DETECTOR, "model", "..", "own folder"),
        (DETECTOR, "model", "a\\b.onnx", "own folder"),
        (DETECTOR, "sha256", "abc", "64 lower-case hex"),
        (DETECTOR, "sha256", ..., "is missing"),
        (DETECTOR, "input", [], "must be an object"),
        (DETECTOR, "input.layout", "NHWC", "must be NCHW"),
        (DETECTOR, "input.color", "BGR", "must be RGB"),
        (DETECTOR, "input.mean", [1, 2], "3 numbers"),
        (DETECTOR, "input.mean.1", "x", "must be a number"),
        (DETECTOR, "input.mean.1", True, "must be a number, not True"),
        (DETECTOR, "input.mean.1", 300, "from 0 to 255"),
        (DETECTOR, "input.std.0", 0, "must be from"),
        (DETECTOR, "input.std.0", float("nan"), "must be from"),
        (DETECTOR, "input.resize.mode", "pad", "must be fit or square"),
        (DETECTOR, "input.resize.longer", 200, "from 288"),
        (DETECTOR, "input.resize.multiple", 0, "from 1"),
        (DETECTOR, "input.resize.shorter", 28.5, "a whole number"),
        (DETECTOR, "labels", [], "at least one"),
        (DETECTOR, "labels", {}, "must be a list"),
        (DETECTOR, "labels.0", "Chairs", "must be an object"),
        (DETECTOR, "labels.1.path", ..., "is missing"),
        (DETECTOR, "labels.1.category_id", "443", "a whole number"),
        (DETECTOR, "labels.0.threshold", 1.5, "from 0 to 1"),
        (DETECTOR, "threshold", -0.1, "from 0 to 1"),
        (DETECTOR, "threshold", ..., "is missing"),
        (DETECTOR, "max_objects", 0, "from 1"),
        (DETECTOR, "outputs.labels", ..., "is missing"),
        (DETECTOR, "data.0.licence", ..., "is missing"),
        (DETECTOR, "metrics.0.value", "good", "must be a number"),
        (DETECTOR, "licence", ..., "is missing"),
        (EMBEDDER, "bits", ..., "is missing"),
        (EMBEDDER, "bits", 100, "multiple of 64"),
        (EMBEDDER, "bits", 0, "from 64 to 4096"),
        (EMBEDDER, "bits", 4160, "from 64 to 4096"),
        (EMBEDDER, "bits", 512.0, "a whole number"),
        (EMBEDDER, "input.resize.mode", "fit", "square or pad"),
        (EMBEDDER, "input.resize.size", 4, "from 8"),
        (EMBEDDER, "outputs.category", ..., "is missing"),
        (HEADS, "outputs.color", ..., "is missing"),
        (HEADS, "input.resize.crop", 300, "from 8 to 256"),
        (HEADS, "heads", {}, "must be a list"),
        (HEADS, "heads.0.name", "Colour!", "must be made of"),
        (HEADS, "heads.0.name", "embedding", "a second time"),
        (HEADS, "heads.0.labels", ["Red"], "at least two"),
        (HEADS, "heads.0.labels", ["Red", "Red"], "different"),
        (HEADS, "heads.0.labels.1", 3, "must be text"),
        (HEADS, "heads.0.least", 1.1, "from 0 to 1"),
        (HEADS, "heads.0.least", ..., "is missing"),
        (HEADS, "heads.0.within", "Furniture", "list"),
    ],
)
def test_a_mistake_is_told_by_file_and_field(
    base: dict[str, Any], path: str, value: Any, message: str, tmp_path: Path
) -> None:
    file = tmp_path / "card.json"
    file.write_text(json.dumps(changed(base, path, value)), encoding="utf-8")
    with pytest.raises(CardError, match=message) as caught:
        Card.from_file(file)
    assert caught.value.field == path
    assert str(file) in str(caught.value)
    assert path in str(caught.value)


@pytest.mark.parametrize(
    ("content", "message"),
    [(b"", "is not JSON"), (b"{", "is not JSON"), (b"\xff\xfe", "is not JSON"), (b"[]", "must be an object")],
)
def test_a_file_that_is_no_card(content: bytes, message: str, tmp_path: Path) -> None:
    file = tmp_path / "card.json"
    file.write_bytes(content)
    with pytest.raises(CardError, match=message) as caught:
        Card.from_file(file)
    assert str(file) in str(caught.value)


def test_no_card(tmp_path: Path) -> None:
    with pytest.raises(CardError, match="is missing"):
        Card.from_file(tmp_path / "card.json")
