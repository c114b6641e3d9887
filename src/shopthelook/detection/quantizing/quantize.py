"""From a detector bundle to one that computes in 8 bits."""

from __future__ import annotations

import dataclasses
import hashlib
import itertools
import shutil
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import onnx
import onnxruntime

from shopthelook import images
from shopthelook.detection.datasets import DataSet, Label, LabelledScene, LabelSpace, open_data, read_scenes
from shopthelook.detection.detector import Detector
from shopthelook.detection.quantizing.comparing import Comparison, compare
from shopthelook.detection.quantizing.eight_bits import Quantized, quantize_graph
from shopthelook.detection.training.calibrate import thresholds
from shopthelook.errors import ShopError
from shopthelook.evaluation.detection.precision import need_library
from shopthelook.models import Bundle, DataUse, Metric, verify
from shopthelook.models.card import CARD_FILE, Card
from shopthelook.models.export import bundle_name
from shopthelook.models.preprocess import for_detector
from shopthelook.taxonomy import Taxonomy

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence
    from pathlib import Path

    from numpy.typing import NDArray

PICTURES = 48
"""Pictures that the range of each tensor is taken from; with a dozen the figures are hardly others."""


@dataclass(frozen=True, slots=True)
class Result:
    """What was written: the card, how many of how many convolutions are in 8 bits, and how it compares."""

    card: Card
    convolutions: int
    of: int
    comparison: Comparison


def quantize_bundle(
    bundle: Bundle,
    out: Path,
    data: Mapping[str, Path],
    *,
    pictures: int = PICTURES,
    reduce_range: bool = False,
    keep: Sequence[str] = (),
    progress: Callable[[str, int, int], None] = lambda _what, _done, _total: None,
) -> Result:
    """Write the 8-bit copy of a detector bundle to ``out``.

    Training pictures show what range each tensor has. The thresholds are chosen again (section 5.3 of the paper) on
    validation pictures, on which both bundles are compared. A test picture is never looked at.

    Args:
        bundle: a detector.
        out: folder that is not there yet; it appears when everything is done.
        data: data sets by name.
        pictures: training pictures to take, from all data sets alike.
        reduce_range, keep: as `quantize_graph` has them.
        progress: told what is done, and how many of how many.

    Raises:
        ShopError: with what is wrong in words: no detector, no such pictures, nothing that can be quantised.
    """
    if bundle.kind != "detector":
        raise ShopError(f"{bundle.id} is an {bundle.kind}: only detectors can be quantised yet")
    if out.exists():
        raise ShopError(f"{out} is there already: name another folder, or delete it")
    need_library()
    sets = {name: open_data(folder) for name, folder in data.items()}
    space = label_space(bundle.card)
    scenes = {name: read_scenes(one, space) for name, one in sets.items()}
    calibrating = _spread({name: _of(group, "train") for name, group in scenes.items()}, pictures)
    judging = {name: _of(group, "val") for name, group in scenes.items()}
    n_calibrating = sum(len(group) for group in calibrating.values())
    for split, n in (("train", n_calibrating), ("val", sum(len(group) for group in judging.values()))):
        if not n:
            where = ", ".join(str(folder) for folder in data.values()) or "no data set"
            raise ShopError(f"{where}: there is no picture of the split {split!r}")

    def inputs() -> Iterator[NDArray[Any]]:
        for i, scene in enumerate(itertools.chain.from_iterable(calibrating.values()), start=1):
            yield for_detector(images.read(scene.path), bundle.card.input)[0]
            progress("calibrated on pictures", i, n_calibrating)

    model = onnx.load_from_string(bundle.read_model())
    made = quantize_graph(model, bundle.card.input.name, inputs(), reduce_range=reduce_range, keep=keep)
    card = _card(bundle, out, sets, calibrating, made, reduce_range=reduce_range, keep=keep)
    partial = out.with_name(out.name + ".partial")
    try:
        shutil.rmtree(partial, ignore_errors=True)
        partial.mkdir(parents=True)
        onnx.save(made.model, partial / card.model)
        small = Bundle(partial, dataclasses.replace(card, sha256=_sha256(partial / card.model)))
        comparison, true, found = compare(Detector(bundle, 1), Detector(small, 1), judging, progress)
        card = _judged(small.card, comparison, thresholds(true, found, len(card.labels)))
        card.write(partial / CARD_FILE)
        if problems := verify(Bundle(partial, card)):
            raise ShopError(f"{out}: not written, for the 8-bit bundle is bad: {'; '.join(problems)}")
        partial.rename(out)
    except OSError as error:
        raise ShopError(f"{out} cannot be written: {error.strerror}") from None
    finally:
        shutil.rmtree(partial, ignore_errors=True)
    return Result(card, made.convolutions, made.of, comparison)


def label_space(card: Card) -> LabelSpace:
    """The labels of a card for reading data sets: coarse where each is a coarse category of its own, or by name."""
    taxonomy = Taxonomy.builtin()
    labels = tuple(Label(one.name, taxonomy.get(one.category_id)) for one in card.labels)
    coarse = {one.id for one in taxonomy.coarse_categories}
    ids = [one.category_id for one in card.labels]
    return LabelSpace(labels, is_coarse=len(set(ids)) == len(ids) and coarse.issuperset(ids))


def _of(scenes: Sequence[LabelledScene], split: str) -> list[LabelledScene]:
    return [scene for scene in scenes if scene.split == split]


def _spread(scenes: Mapping[str, list[LabelledScene]], most: int) -> dict[str, list[LabelledScene]]:
    """At most ``most`` scenes, as many of each data set as it has or the others leave, evenly over its list."""
    share: dict[str, int] = {}
    left = most
    for place, name in enumerate(sorted(scenes, key=lambda name: len(scenes[name]))):
        share[name] = min(len(scenes[name]), -(-left // (len(scenes) - place)))
        left -= share[name]
    return {
        name: [group[i * len(group) // share[name]] for i in range(share[name])]
        for name, group in scenes.items()
    }


def _card(
    bundle: Bundle,
    out: Path,
    sets: Mapping[str, DataSet],
    calibrating: Mapping[str, Sequence[LabelledScene]],
    made: Quantized,
    *,
    reduce_range: bool,
    keep: Sequence[str],
) -> Card:
    used = ", ".join(f"{len(group)} of {name}" for name, group in calibrating.items() if group)
    options = " --reduce-range" * reduce_range + "".join(f" --keep '{one}'" for one in keep)
    how = (
        f"{bundle.key} in 8 bits by 'shopthelook models quantize{options}': {made.convolutions} of {made.of} "
        f"convolutions, int8 weights of {7 if reduce_range else 8} bits with a scale for each channel, uint8 values "
        f"calibrated by least and largest on training pictures ({used}), ONNX Runtime {onnxruntime.__version__}"
    )
    learned = {one.name for one in bundle.card.data}
    more = [
        DataUse(name, f"{sets[name].licence or 'unknown'} (calibration of 8 bits only)", len(group))
        for name, group in calibrating.items()
        if group and name not in learned
    ]
    return dataclasses.replace(
        bundle.card,
        name=bundle_name(out, "detector"),
        model="model.onnx",
        data=(*bundle.card.data, *more),
        metrics=(),
        provenance=f"{how}. {bundle.id}: {bundle.card.provenance}",
    )


def _judged(card: Card, comparison: Comparison, chosen: tuple[float, list[float]]) -> Card:
    command = "shopthelook models quantize, thresholds chosen on these pictures"
    metrics = [
        Metric(key, round(value, 4), one.name, "val", one.n, f"{command}; {one.labels} labels")
        for one in comparison.sets
        if one.labels
        for key, value in (("AP50", one.ap50[1]), ("AP", one.ap[1]))
    ]
    overall, each = chosen
    labels = [dataclasses.replace(one, threshold=at) for one, at in zip(card.labels, each, strict=True)]
    return dataclasses.replace(card, threshold=overall, labels=tuple(labels), metrics=tuple(metrics))


def _sha256(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()
