"""A whole run: a recipe and data sets in, a bundle out."""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import torch

from shopthelook.embedding.training.backbones import LATER, Backbone, open_backbone
from shopthelook.embedding.training.export import Trained, export_bundle
from shopthelook.embedding.training.kept_features import FOLDER, KeptFeatures
from shopthelook.embedding.training.loop import Built, Kept, Predictor, TrainingData, decisive_figure, train
from shopthelook.embedding.training.network import Network
from shopthelook.embedding.training.recipe import Recipe
from shopthelook.embedding.training.start import components_from, rotate_from
from shopthelook.embedding.training.targets import Target, left_out, make_targets
from shopthelook.embedding.training.validation import CHUNK, Trial, evenly
from shopthelook.embedding.views import View, ViewSet, load, open_views
from shopthelook.errors import ShopError
from shopthelook.models.card import DataUse
from shopthelook.training.asked import check_devices, check_folders
from shopthelook.training.checkpoint import CHECKPOINT
from shopthelook.training.devices import Device, choose, train_together
from shopthelook.training.origin import data_of, joined, note_data
from shopthelook.training.weights import is_run, load_matching, read_state

if TYPE_CHECKING:
    from shopthelook.datasets.splits import Split
    from shopthelook.models.card import Card

RECIPE_FILE = "recipe.json"
LOOKED_AT = 2048  # training views that the layer of bits starts from


@dataclass(frozen=True, slots=True)
class Sources:
    """The data sets of a run, read, in the order of the recipe, and what is learnt of them."""

    sets: tuple[ViewSet, ...]
    targets: tuple[Target, ...]

    @classmethod
    def read(cls, recipe: Recipe, folders: Mapping[str, Path]) -> Sources:
        """Read the data sets that a recipe names.

        Raises:
            ShopError: a folder is not given or given for another name, or a data set cannot be read or has no view
                to train on.
        """
        named = [one.name for one in recipe.data.sets]
        check_folders(recipe.name, named, folders)
        sets = tuple(open_views(folders[name]) for name in named)
        for use, one in zip(recipe.data.sets, sets, strict=True):
            learnt = one.of_split("train")
            if not learnt:
                raise ShopError(f"{one.folder}: none of its {len(one.views)} views is of the split 'train'")
            if use.by != "view" and not any(view.instance for view in learnt):
                raise ShopError(
                    f"{one.folder}: no training view has an instance, and the recipe draws by {use.by!r}"
                )
        return cls(sets, make_targets(recipe, [one.of_split("train") for one in sets]))

    def of(self, split: Split) -> tuple[tuple[View, ...], ...]:
        """The views of one split, a tuple a data set."""
        return tuple(one.of_split(split) for one in self.sets)

    def data_uses(self, recipe: Recipe) -> list[DataUse]:
        """What the card says of the data sets: the recipe's licences, and how many pictures are learnt from."""
        return [
            DataUse(use.name, use.licence or one.licence, len({view.path for view in views}))
            for use, one, views in zip(recipe.data.sets, self.sets, self.of("train"), strict=True)
        ]

    def training_data(self, recipe: Recipe) -> TrainingData:
        """What the loop takes."""
        names = [one.name for one in recipe.data.sets]
        validation = dict(zip(names, self.of("val"), strict=True))
        trial = Trial.choose(validation, recipe.data.queries, recipe.data.gallery)
        return TrainingData(self.of("train"), self.targets, trial)


@dataclass(frozen=True, slots=True)
class Outcome:
    """How a run ended: its best decisive figure on the validation views, None without any, and its bundle's card.

    ``decisive`` is the name of that figure.
    """

    best: float | None
    card: Card | None
    decisive: str


def run(
    recipe: Recipe,
    folders: Mapping[str, Path],
    out: Path,
    bundle: Path | None = None,
    device: str | None = None,
    devices: int = 1,
    features: Path | None = None,
) -> Outcome:
    """Train a recipe, or go on with the run in ``out``; with ``bundle``, export it there and measure it.

    Args:
        recipe: what to do.
        folders: where each data set that it names is.
        out: folder of the run: checkpoints, losses, pictures of what was found.
        bundle: folder of the bundle.
        device: "cpu" or "cuda", a GPU where there is one when left out.
        devices: how many train together.
        features: where a recipe with ``looks`` keeps what its backbone makes of the views; a folder in ``out`` when
            left out. Runs of one backbone can share it.

    Raises:
        ShopError: with what is wrong in words; see `Sources.read`, `loop.train` and `export.export_bundle`.
    """
    kind = choose(device, devices)
    # Views that find each other must be on one device.
    paired = any(one.by == "pair" for one in recipe.data.sets)
    check_devices(recipe.training.batch, devices, 2 if paired else 1)
    if recipe.model.looks and devices > 1:
        raise ShopError(
            f"{recipe.name}: a recipe with 'looks' trains on one device, not on {devices}: leave --devices out"
        )
    sources = Sources.read(recipe, folders)
    for sentence in left_out(recipe, sources.targets):
        print(sentence, file=sys.stderr, flush=True)
    built, described, start, best = train_together(
        kind, devices, _work, recipe, sources, out, features or out / FOLDER
    )
    data = sources.training_data(recipe)
    decisive = decisive_figure(data.trial)
    if bundle is None:
        return Outcome(best, None, decisive)
    built.model.cpu()
    learnt = [view for group in data.groups for view in group]
    trained = Trained(
        built, described, joined(start, sources.data_uses(recipe)), sources.targets, data.trial, learnt
    )
    return Outcome(best, export_bundle(trained, recipe, bundle), decisive)


def _work(
    device: Device, recipe: Recipe, sources: Sources, out: Path, features: Path
) -> tuple[Built, str, tuple[DataUse, ...], float | None]:
    torch.manual_seed(recipe.training.seed)
    built, backbone = build(recipe, sources.targets)
    if device.first:
        out.mkdir(parents=True, exist_ok=True)
        (out / RECIPE_FILE).write_text(json.dumps(recipe.as_dict(), indent=2) + "\n")
        note_data(out, joined(backbone.start, sources.data_uses(recipe)))
    data = sources.training_data(recipe)
    kept = _keep_features(built, recipe, data, device, features) if recipe.model.looks else None
    # The other devices are given the first one's weights.
    if recipe.model.start != "random" and device.first and not (out / CHECKPOINT).exists():
        _start_from_features(built, recipe, data, device, kept)
    return built, backbone.described, backbone.start, train(built, recipe, data, out, device, kept)


def _keep_features(built: Built, recipe: Recipe, data: TrainingData, device: Device, folder: Path) -> Kept:
    built.model.to(device.torch)
    kept = KeptFeatures(built, recipe, device.torch, folder)
    uses = zip(recipe.data.sets, data.groups, strict=True)
    groups = tuple(kept.of(views, recipe.model.looks, use.name) for use, views in uses)
    return Kept(groups, kept.of(data.trial.views, 1, "validation")[:, 0])


def build(recipe: Recipe, targets: tuple[Target, ...]) -> tuple[Built, Backbone]:
    """The network of a recipe with its first weights.

    Raises:
        ShopError: the backbone or its weights cannot be had.
    """
    weights = recipe.model.weights
    from_run = is_run(weights)
    backbone = open_backbone(recipe.model, recipe.picture.crop, LATER if from_run else weights)
    network = Network(backbone.net, backbone.width, recipe, targets)
    if from_run:
        load_matching(network, read_state(weights), weights)
        backbone = Backbone(
            backbone.net, backbone.width, backbone.mean, backbone.std, backbone.described, data_of(weights)
        )
    return Built(network, backbone.mean, backbone.std), backbone


def _start_from_features(
    built: Built, recipe: Recipe, data: TrainingData, device: Device, kept: Kept | None
) -> None:
    if kept:
        looks = evenly([looks for group in kept.groups for looks in group], LOOKED_AT)
        features = torch.from_numpy(np.stack([one[0] for one in looks]))
    else:
        views = evenly([view for group in data.groups for view in group], LOOKED_AT)
        built.model.to(device.torch).eval()
        predict = Predictor(built, recipe.picture, device.torch)
        parts = [
            predict.raw_features([load(view) for view in views[at : at + CHUNK]])
            for at in range(0, len(views), CHUNK)
        ]
        features = torch.cat(parts)
    built.model.cpu()
    how, start = {
        "pca": ("the principal components", components_from),
        "rotation": ("a random rotation", rotate_from),
    }[recipe.model.start]
    print(f"the layer of bits starts from {how} of {len(features)} training views", file=sys.stderr)
    start(built.model, features, recipe.training.seed)
