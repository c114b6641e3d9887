"""Detectors side by side on data sets (tables 1 and 2 of the paper)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from shopthelook.evaluation.detection.figures import Figures, difference
from shopthelook.evaluation.detection.latency import measure_latency
from shopthelook.evaluation.detection.measuring import measure
from shopthelook.evaluation.detection.predicting import MeasuredDetector, Said
from shopthelook.evaluation.intervals import REPLICATES, SEED, draw
from shopthelook.evaluation.progress import Progress, Tick
from shopthelook.evaluation.variants import Variant, name_variants

if TYPE_CHECKING:
    from collections.abc import Sequence

    from shopthelook.evaluation.detection.data import Measured, Part
    from shopthelook.evaluation.detection.store import PredictionStore
    from shopthelook.evaluation.latency import Latency
    from shopthelook.models import Bundle

LATENCY_PICTURES = 50


@dataclass(frozen=True, slots=True, eq=False)
class SetFigures:
    """All detectors on one data set; ``figures`` and ``said`` have an entry for each, in their order."""

    data: Measured
    figures: tuple[Figures, ...]
    said: tuple[Said, ...]


@dataclass(frozen=True, slots=True, eq=False)
class Evaluation:
    """Detectors, oldest first, on data sets; ``latency`` has an entry for each detector or none at all."""

    variants: tuple[Variant, ...]
    split: Part
    sets: tuple[SetFigures, ...]
    latency: tuple[Latency, ...]
    replicates: int

    def as_dict(self) -> dict[str, Any]:
        """The figures for JSON."""
        return {
            "split": self.split,
            "replicates": self.replicates,
            "detectors": [self._variant_dict(i) for i in range(len(self.variants))],
            "data": [self._set_dict(one) for one in self.sets],
        }

    def _variant_dict(self, i: int) -> dict[str, Any]:
        one, card = self.variants[i], self.variants[i].bundle.card
        return {
            "name": one.name,
            "bundle": one.bundle.id,
            "sha256": card.sha256,
            "megabytes": round(one.megabytes, 2),
            "input": one.input,
            "labels": len(card.labels),
            "trained_on": [use.name for use in card.data],
            "latency": self.latency[i].as_dict() if self.latency else None,
        }

    def _set_dict(self, one: SetFigures) -> dict[str, Any]:
        rows = []
        for i, (variant, figures) in enumerate(zip(self.variants, one.figures, strict=True)):
            row = {"detector": variant.name, **figures.as_dict()}
            if i:
                row["better_than_first"] = _better(figures, one.figures[0])
                row["better_than_before"] = _better(figures, one.figures[i - 1])
            rows.append(row)
        data = one.data
        return {
            "name": data.name,
            "kind": data.kind,
            "pictures": len(data.pictures),
            "boxes": sum(figure.boxes for figure in one.figures[0].classes),
            "classes": [figure.name for figure in one.figures[0].classes],
            "results": rows,
        }


def evaluate(
    bundles: Sequence[Bundle],
    sets: Sequence[Measured],
    *,
    store: PredictionStore | None = None,
    replicates: int = REPLICATES,
    latency_pictures: int = LATENCY_PICTURES,
    progress: Progress | None = None,
) -> Evaluation:
    """Measure detectors on data sets of one split, each on the same pictures and the same replicates of them.

    Args:
        bundles: the detectors, oldest first: each is compared with the first one and with the one before it.
        sets: what `open_measured` reads.
        store: where to keep what the detectors say, to go on after a stop; it is not kept when left out.
        replicates: of the bootstrap over pictures.
        latency_pictures: how many pictures of the scenes to time, 0 for none.
        progress: told of every picture.

    Raises:
        BundleError: a bundle is no detector or does not work.
        DataError: a picture cannot be read.
        MissingLibrary: faster-coco-eval is not installed.
    """
    detectors = [MeasuredDetector(bundle) for bundle in bundles]
    variants = name_variants(bundles)
    measured = []
    for data in sets:
        weights = draw(len(data.pictures), replicates, SEED)
        said = []
        for variant, detector in zip(variants, detectors, strict=True):
            tick = Tick(progress, f"{variant.name} on {data.name}", len(data.pictures))
            said.append(detector.say([one.path for one in data.pictures], store, tick))
        figures = [measure(data, one, weights) for one in said]
        measured.append(SetFigures(data, tuple(figures), tuple(said)))
    timed = [one.path for data in sets for one in data.pictures if data.kind == "scenes"]
    timed = timed or [one.path for data in sets for one in data.pictures]
    # Evenly from all sets, since sets differ in the size of their pictures.
    timed = timed[:: max(1, -(-len(timed) // max(latency_pictures, 1)))][:latency_pictures]
    tick = Tick(progress, "latency", len(timed))
    latency = measure_latency([one.detector for one in detectors], timed, tick) if timed else []
    return Evaluation(variants, sets[0].split, tuple(measured), tuple(latency), replicates)


def _better(new: Figures, old: Figures) -> dict[str, Any]:
    classes = {one.name: one for one in old.classes}
    return {
        **{name: difference(new.drawn, old.drawn, name).as_dict() for name in new.drawn},
        "classes": {
            one.name: difference(one.drawn, classes[one.name].drawn, "ap50").as_dict() for one in new.classes
        },
    }
