"""Photos with tags and no boxes: ``tags.json`` beside the pictures, ``{"images/a.jpg": ["coat", "skirt"], ...}``.

A photo was tagged with everything on it, so what another photo is tagged with and it is not is absent.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

from shopthelook.datasets.entries import is_text
from shopthelook.datasets.errors import DataError
from shopthelook.datasets.folder import PictureFolder, annotation_files
from shopthelook.detection.datasets.importing.found import FoundPicture, Problem, Reading

TAGS_FILE = "tags.json"


def read_tagged(source: Path, pictures: PictureFolder) -> Reading:
    """The photos of ``tags.json``, or of the file that ``source`` is, with what is not on them."""
    (path,) = annotation_files(source, (TAGS_FILE,), "photos with tags")
    try:
        listed = json.loads(path.read_text(encoding="utf-8-sig"))
    except (OSError, ValueError, RecursionError) as error:
        raise DataError(
            f"{path}: cannot be read as JSON: {getattr(error, 'strerror', None) or error}"
        ) from None
    if not isinstance(listed, dict):
        raise DataError(f"{path}: an object of pictures and their tags is needed")
    tagged: dict[str, list[str] | None] = {
        name: tags if isinstance(tags, list) and all(map(is_text, tags)) else None
        for name, tags in listed.items()
    }
    names = tuple(sorted({tag for tags in tagged.values() for tag in tags or ()}))
    if not names:
        raise DataError(f"{path}: no picture has a tag")
    return Reading(len(tagged), _pictures(tagged, names, pictures), names)


def _pictures(
    tagged: dict[str, list[str] | None], names: tuple[str, ...], pictures: PictureFolder
) -> Iterator[FoundPicture | Problem]:
    for name, tags in tagged.items():
        if tags is None:
            yield Problem(name, "its tags must be a list of texts")
            continue
        try:
            path = pictures.find(name)
        except DataError as error:
            yield Problem(name, str(error))
            continue
        yield FoundPicture(path, [], absent=set(names).difference(tags), partial=set(tags))
