"""Clothing Co-Parsing: one box of each label in a picture, around all its pixels (a pair of shoes is one box)."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from shopthelook.datasets.co_parsing import CoParsing, find_co_parsing, photo_of
from shopthelook.datasets.errors import DataError
from shopthelook.datasets.folder import PictureFolder
from shopthelook.detection.datasets.importing.found import FoundBox, FoundPicture, Problem, Reading


def read_co_parsing(source: Path, pictures: PictureFolder) -> Reading:
    """The photos with masks, in either form; those with tags only have no boxes and are left out."""
    data = find_co_parsing(source)
    return Reading(len(data.files), _pictures(data, pictures), data.labels)


def _pictures(data: CoParsing, pictures: PictureFolder) -> Iterator[FoundPicture | Problem]:
    for path in data.files:
        try:
            mask = data.read(path)
            boxes = [FoundBox(one.name, one.corners) for one in data.garments(mask)]
            photo = photo_of(path, pictures)
        except DataError as error:
            yield Problem(path.name, str(error))
            continue
        yield FoundPicture(photo, boxes, (mask.shape[1], mask.shape[0]))
