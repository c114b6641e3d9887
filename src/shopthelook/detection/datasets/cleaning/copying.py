"""The pictures of a copy of a data set."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from shopthelook.datasets.cleaning import copy_pictures
from shopthelook.detection.datasets.dataset import DataSet


def place_pictures(
    data: DataSet, whole: dict[str, Any], folder: Path, progress: Callable[[int, int], None]
) -> None:
    """Bring the pictures of a data set to the folder of its copy, and name them so in ``whole``, its COCO file.

    As `copy_pictures` does. Raises `DataError` for a picture that cannot be read.
    """
    names = copy_pictures([picture.path for picture in data.pictures], data.folder, folder, progress)
    for image in whole["images"]:
        image["file_name"] = names[data.folder / image["file_name"]]
