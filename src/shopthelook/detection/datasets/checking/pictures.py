"""What can be wrong with pictures, which takes opening them."""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Iterable, Iterator
from itertools import combinations
from typing import NamedTuple, get_args

from shopthelook import images
from shopthelook.datasets.likeness import Look, alike, look_of
from shopthelook.datasets.splits import Split, split_of_digest
from shopthelook.detection.datasets.checking.problem import Problem
from shopthelook.detection.datasets.dataset import DataSet
from shopthelook.detection.datasets.picture import LabelledPicture
from shopthelook.images import PictureError

_LOOK = 128  # pixels of the longer side: enough to compare, quick to decode


class Opened(NamedTuple):
    """A picture that could be read: the data set and file it is of, its hash and how it looks."""

    data: str
    path: str
    digest: bytes
    split: Split
    look: Look


def open_picture(data: DataSet, picture: LabelledPicture) -> tuple[Opened | None, list[Problem]]:
    """Read a picture, and say what is wrong with it: missing, unreadable, another size or other content."""

    def problem(kind: str, text: str) -> Problem:
        return Problem(kind, str(data.folder), text, path)  # type: ignore[arg-type]

    path = str(picture.path)
    try:
        content = picture.path.read_bytes()
        size = images.picture_size(content)
        look = look_of(images.read(content, max_side=_LOOK))
    except (OSError, ValueError) as error:
        return None, [problem("picture", f"{path}: {getattr(error, 'strerror', None) or error}")]
    except PictureError as error:
        return None, [problem("picture", f"{path}: {error}")]
    problems = []
    if size != picture.size:
        said, is_ = (f"{width} x {height}" for width, height in (picture.size, size))
        problems.append(problem("size", f"{path}: the data set says {said} pixels, it has {is_}"))
    digest = hashlib.sha256(content).digest()
    if picture.digest not in (None, digest):
        problems.append(problem("changed", f"{path}: its SHA-256 is not the one that the data set says"))
    return Opened(str(data.folder), path, digest, split_of_digest(picture.key or digest), look), problems


def check_copies(opened: Iterable[Opened]) -> Iterator[Problem]:
    """Pictures that are there twice, and those of two splits that look alike."""
    first: dict[bytes, Opened] = {}
    splits: dict[Split, list[Opened]] = defaultdict(list)
    for one in opened:
        before = first.setdefault(one.digest, one)
        if before is not one:
            yield Problem("twice", one.data, f"{one.path} is {before.path} again", one.path, before.path)
        else:
            splits[one.split].append(one)
    for a, b in combinations(get_args(Split), 2):
        for i, j in alike([one.look for one in splits[a]], [one.look for one in splits[b]]):
            one, other = splits[a][i], splits[b][j]
            text = f"{one.path} ({a}) looks like {other.path} ({b})"
            yield Problem("alike", other.data, text, one.path, other.path)
