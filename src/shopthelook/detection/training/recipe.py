"""What a training run is made of: data, model, pictures and schedule, as a TOML file says it.

The recipes that ship lie in ``recipes/`` and are called by name. Nothing here needs PyTorch.
"""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

from shopthelook.detection.training.architectures import ARCHITECTURES, Options, options_type
from shopthelook.training.schedule import Training
from shopthelook.training.shelf import Shelf
from shopthelook.training.tables import RecipeError, build, check, parse

__all__ = ["Data", "DataSetUse", "ModelChoice", "PictureRule", "Recipe", "RecipeError", "Training", "shipped"]

_SHELF = Shelf("shopthelook.detection.training")


@dataclass(frozen=True, slots=True)
class DataSetUse:
    """A data set by name; a picture of it is drawn ``weight`` times as often as one of weight 1.

    ``licence`` is what the card says of it; what the data set itself says when left out. ``zoom`` takes the place of
    the recipe's for its pictures. ``cut_out``: single products on white, which are shown on other grounds too and
    pasted into pictures of the sets that say so: into the share ``pasted`` of theirs. ``absent`` are labels that the
    set does not label and that are not in its pictures, "*" for all of these: without them nothing tells a detector
    that a coat in the street is no sofa.
    """

    name: str
    weight: float = 1.0
    licence: str = ""
    zoom: tuple[float, ...] = ()
    pasted: float = 0.0
    cut_out: bool = False
    absent: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        check(bool(self.name) and "=" not in self.name, "a data set's name must not be empty or hold '='")
        check(self.weight > 0, f"weight must be above 0, not {self.weight}")
        check(len(self.zoom) in (0, 2), "zoom must be two factors")
        check(
            not self.zoom or 0 < self.zoom[0] <= self.zoom[1],
            "zoom must be two factors above 0, the smaller first",
        )
        check(0 <= self.pasted <= 1, "pasted must be from 0 to 1")


@dataclass(frozen=True, slots=True)
class Data:
    """The data sets of a run and the labels that the detector speaks (section 5: coarse or fine-grained)."""

    sets: tuple[DataSetUse, ...]
    labels: Literal["coarse", "fine"] = "coarse"

    def __post_init__(self) -> None:
        check(bool(self.sets), "sets must name at least one data set")
        names = [one.name for one in self.sets]
        check(len(set(names)) == len(names), "a data set is named twice in sets")
        things = any(one.cut_out for one in self.sets)
        check(things or not any(one.pasted for one in self.sets), "pasted needs a data set with cut_out")


@dataclass(frozen=True, slots=True)
class ModelChoice:
    """The network. ``options`` is checked by its architecture (`architectures.ARCHITECTURES`).

    ``weights`` of the backbone to start from: "none", "package" (a Python package brings them), a torchvision name
    such as "IMAGENET1K_V2", or a file: a state dict, a checkpoint of an earlier run, the COCO detector's ONNX file.
    With weights of an earlier run, ``body_weights`` (as ``weights``) are the backbone's own first ones, which parts
    that the run lacked start from, and of which the share ``body_share`` is mixed into what the run made of the rest.
    """

    architecture: str
    backbone: str
    weights: str = "package"
    body_weights: str = ""
    body_share: float = 0.0
    options: dict[str, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        check(0 <= self.body_share <= 1, "body_share must be from 0 to 1")
        check(bool(self.body_weights) or not self.body_share, "body_share needs body_weights")


@dataclass(frozen=True, slots=True)
class PictureRule:
    """How pictures become input; lengths in pixels.

    Serving fits a picture into ``shorter`` x ``longer`` with its aspect kept. In training, mode "resize" fits it into
    a randomly chosen target of ``sizes`` (shorter sides; the longer in proportion, section 5's multi-scale
    training), always the serving size when ``sizes`` is empty. Mode "jitter" zooms it by a random factor of ``zoom``
    relative to that fit, stretches and shifts it on a canvas of the serving size, or of one of ``sizes`` that each
    batch draws, for steps of less work; from the share ``sizes_until`` of the run on, of the serving size. Until
    then the share ``mosaic`` of pictures is made of parts of four of one data set (Bochkovskiy et al., YOLOv4, 2020).
    """

    shorter: int
    longer: int
    mode: Literal["resize", "jitter"] = "resize"
    sizes: tuple[int, ...] = ()
    sizes_until: float = 1.0
    mosaic: float = 0.0
    zoom: tuple[float, float] = (0.65, 1.6)
    flip: float = 0.5
    recolour: bool = False
    multiple: int = 32

    def __post_init__(self) -> None:
        check(32 <= self.shorter <= self.longer <= 4096, "32 <= shorter <= longer <= 4096 is needed")
        check(all(32 <= size <= 4096 for size in self.sizes), "sizes must be from 32 to 4096")
        check(0 <= self.sizes_until <= 1, "sizes_until must be from 0 to 1")
        check(self.sizes_until == 1 or self.mode == "jitter", "sizes_until belongs to mode 'jitter'")
        check(0 <= self.mosaic <= 1, "mosaic must be from 0 to 1")
        check(not self.mosaic or self.mode == "jitter", "mosaic belongs to mode 'jitter'")
        check(0 < self.zoom[0] <= self.zoom[1], "zoom must be two factors above 0, the smaller first")
        check(0 <= self.flip <= 1, "flip must be from 0 to 1")
        check(self.multiple % 32 == 0 and self.multiple > 0, "multiple must be a multiple of 32")
        on_canvas = all(side % self.multiple == 0 for side in (self.shorter, self.longer, *self.sizes))
        check(
            self.mode == "resize" or on_canvas, "mode 'jitter' needs sides that are multiples of 'multiple'"
        )


@dataclass(frozen=True, slots=True)
class Recipe:
    """A whole recipe, checked; ``options`` are those of its architecture."""

    name: str
    summary: str
    data: Data
    model: ModelChoice
    picture: PictureRule
    training: Training
    options: Options
    licence: str = "Apache-2.0"

    @classmethod
    def read(cls, name: str | Path) -> Recipe:
        """A recipe that ships, by its name, or one of a TOML file, by its path.

        Raises:
            RecipeError: there is none, or it holds an unknown or missing key or a value of another type.
        """
        return cls.parse(*_SHELF.read(name))

    @classmethod
    def parse(cls, text: str, name: str, source: str) -> Recipe:
        """The recipe of a TOML text; ``source`` is the file that errors name."""
        whole = build(_Whole, parse(text, source), source)
        architecture = whole.model.architecture
        if architecture not in ARCHITECTURES:
            raise RecipeError(
                f"{source}: 'model.architecture' must be one of {', '.join(ARCHITECTURES)}, not {architecture!r}"
            )
        options = build(options_type(architecture), whole.model.options, source, "model.options.")
        return cls(
            name,
            whole.summary,
            whole.data,
            whole.model,
            whole.picture,
            whole.training,
            options,
            whole.licence,
        )

    def with_training(self, **changes: Any) -> Recipe:
        """The same with some values of its schedule changed; ``epochs`` takes the place of ``steps`` and back."""
        return dataclasses.replace(self, training=self.training.changed(**changes))

    def with_weights(self, weights: str = "", body_weights: str = "") -> Recipe:
        """The same with other weights to start from; what is empty stays."""
        model = dataclasses.replace(
            self.model,
            weights=weights or self.model.weights,
            body_weights=body_weights or self.model.body_weights,
        )
        return dataclasses.replace(self, model=model)

    def as_dict(self) -> dict[str, Any]:
        """Everything that the recipe says, defaults included."""
        values = {**dataclasses.asdict(self), "name": self.name}
        values["model"]["options"] = values.pop("options")
        return values


@dataclass(frozen=True, slots=True)
class _Whole:
    summary: str
    data: Data
    model: ModelChoice
    picture: PictureRule
    training: Training
    licence: str = "Apache-2.0"


def shipped() -> list[str]:
    """Names of the recipes that ship."""
    return _SHELF.names()


def shipped_text(name: str) -> str:
    """The TOML of a recipe that ships."""
    return _SHELF.text(name)
