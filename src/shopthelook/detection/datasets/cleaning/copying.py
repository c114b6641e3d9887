"""The pictures of a copy of a data set."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from shopthelook.datasets.errors import DataError
from shopthelook.datasets.placing import DONE, Placer
from shopthelook.detection.datasets.dataset import DataSet
from shopthelook.images import PictureError


def place_pictures(
    data: DataSet, whole: dict[str, Any], folder: Path, progress: Callable[[int, int], None]
) -> None:
    """Bring the pictures of a data set to the folder of its copy, and name them so in ``whole``, its COCO file.

    They are linked where the file system can, else copied; those outside of the data set's folder are named where they
    are. Raises `DataError` for a picture that cannot be read.
    """
    placer = Placer(folder, data.folder, in_place=False)
    names = {}
    for done, picture in enumerate(data.pictures, 1):
        if not picture.path.is_relative_to(data.folder):
            names[str(picture.path)] = str(picture.path)
            continue
        try:
            names[str(picture.path)] = placer.place(picture.path).file_name
        except PictureError as error:
            raise DataError(f"{picture.path}: this picture cannot be used: {error}") from None
        progress(done, len(data.pictures))
    for image in whole["images"]:
        image["file_name"] = names[str(data.folder / image["file_name"])]
    (folder / DONE).unlink(missing_ok=True)
