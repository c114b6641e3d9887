"""The pictures of a copy of a data set."""

from __future__ import annotations

from collections.abc import Callable, Collection
from pathlib import Path

from shopthelook.datasets.errors import DataError
from shopthelook.datasets.placing import DONE, Placer
from shopthelook.images import PictureError


def copy_pictures(
    pictures: Collection[Path], root: Path, folder: Path, progress: Callable[[int, int], None]
) -> dict[Path, str]:
    """Bring pictures of the data set in ``root`` to the folder of its copy; returns their names there.

    Their names stay. They are linked where the file system can, else copied; those outside of ``root`` are named where
    they are. Raises `DataError` for a picture that cannot be read.
    """
    inside = {
        path for path in pictures if path.is_relative_to(root) and ".." not in path.relative_to(root).parts
    }
    placer = Placer(folder, root, in_place=False, below="")
    names = {}
    for done, path in enumerate(pictures, 1):
        if path not in inside:
            names[path] = str(path.absolute())
            continue
        try:
            names[path] = placer.place(path).file_name
        except PictureError as error:
            raise DataError(f"{path}: this picture cannot be used: {error}") from None
        progress(done, len(pictures))
    (folder / DONE).unlink(missing_ok=True)
    return names
