"""From a trained embedder to a bundle."""

from __future__ import annotations

import dataclasses
import json
import tempfile
import warnings
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import onnx
import torch

from shopthelook.embedding.embedder import Embedder
from shopthelook.embedding.training.loop import Built, Predictor, resize_of
from shopthelook.embedding.training.network import Deployed
from shopthelook.embedding.training.start import itq
from shopthelook.embedding.training.targets import Target, left_out, value_of
from shopthelook.embedding.training.validation import CHUNK, P1, Seen, Trial, evenly, figures, look
from shopthelook.embedding.views import View, load
from shopthelook.errors import ShopError
from shopthelook.models import open_bundle
from shopthelook.models.card import CARD_FILE, Card, DataUse, Head, Input, Label, Metric
from shopthelook.models.export import bundle_name, drop_empty_inputs, store_weights_as_float16, write_bundle
from shopthelook.models.heads import WITHIN
from shopthelook.taxonomy import Taxonomy

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray
    from torch import Tensor, nn

    from shopthelook.embedding.training.recipe import Recipe
    from shopthelook.images import Rgb

OPSET = 17
MODEL_FILE = "model.onnx"
CHECKED = 128  # pictures on which the bundle must do what PyTorch does
SAME_BITS, SAME_SCORE = 0.999, 0.02
TURNED_BY = 4096  # training views that a rotation is fitted to
RIGHT_ENOUGH = 0.9  # share of a head's answers that must be right from its least score on
STEPS = np.arange(0.3, 1.0, 0.05)  # scores that may be the least one
ENOUGH = 10  # answers that say something about how many are right
UNMEASURED = 0.5  # the least score of a head that nothing is known of


@dataclass(frozen=True, slots=True)
class Trained:
    """What a run has made: the embedder, what its backbone is, what it learnt from, and views to measure it on."""

    built: Built
    described: str
    data: tuple[DataUse, ...]
    targets: tuple[Target, ...]
    trial: Trial
    learnt: Sequence[View]


def export_bundle(trained: Trained, recipe: Recipe, folder: Path) -> Card:
    """Write ``model.onnx`` and ``card.json`` to ``folder`` and return the card.

    The file is run on real pictures beside PyTorch. Weights are stored as float16 where that leaves the bits as they
    are. The least scores of the heads and the figures come from the validation views.

    Raises:
        ShopError: the folder cannot be written, or the bundle gives other codes than PyTorch does.
    """
    trained.built.model.eval()
    deployed = Deployed(trained.built.model, _rotation(trained, recipe)).eval()
    card = _card(trained, recipe, deployed.names, folder)
    model = to_onnx(deployed, recipe.picture.crop)
    views = evenly(trained.trial.views or trained.learnt, CHECKED)
    pictures = [load(view) for view in views]
    problem = ""
    for halved in (True, False):
        stored = onnx.ModelProto()
        stored.CopyFrom(model)
        if halved:
            store_weights_as_float16(stored)
        with tempfile.TemporaryDirectory() as tried:
            write_bundle(stored, card, Path(tried))
            problem = differences(
                Path(tried), deployed, Predictor(trained.built, recipe.picture, _CPU), pictures
            )
        if not problem:
            break
    else:
        raise ShopError(
            f"{folder}: not written, for the exported model does not do what the trained one does: {problem}"
        )
    try:
        card = write_bundle(stored, card, folder)
    except OSError as error:
        raise ShopError(f"{folder}: the bundle cannot be written: {error.strerror}") from None
    return measure(folder, trained, card)


_CPU = torch.device("cpu")


def _rotation(trained: Trained, recipe: Recipe) -> Tensor | None:
    if recipe.model.rotation == "none":
        return None
    predict = Predictor(trained.built, recipe.picture, _CPU)
    views = evenly(trained.learnt, TURNED_BY)
    rows = [
        predict([load(view) for view in views[at : at + CHUNK]])["embedding"]
        for at in range(0, len(views), CHUNK)
    ]
    return itq(torch.from_numpy(np.concatenate(rows)), recipe.training.seed)


def _card(trained: Trained, recipe: Recipe, outputs: Sequence[str], folder: Path) -> Card:
    taxonomy = Taxonomy.builtin()
    by_name = {one.name: one for one in trained.targets}
    categories = [taxonomy.get(int(value)) for value in by_name["category"].classes]
    said = "".join(f" {sentence}." for sentence in left_out(recipe, trained.targets))
    return Card(
        name=bundle_name(folder, "embedder"),
        version="1",
        kind="embedder",
        model=MODEL_FILE,
        sha256="0" * 64,
        input=Input("image", trained.built.mean, trained.built.std, resize_of(recipe.picture)),
        labels=tuple(Label(one.name, one.id, one.full) for one in categories),
        outputs={name: name for name in outputs},
        bits=recipe.model.bits,
        heads=tuple(
            Head(name, by_name[name].classes, UNMEASURED, _within(by_name[name], trained.learnt))
            for name in outputs
            if name not in ("embedding", "category")
        ),
        data=trained.data,
        licence=recipe.licence,
        provenance=(
            f"{trained.described}, trained by 'shopthelook train embedder {recipe.name}' with the recipe "
            f"{json.dumps(recipe.as_dict())}.{said}"
        ),
    )


def _within(target: Target, learnt: Sequence[View]) -> tuple[str, ...]:
    """The branches of the taxonomy in which a head learnt; nothing where its name says where it makes sense."""
    if target.name in WITHIN:
        return ()
    taxonomy, classes = Taxonomy.builtin(), set(target.classes)
    counts = Counter(
        taxonomy.get(view.category).path[0]
        for view in learnt
        if view.category >= 0 and value_of(target.task, view) in classes
    )
    return tuple(sorted(branch for branch, n in counts.items() if n >= target.task.fewest))


def to_onnx(deployed: Deployed, side: int) -> onnx.ModelProto:
    """The embedder as an ONNX graph: ``image`` (n, 3, side, side) with n free, one output a name."""
    return export_module(deployed, side, deployed.names)


def export_module(module: nn.Module, side: int, outputs: Sequence[str]) -> onnx.ModelProto:
    """Any module that takes pictures as an ONNX graph, as `to_onnx` says."""
    with tempfile.TemporaryDirectory() as folder, warnings.catch_warnings():
        # The exporter warns of each shape that it traces; the export is compared with PyTorch instead.
        warnings.simplefilter("ignore")
        path = Path(folder) / MODEL_FILE
        torch.onnx.export(
            module,
            (torch.zeros(2, 3, side, side),),
            str(path),
            input_names=["image"],
            output_names=list(outputs),
            dynamic_axes={name: {0: "n"} for name in ("image", *outputs)},
            opset_version=OPSET,
            # The newer exporter takes fifteen times as long for the same graph.
            dynamo=False,
        )
        return drop_empty_inputs(onnx.load(path))


@torch.no_grad()
def differences(folder: Path, deployed: Deployed, predict: Predictor, pictures: Sequence[Rgb]) -> str:
    """In which way the bundle in ``folder`` differs from ``deployed`` in PyTorch, in words; empty where it does not.

    `SAME_BITS` of the bits must be the same, and every score of a head within `SAME_SCORE`.
    """
    embedder = Embedder(open_bundle(folder, "embedder"))
    same, scores = [], []
    for at in range(0, len(pictures), CHUNK):
        chunk = pictures[at : at + CHUNK]
        theirs = rows_of(embedder, chunk)
        for name, ours in zip(deployed.names, deployed(predict.pixels(chunk)), strict=True):
            if name == "embedding":
                same.append((theirs[name] > 0) == (ours.numpy() > 0))
            else:
                scores.append(np.abs(theirs[name] - ours.numpy()).max())
    share, off = float(np.concatenate(same).mean()), float(np.max(scores))
    if share < SAME_BITS or off > SAME_SCORE:
        return f"{share:.3%} of the bits of {len(pictures)} pictures are the same, and scores differ by {off:.3f}"
    return ""


def rows_of(embedder: Embedder, pictures: Sequence[Rgb]) -> Mapping[str, NDArray[np.float32]]:
    """What a bundle makes of pictures: rows of "embedding" and of each head, by name."""
    found = embedder.embed(pictures)
    return {"embedding": found.floats, "category": found.category_scores, **found.heads}


def measure(folder: Path, trained: Trained, card: Card) -> Card:
    """Put figures of the bundle in ``folder`` into its card, and the scores below which its heads say nothing."""
    if not trained.trial.views:
        return card
    embedder = Embedder(open_bundle(folder, "embedder"))
    seen = look(lambda pictures: rows_of(embedder, pictures), trained.trial)
    by_name = {one.name: one for one in trained.targets}
    heads = tuple(dataclasses.replace(one, least=least_score(seen, by_name[one.name])) for one in card.heads)
    names = ", ".join(dict.fromkeys(trained.trial.names))
    metrics = []
    for name, value in figures(seen, trained.targets).items():
        asked = name.startswith(P1)
        n = len(trained.trial.queries) if asked else seen.judged(by_name[name])[1].size
        told = name if asked else f"{name}: accuracy"
        metrics.append(Metric(told, round(value, 4), names, "val", int(n)))
    card = dataclasses.replace(card, heads=heads, metrics=tuple(metrics))
    card.write(folder / CARD_FILE)
    return card


def least_score(seen: Seen, target: Target) -> float:
    """The lowest of some scores from which on `RIGHT_ENOUGH` of a head's answers are right; the highest if none is."""
    scores, right = seen.judged(target)
    if right.size < ENOUGH:
        return UNMEASURED
    for step in STEPS:
        kept = right[scores >= step]
        if kept.size >= ENOUGH and kept.mean() >= RIGHT_ENOUGH:
            return round(float(step), 2)
    return round(float(STEPS[-1]), 2)
