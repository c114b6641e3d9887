"""What is measured on: one split of a data set, in coarse categories, and the classes of it that count."""

from __future__ import annotations

import difflib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, TypeAlias

import numpy as np

from shopthelook.detection.datasets import DataError, DataSet, LabelSpace, open_data, read_scenes
from shopthelook.errors import ShopError
from shopthelook.evaluation.detection.boxes import LabelledBoxes

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from numpy.typing import NDArray

    from shopthelook.detection.datasets import LabelledScene


Part: TypeAlias = Literal["train", "val", "test", "all"]
"""The pictures of a split, or all, for a data set that no training has seen."""


class UnknownClass(ShopError, LookupError):  # noqa: N818 - the name callers read best
    """A class that is no coarse category."""


@dataclass(frozen=True, slots=True, eq=False)
class Measured:
    """The pictures of one split of a data set, or all.

    ``classes`` are the labels that count, indices into `LabelSpace.coarse()`, those with the most true boxes in
    this split first; each has at least one. ``known`` is ``(coarse,)`` bool: what any picture has all its boxes of. In
    a picture, labels that are not known in it are left aside, true boxes and predictions alike; where a box is a guess
    (`LabelledScene.guessed`), all are, but for what needs no box.
    """

    name: str
    kind: str
    split: Part
    classes: tuple[int, ...]
    known: NDArray[np.bool_]
    pictures: tuple[LabelledScene, ...]

    @property
    def truth(self) -> list[LabelledBoxes]:
        """The true boxes of each picture, of all labels that are known in it."""
        return [
            LabelledBoxes.true(one.boxes, one.labels).take(one.known[one.labels]) for one in self.pictures
        ]

    def counting(self, boxes: Sequence[LabelledBoxes]) -> list[LabelledBoxes]:
        """Of each picture's ``boxes`` those with labels that count and are known in it, none where a box is a guess."""
        counts = np.isin(np.arange(len(self.known)), self.classes)
        return [
            one.take((counts & picture.known & (not picture.guessed))[one.labels])
            for picture, one in zip(self.pictures, boxes, strict=True)
        ]


def coarse_names() -> list[str]:
    """The names of the coarse categories, in the order of `LabelSpace.coarse()`."""
    return [label.name for label in LabelSpace.coarse().labels]


def find_classes(texts: Sequence[str]) -> tuple[int, ...]:
    """The classes that texts name, each one name or several with commas between, as in ``"Chairs, Sofas"``.

    Some names hold a comma themselves ("Handbags, Wallets & Cases"). Raises `UnknownClass`.
    """
    place = {name.casefold(): i for i, name in enumerate(coarse_names())}
    found: list[int] = []
    for text in texts:
        words = [word.strip() for word in text.split(",")]
        while words:
            # The longest name that the words begin with.
            for n in range(len(words), 0, -1):
                label = place.get(", ".join(words[:n]).casefold())
                if label is not None:
                    found.append(label)
                    words = words[n:]
                    break
            else:
                raise _unknown(words[0])
    return tuple(dict.fromkeys(found))


def open_measured(
    folder: Path | DataSet,
    split: Part,
    classes: Sequence[int] | None = None,
    most_frequent: int | None = None,
) -> Measured:
    """Read the pictures of ``split``.

    Args:
        folder: the data set, or its folder.
        split: of these pictures, or "all".
        classes: the labels that count; all that the data set labels when left out. Those without a true box in the
            split are left out.
        most_frequent: of these only the ones with the most boxes in the whole data set, so many.

    Raises:
        DataError: the data set cannot be read, or has no picture of the split or no box of the classes.
    """
    data = folder if isinstance(folder, DataSet) else open_data(folder)
    scenes = read_scenes(data)
    pictures = tuple(scene for scene in scenes if split in ("all", scene.split))
    if not pictures:
        raise DataError(f"{data.folder}: none of its {len(scenes)} pictures is of the split {split!r}")
    everywhere = _counts(scenes)
    here = _counts([one for one in pictures if not one.guessed])
    chosen = [int(label) for label in np.argsort(-everywhere, kind="stable") if everywhere[label]]
    if classes is not None:
        chosen = [label for label in chosen if label in classes]
    counting = [label for label in chosen[:most_frequent] if here[label]]
    if not counting:
        asked = ", ".join(coarse_names()[label] for label in classes or chosen)
        where = "it" if split == "all" else f"the split {split!r}"
        but = " that is not a guess" if any(one.guessed for one in pictures) else ""
        raise DataError(f"{data.folder}: {where} has no box of {asked or 'a coarse category'}{but}")
    return Measured(
        data.name,
        data.kind,
        split,
        tuple(sorted(counting, key=lambda label: -here[label])),
        np.logical_or.reduce([one.known for one in pictures]),
        pictures,
    )


def _counts(scenes: Sequence[LabelledScene]) -> NDArray[np.int64]:
    labels = [np.zeros(0, np.int64), *(scene.labels[scene.known[scene.labels]] for scene in scenes)]
    return np.bincount(np.concatenate(labels), minlength=len(coarse_names()))


def _unknown(name: str) -> UnknownClass:
    names = coarse_names()
    close = [one for one in names if name and name.casefold() in one.casefold()][:3]
    close = close or difflib.get_close_matches(name, names, n=3)
    hint = f"did you mean {' or '.join(map(repr, close))}?" if close else f"there are: {'; '.join(names)}"
    return UnknownClass(f"no class is called {name!r}; {hint}")
