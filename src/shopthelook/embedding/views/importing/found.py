"""What an importer finds in a data set's own files, before pictures are opened."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from shopthelook.datasets.problems import Problem
from shopthelook.embedding.views.view import BoxPixels, Role


@dataclass(frozen=True, slots=True)
class FoundView:
    """A view as a data set's own files say it.

    ``label`` is what the data set calls its category. The box is in pixels, or in ``fractions`` of the picture's sides.
    ``group`` is None where the photo's bytes say the split, "" where the instance does.
    """

    path: Path
    role: Role
    instance: str = ""
    label: str = ""
    box: BoxPixels | None = None
    fractions: bool = False
    mask: tuple[Path, int] | None = None
    main: bool = False
    group: str | None = ""
    labels: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Reading:
    """A data set about to be read: how many ``units`` (photos, rows, pairs) will come, and the views of each."""

    total: int
    units: Iterator[list[FoundView | Problem]]
