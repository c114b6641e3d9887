"""A whole run: a recipe and data sets in, a bundle out."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import torch

from shopthelook.detection.datasets import DataSet, LabelledScene, LabelSpace, open_data, read_scenes
from shopthelook.detection.training.architectures import Built, build_model
from shopthelook.detection.training.calibrate import calibrate
from shopthelook.detection.training.export import export_bundle
from shopthelook.detection.training.loop import TrainingData, train
from shopthelook.detection.training.recipe import DataSetUse, Recipe
from shopthelook.errors import ShopError
from shopthelook.models.card import DataUse
from shopthelook.training.asked import check_devices, check_folders
from shopthelook.training.devices import Device, choose, train_together
from shopthelook.training.origin import joined, note_data

if TYPE_CHECKING:
    from shopthelook.models.card import Card

RECIPE_FILE = "recipe.json"


@dataclass(frozen=True, slots=True)
class Sources:
    """The data sets of a run, read: in the order of the recipe, with all their scenes in the labels of ``space``."""

    sets: tuple[DataSet, ...]
    scenes: tuple[list[LabelledScene], ...]
    space: LabelSpace

    @classmethod
    def read(cls, recipe: Recipe, folders: Mapping[str, Path]) -> Sources:
        """Read the data sets that a recipe names.

        Raises:
            ShopError: a folder is not given or given for another name, or a data set cannot be read or has no
                scene to train on.
        """
        named = [one.name for one in recipe.data.sets]
        check_folders(recipe.name, named, folders)
        sets = tuple(open_data(folders[name]) for name in named)
        space = LabelSpace.coarse() if recipe.data.labels == "coarse" else LabelSpace.fine(sets)
        scenes = tuple(
            _without(read_scenes(one, space), use, space)
            for one, use in zip(sets, recipe.data.sets, strict=True)
        )
        for name, group in zip(named, scenes, strict=True):
            if not any(scene.split == "train" for scene in group):
                raise ShopError(f"{folders[name]}: none of its {len(group)} pictures is of the split 'train'")
        return cls(sets, scenes, space)

    def of(self, split: str) -> tuple[list[LabelledScene], ...]:
        """The scenes of one split, a list a data set."""
        return tuple([scene for scene in group if scene.split == split] for group in self.scenes)

    def data_uses(self, recipe: Recipe) -> list[DataUse]:
        """What the card says of the data sets: the recipe's licences, and how many pictures are learnt from."""
        return [
            DataUse(one.name, use.licence or one.licence, len(group))
            for use, one, group in zip(recipe.data.sets, self.sets, self.of("train"), strict=True)
        ]

    def training_data(self, recipe: Recipe) -> TrainingData:
        """What the loop takes. Single products teach, but the best weights are those that do well on scenes."""
        looks = zip(self.sets, self.of("val"), strict=True)
        on_scenes = [scene for one, group in looks if one.kind == "scenes" for scene in group]
        return TrainingData(
            self.of("train"),
            recipe.data.sets,
            on_scenes or [scene for group in self.of("val") for scene in group],
            [label.name for label in self.space.labels],
        )


def _without(scenes: list[LabelledScene], use: DataSetUse, space: LabelSpace) -> list[LabelledScene]:
    """The scenes of a data set, in which the labels that the recipe says are absent are known."""
    names = [label.name for label in space.labels]
    if unknown := sorted(set(use.absent) - {*names, "*"}):
        raise ShopError(
            f"the data set {use.name}: the recipe calls {unknown[0]!r} absent, but there is no such label"
        )
    if not use.absent:
        return scenes
    # What is labelled in other pictures of the set may be in one of which it is not known.
    labelled = np.any([scene.known for scene in scenes], axis=0) if scenes else np.zeros(len(space), bool)
    absent = ~labelled & np.array(["*" in use.absent or name in use.absent for name in names], bool)
    return [dataclasses.replace(scene, known=scene.known | absent) for scene in scenes]


@dataclass(frozen=True, slots=True)
class Trained:
    """How a run ended: its best AP50 on the validation scenes, None without any, and the card of its bundle."""

    ap50: float | None
    card: Card | None


def run(
    recipe: Recipe,
    folders: Mapping[str, Path],
    out: Path,
    bundle: Path | None = None,
    device: str | None = None,
    devices: int = 1,
) -> Trained:
    """Train a recipe, or go on with the run in ``out``; with ``bundle``, export and calibrate it there.

    Args:
        recipe: what to do.
        folders: where each data set that it names is.
        out: folder of the run: checkpoints, losses, pictures of predictions.
        bundle: folder of the bundle.
        device: "cpu" or "cuda", a GPU where there is one when left out.
        devices: how many train together.

    Raises:
        ShopError: with what is wrong in words; see `Sources.read`, `loop.train` and `export.export_bundle`.
    """
    kind = choose(device, devices)
    check_devices(recipe.training.batch, devices)
    sources = Sources.read(recipe, folders)
    built, best = train_together(kind, devices, _work, recipe, sources, out)
    if bundle is None:
        return Trained(best, None)
    built.model.cpu()
    looked_at = [scene for group in sources.of("val") for scene in group]
    pictures = [scene.path for scene in looked_at[:4]]
    export_bundle(built, recipe, sources.space, sources.data_uses(recipe), bundle, pictures)
    names = [one.name for one in sources.sets]
    return Trained(best, calibrate(bundle, dict(zip(names, sources.of("val"), strict=True))))


def _work(device: Device, recipe: Recipe, sources: Sources, out: Path) -> tuple[Built, float | None]:
    torch.manual_seed(recipe.training.seed)
    built = build_model(recipe, len(sources.space))
    if device.first:
        out.mkdir(parents=True, exist_ok=True)
        (out / RECIPE_FILE).write_text(json.dumps(recipe.as_dict(), indent=2) + "\n")
        note_data(out, joined(built.start, sources.data_uses(recipe)))
    return built, train(built, recipe, sources.training_data(recipe), out, device)
