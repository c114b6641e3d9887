"""What an importer finds in a data set's own files, before pictures are opened."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple

from shopthelook.datasets.problems import Problem

if TYPE_CHECKING:
    from pathlib import Path

__all__ = ["FoundBox", "FoundPicture", "Problem", "Reading"]


class FoundBox(NamedTuple):
    """One box: ``corners`` xyxy in the units of its picture; ``more`` is kept in the annotation as it is."""

    label: str
    corners: tuple[float, float, float, float]
    crowd: bool = False
    more: Mapping[str, object] = {}


@dataclass(frozen=True, slots=True)
class FoundPicture:
    """A picture's file and boxes.

    Boxes are in pixels of a picture of ``size`` (width, height), of the picture as it is where that is None, or
    ``fractions`` of its sides. ``more`` is kept in the picture's entry as it is.

    ``absent`` are the labels that were looked for and are not in the picture, None where that is not said; ``partial``
    those that are in it, without a box for each object.
    """

    path: Path
    boxes: list[FoundBox]
    size: tuple[int, int] | None = None
    fractions: bool = False
    more: Mapping[str, object] = field(default_factory=dict)
    absent: Collection[str] | None = None
    partial: Collection[str] = ()


@dataclass(frozen=True, slots=True)
class Reading:
    """A data set about to be read: how many ``pictures`` will come, and its labels in their order, if it has one."""

    total: int
    pictures: Iterator[FoundPicture | Problem]
    names: tuple[str, ...] = ()
