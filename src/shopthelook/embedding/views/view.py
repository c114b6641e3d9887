"""One look at one thing."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from shopthelook.datasets.splits import Split

Role = Literal["scene", "product"]
BoxPixels = tuple[float, float, float, float]
"""(x1, y1, x2, y2) in pixels of the upright picture."""


@dataclass(frozen=True, slots=True)
class View:
    """One look at one thing.

    Views of one ``instance`` should get one code, views of two instances two. An instance is what a shopper would call
    the same object: a garment in one photo and cut out of it, one product in one colour, one 3D model.

    Attributes:
        path: the picture file.
        picture: what the data set calls that file.
        source: the name of the data set.
        instance: what it shows, the same text in every data set that shows it; None where nobody knows.
        role: "scene" for a part of a photo of something bigger, "product" for a thing that stands alone.
        category: id of the coarse category, -1 where it has none.
        split: where its group belongs.
        group: what must be in one split: all colours of a model, all things of a photo.
        box: the part of the picture that shows it, None for the whole picture.
        mask: a PNG and the value in it that the thing's pixels have; everything else is white then.
        main: the picture that a shop would show first.
        labels: attributes by name, as in {"gender": "Women", "color": "Blue"}; what nobody knows is absent.
    """

    path: Path
    picture: str
    source: str
    instance: str | None
    role: Role
    category: int
    split: Split
    group: str
    box: BoxPixels | None = None
    mask: tuple[Path, int] | None = None
    main: bool = False
    labels: Mapping[str, str] = field(default_factory=dict, hash=False)

    @property
    def key(self) -> str:
        """What tells this view from every other, the same on every machine for pictures within the data set."""
        box = "" if self.box is None else "@" + ",".join(f"{side:g}" for side in self.box)
        mask = "" if self.mask is None else f"#{self.mask[1]}"
        return f"{self.source}/{self.picture}{box}{mask}"
