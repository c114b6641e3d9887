"""A copy of a data set whose pictures have the boxes that a detector finds."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from shopthelook.datasets.errors import DataError
from shopthelook.detection.datasets.cleaning.copying import place_pictures
from shopthelook.detection.datasets.cleaning.folds import digest_of, read_coco
from shopthelook.detection.datasets.cleaning.predicting import predict
from shopthelook.detection.datasets.dataset import ABSENT, COCO_FILES, LABELS_FILE, PARTIAL, DataSet
from shopthelook.detection.datasets.known import Known
from shopthelook.detection.datasets.labels import LabelSpace
from shopthelook.detection.datasets.pseudo.labelling import Labelled, Labeller, Rules
from shopthelook.detection.datasets.pseudo.vocabulary import Vocabulary

if TYPE_CHECKING:
    from shopthelook.detection.detector import Detector

_ORDER, _PREDICTIONS = "pseudo-label.json", "predictions.jsonl"


@dataclass(slots=True)
class PseudoLabelled:
    """What was done: ``pictures`` in the copy, how many the detector ``looked_at`` (those to train with, of which some
    label is open) and how many ``with_boxes`` of it; its boxes by label."""

    folder: Path
    pictures: int
    looked_at: int
    with_boxes: int = 0
    boxes: Counter[str] = field(default_factory=Counter)


def pseudo_label(
    data: DataSet,
    detector: Detector,
    out: Path,
    rules: Rules | None = None,
    progress: Callable[[str, int, int], None] = lambda *_: None,
) -> PseudoLabelled:
    """Write the data set ``out``: ``data`` with the boxes that the detector finds in pictures to train with.

    Every picture of it is a federated one, which says what is known in it. Boxes of ``data`` stay, and labels that are
    known in a picture get none. Labels without any box in ``data`` give way to the detector's label that means them.
    All is written to ``out.partial`` first and renamed when whole; after an interruption the same call goes on.

    Raises:
        DataError: ``out`` exists, a picture cannot be read, a label means one thing to ``data`` and another to the
            detector, or every object of ``data`` has a box already.
    """
    rules = rules or Rules()
    if out.exists():
        raise DataError(f"{out} exists already; name another folder, or delete it first")
    if data.complete:
        raise DataError(f"{data.folder}: every object of its pictures has a box; there is nothing to add")
    whole = read_coco(data)
    labels = list(zip((one.name for one in detector.bundle.card.labels), detector.categories, strict=True))
    ids = [category["id"] for category in whole["categories"]]
    boxed = {ids.index(one["category_id"]) for one in whole["annotations"]}
    vocabulary = Vocabulary(data, labels, boxed)
    labeller = Labeller(vocabulary, Known(data, LabelSpace.coarse()), rules)
    partial = out.with_name(out.name + ".partial")
    _begin(partial, data)
    place_pictures(data, whole, partial, lambda *now: progress("pictures", *now))
    open_ones = [one for one in data.pictures if one.split() == "train" and labeller.wanted(one)]
    found = predict(
        open_ones,
        [detector],
        partial / _PREDICTIONS,
        lambda *now: progress("looked at", *now),
        rules.mirrored,
    )
    looked_at = {id(one) for one in open_ones}
    done = PseudoLabelled(out, len(data.pictures), len(open_ones))
    writer = _Writer(data, whole, vocabulary)
    for image, picture in zip(whole["images"], data.pictures, strict=True):
        seen = found.get(digest_of(picture)) if id(picture) in looked_at else None
        one = labeller.label(picture, seen)
        writer.add(image, set(picture.labels.tolist()), one)
        done.with_boxes += bool(one.names)
        done.boxes.update(one.names)
    whole["info"] = {
        **{key: value for key, value in (whole.get("info") or {}).items() if key != "label_map"},
        "pseudo_labelled": {
            "from": data.name,
            "by": detector.bundle.key,
            **asdict(rules),
            "boxes": done.boxes.total(),
        },
    }
    writer.write(partial)
    for name in (_ORDER, _PREDICTIONS):
        (partial / name).unlink(missing_ok=True)
    partial.rename(out)
    return done


class _Writer:
    """The COCO file of the copy. ``whole`` is that of the data set, and becomes it."""

    def __init__(self, data: DataSet, whole: dict[str, Any], vocabulary: Vocabulary) -> None:
        self.whole = whole
        old = whole["categories"]
        self.ids = {i: old[i]["id"] for i in vocabulary.kept}
        self.lines = [(data.names[i], data.categories[i]) for i in vocabulary.kept]
        whole["categories"] = [old[i] for i in vocabulary.kept]
        self.names = {name: old[i]["id"] for name, i in vocabulary.own.items()}
        highest = max((one["id"] for one in old if isinstance(one["id"], int)), default=0)
        for one in vocabulary.spoken:
            if one.name not in self.names:
                highest += 1
                self.names[one.name] = highest
                whole["categories"].append({"id": highest, "name": one.name})
                self.lines.append((one.name, one.category))
        self._last = max(
            (one["id"] for one in whole["annotations"] if isinstance(one.get("id"), int)), default=0
        )

    def add(self, image: dict[str, Any], boxed: set[int], one: Labelled) -> None:
        """Say in a picture's entry what is known, and add its boxes."""
        absent = {self.ids[label] for label in one.absent - boxed if label in self.ids}
        partial = {self.ids[label] for label in one.partial if label in self.ids}
        absent |= {self.names[name] for name in one.absent_names}
        partial |= {self.names[name] for name in one.partial_names}
        image[ABSENT], image[PARTIAL] = sorted(absent, key=str), sorted(partial, key=str)
        for box, score, name in zip(one.boxes.tolist(), one.scores, one.names, strict=True):
            x1, y1, x2, y2 = (round(value, 2) for value in box)
            width, height = round(x2 - x1, 2), round(y2 - y1, 2)
            self._last += 1
            self.whole["annotations"].append(
                {
                    "id": self._last,
                    "image_id": image["id"],
                    "category_id": self.names[name],
                    "bbox": [x1, y1, width, height],
                    "area": round(width * height, 2),
                    "iscrowd": 0,
                    "score": round(score, 4),
                    "guessed": True,
                }
            )

    def write(self, folder: Path) -> None:
        """Write it and the labels' categories."""
        lines = [f"{name}\t{'' if category is None else category.full}\n" for name, category in self.lines]
        (folder / LABELS_FILE).write_text("".join(lines), encoding="utf-8")
        (folder / COCO_FILES[0]).write_text(json.dumps(self.whole, ensure_ascii=False), encoding="utf-8")


def _begin(partial: Path, data: DataSet) -> None:
    """Make the folder of an unfinished copy, or check that the one that is there is of the same data set."""
    text, note = json.dumps({"data": str(data.folder.resolve())}), partial / _ORDER
    if partial.exists() and (not note.exists() or note.read_text(encoding="utf-8") != text):
        raise DataError(f"{partial} is left of something else; delete it first")
    partial.mkdir(parents=True, exist_ok=True)
    note.write_text(text, encoding="utf-8")
