"""Bring a data set of matching pictures into the one form that everything here reads."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from pathlib import Path

from shopthelook.datasets.errors import DataError
from shopthelook.datasets.folder import PictureFolder, root_of
from shopthelook.datasets.labels import own_labels
from shopthelook.datasets.partial import begin, finish
from shopthelook.datasets.placing import DONE, Placer
from shopthelook.datasets.problems import Problem, write_problems
from shopthelook.embedding.views.importing.building import Rows
from shopthelook.embedding.views.importing.categories import Categories
from shopthelook.embedding.views.importing.formats import FORMATS
from shopthelook.embedding.views.writing import write_views

LEAST_SIDE = 16  # pixels; a smaller box shows nothing that could be matched


@dataclass(slots=True)
class Imported:
    """What an import did.

    ``read`` of ``total`` photos, rows or pairs were looked at. ``too_small`` counts boxes that were left out for their
    size, ``not_for_sale`` views that were left out for a label without a category; ``unmapped`` are these labels.
    """

    folder: Path
    views: int = 0
    instances: int = 0
    too_small: int = 0
    not_for_sale: int = 0
    read: int = 0
    total: int = 0
    problems: list[Problem] = field(default_factory=list)
    unmapped: list[str] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Order:
    """What to import: a format, where it lies, and how.

    ``pictures`` is the folder of the pictures where it is not the source; ``labels`` a file of labels and their
    categories (label, tab, Google category) that goes before the format's own. ``in_place`` refers to pictures
    where they lie. ``licence`` goes before what is known of the format's. Boxes with a side of less than
    ``least_side`` pixels are left out.
    """

    format: str
    source: Path
    pictures: Path | None = None
    labels: Path | None = None
    in_place: bool = False
    licence: str | None = None
    least_side: float = LEAST_SIDE


def import_views(order: Order, out: Path, progress: Callable[[Imported], None] = lambda _: None) -> Imported:
    """Write the data set ``out``: ``views.csv``, ``info.json``, the pictures, and what was left out.

    All is written to ``out.partial`` first and renamed when whole; after an interruption the same call goes on with
    the pictures that are missing. Pictures are linked where the file system can, else copied.

    Raises:
        DataError: when ``out`` exists, or the source is not of this format. A picture or a box that is wrong is a
            problem in the answer, and the rest goes on.
    """
    form = FORMATS[order.format]
    root = root_of(order.source, order.pictures, out)
    own = dict(own_labels(order.labels)) if order.labels else {}
    partial = begin(out, json.dumps(asdict(order) | {"source": order.source.resolve()}, default=str))
    try:
        reading = form.read(order.source, PictureFolder(root), partial / "masks")
    except DataError:
        shutil.rmtree(partial)
        raise
    done = Imported(out, total=reading.total)
    categories = Categories(form.label_map, own, form.by_name)
    rows = Rows(
        Placer(partial, root, order.in_place), categories, done.problems, order.least_side, form.only_known
    )
    for unit in reading.units:
        done.read += 1
        for found in unit:
            if isinstance(found, Problem):
                done.problems.append(found)
            else:
                rows.add(found)
        done.views, done.instances = len(rows.rows), len(rows.instances)
        done.too_small, done.not_for_sale = rows.too_small, rows.not_for_sale
        progress(done)
    done.unmapped = list(categories.unmapped)
    if not rows.rows:
        shutil.rmtree(partial)
        raise DataError(_nothing(done))
    write_views(partial, rows.rows, form.title, order.licence or form.licence)
    if done.problems:
        write_problems(partial, done.problems)
    (partial / DONE).unlink(missing_ok=True)
    finish(partial, out)
    return done


def _nothing(done: Imported) -> str:
    first = "; ".join(f"{problem.where}: {problem.reason}" for problem in done.problems[:3])
    if done.not_for_sale or done.too_small:
        first = (
            f"{done.not_for_sale} views have a label without a category, {done.too_small} boxes are too small; {first}"
        ).removesuffix("; ")
    return f"no view could be imported, and nothing was written: {first or 'the source lists none'}"
