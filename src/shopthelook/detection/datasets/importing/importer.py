"""Bring a published data set into the one form that everything here reads."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable, Iterable
from dataclasses import asdict, dataclass, field
from pathlib import Path

from shopthelook.datasets.errors import DataError
from shopthelook.datasets.folder import PictureFolder, root_of
from shopthelook.datasets.labels import own_labels, plain
from shopthelook.datasets.partial import begin, finish
from shopthelook.datasets.placing import DONE, Placer
from shopthelook.datasets.problems import Problem, write_problems
from shopthelook.detection.datasets.dataset import COCO_FILES, LABELS_FILE
from shopthelook.detection.datasets.importing.building import Entries
from shopthelook.detection.datasets.importing.formats import FORMATS
from shopthelook.detection.datasets.importing.labels import ImportLabels, label_lines


@dataclass(slots=True)
class Imported:
    """What an import did.

    ``left_out`` counts pictures without any object of a category, where that was asked; ``unmapped`` are the labels of
    boxes that have none.
    """

    folder: Path
    pictures: int = 0
    boxes: int = 0
    left_out: int = 0
    read: int = 0
    total: int = 0
    problems: list[Problem] = field(default_factory=list)
    unmapped: list[str] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Order:
    """What to import: a format, where it lies, and how.

    ``pictures`` is the folder of the pictures where it is not the source; ``labels`` a file of labels and their
    categories (label, tab, Google category) that goes before the format's own. ``in_place`` refers to pictures
    where they lie. ``only_objects`` leaves out pictures without a box of a category. ``licence`` goes before what is
    known of the format's.
    """

    format: str
    source: Path
    pictures: Path | None = None
    labels: Path | None = None
    in_place: bool = False
    only_objects: bool = False
    licence: str | None = None


def import_data(order: Order, out: Path, progress: Callable[[Imported], None] = lambda _: None) -> Imported:
    """Write the data set ``out``: ``annotations.json``, ``labels.tsv``, the pictures, and what was left out.

    All is written to ``out.partial`` first and renamed when whole; after an interruption the same call goes on with
    the pictures that are missing. Pictures are linked where the file system can, else copied.

    Raises:
        DataError: when ``out`` exists, or the source is not of this format. A picture or a box that is wrong is a
            problem in the answer, and the rest goes on.
    """
    form = FORMATS[order.format]
    root = root_of(order.source, order.pictures, out)
    pictures = PictureFolder(root)
    own = dict(own_labels(order.labels)) if order.labels else {}
    reading = form.read(order.source, pictures)
    partial = begin(out, json.dumps(asdict(order) | {"source": order.source.resolve()}, default=str))
    done = Imported(out, total=reading.total)
    labels = ImportLabels(form, own)
    for name in filter(plain, reading.names):
        labels.index(name)
    placer = Placer(partial, root, order.in_place)
    entries = Entries(labels, done.problems)
    for found in reading.pictures:
        if isinstance(found, Problem):
            done.problems.append(found)
            continue
        done.read += 1
        if order.only_objects and not any(labels.category(box.label) for box in found.boxes):
            done.left_out += 1
        else:
            entries.add(found, placer)
            done.pictures, done.boxes = len(entries.images), len(entries.annotations)
        progress(done)
    if not entries.images:
        shutil.rmtree(partial)
        raise DataError(_nothing(done))
    done.unmapped = [name for name in entries.labelled() if labels.category(name) is None]
    _write(partial, entries, order, done)
    finish(partial, out)
    return done


def _nothing(done: Imported) -> str:
    if done.left_out:
        return f"none of {done.left_out} pictures has an object of a category; nothing was written"
    first = "; ".join(f"{problem.where}: {problem.reason}" for problem in done.problems[:3])
    return f"no picture could be imported, and nothing was written: {first or 'the source lists none'}"


def _write(partial: Path, entries: Entries, order: Order, done: Imported) -> None:
    form, labels = FORMATS[order.format], entries.labels
    data = {
        "info": {
            "description": form.title,
            "license": order.licence or form.licence,
            "kind": form.kind,
            "label_map": form.label_map,
        },
        "images": entries.images,
        "annotations": entries.annotations,
        "categories": [{"id": i + 1, "name": name} for i, name in enumerate(labels.names)],
    }
    _lines(partial / LABELS_FILE, label_lines(labels))
    if done.problems:
        write_problems(partial, done.problems)
    (partial / COCO_FILES[0]).write_text(json.dumps(data, ensure_ascii=False), encoding="utf-8")
    (partial / DONE).unlink(missing_ok=True)


def _lines(path: Path, lines: Iterable[str]) -> None:
    path.write_text("".join(line + "\n" for line in lines), encoding="utf-8")
