"""Climbing a ladder: train every variant that is not trained yet, then measure all."""

from __future__ import annotations

import contextlib
import dataclasses
import tomllib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from shopthelook.embedding.views import open_all
from shopthelook.evaluation.detection.store import PredictionStore
from shopthelook.evaluation.embedding.asking import ask
from shopthelook.evaluation.embedding.attributes import AttributeEvaluation, evaluate_attributes
from shopthelook.evaluation.embedding.evaluating import evaluate
from shopthelook.evaluation.embedding.ladder.changing import Tables, apply, as_toml
from shopthelook.evaluation.embedding.ladder.plan import Ladder, LadderError
from shopthelook.evaluation.embedding.looks import LookStore
from shopthelook.models import Bundle, open_bundle

if TYPE_CHECKING:
    from shopthelook.evaluation.embedding.results import Evaluation
    from shopthelook.evaluation.progress import Progress

Train = Callable[[Path, Mapping[str, Path], Path, Path], None]
"""Trains a recipe's file on data sets by their names, in the folder of the run, and writes the bundle."""


@dataclass(frozen=True, slots=True, eq=False)
class Climbed:
    """A ladder whose variants are trained and measured; the embedders of the evaluations are these variants."""

    ladder: Ladder
    bundles: tuple[Bundle, ...]
    retrieval: Evaluation | None
    attributes: AttributeEvaluation | None

    def as_dict(self) -> dict[str, Any]:
        """The figures for JSON."""
        return {
            "variants": [
                {
                    "name": one.name,
                    "bundle": bundle.key,
                    "on": None if on is None else self.ladder.variants[on].name,
                }
                for one, bundle, on in zip(
                    self.ladder.variants,
                    self.bundles,
                    map(self.ladder.base, range(len(self.bundles))),
                    strict=True,
                )
            ],
            "tables": {
                title: [self.ladder.variants[i].name for i in rows]
                for title, rows in self.ladder.tables.items()
            },
            "retrieval": self.retrieval.as_dict() if self.retrieval else None,
            "attributes": self.attributes.as_dict() if self.attributes else None,
        }


def climb(
    ladder: Ladder,
    out: Path,
    train: Train | None = None,
    tell: Callable[[str], None] = lambda _: None,
    progress: Progress | None = None,
) -> Climbed:
    """Train the variants of a ladder and measure them; what is done in ``out`` already is taken as it is.

    ``out`` gets recipes/NAME.toml, runs/NAME, bundles/NAME for every variant, and what the models said, so that the
    same call goes on after a stop, and a variant added at the end costs only itself.

    Args:
        train: trains one variant; by `shopthelook train embedder` when left out.
        tell: told of every variant that is about to be trained.
        progress: told of every picture that is measured.

    Raises:
        RecipeError: a variant's recipe is wrong, or another than the one that ``out`` has of that name.
        ShopError: a training or a measurement fails.
    """
    train = train or train_embedder
    recipes = make_recipes(ladder)
    folders = {name: ladder.path(folder) for name, folder in ladder.data.items()}
    # What is wrong with the later variants is told before the first one is trained.
    written = [
        _write(out, rung.slug, as_toml(recipe)) for rung, recipe in zip(ladder.variants, recipes, strict=True)
    ]
    bundles = []
    for number, (rung, file) in enumerate(zip(ladder.variants, written, strict=True), 1):
        bundle = out / "bundles" / rung.slug
        if not bundle.exists():
            tell(f"{number} of {len(written)}: training {rung.name} in {out / 'runs' / rung.slug}")
            train(file, folders, out / "runs" / rung.slug, bundle)
        bundles.append(open_bundle(bundle, "embedder"))
    return _measure(ladder, bundles, out, progress)


def make_recipes(ladder: Ladder) -> list[Tables]:
    """The recipe of each variant. Raises `RecipeError`."""
    from shopthelook.embedding.training.recipe import Recipe, shipped, shipped_text

    if ladder.recipe in shipped():
        text = shipped_text(ladder.recipe)
    else:
        file = ladder.path(ladder.recipe)
        Recipe.read(file)
        text = file.read_text("utf-8")
    made: list[Tables] = []
    for i, rung in enumerate(ladder.variants):
        on = ladder.base(i)
        recipe = apply(tomllib.loads(text) if on is None else made[on], rung)
        recipe["summary"] = f"{rung.name}: {ladder.summary}".rstrip(": ")
        Recipe.parse(as_toml(recipe), rung.slug, f"the variant {rung.name!r}")
        missing = [one["name"] for one in recipe["data"]["sets"] if one["name"] not in ladder.data]
        if missing:
            raise LadderError(f"{rung.name}: the ladder's data does not say where {', '.join(missing)} is")
        made.append(recipe)
    return made


def train_embedder(recipe: Path, folders: Mapping[str, Path], out: Path, bundle: Path) -> None:
    """As `shopthelook train embedder RECIPE --out OUT --bundle BUNDLE` does."""
    from shopthelook.embedding.training.recipe import Recipe
    from shopthelook.embedding.training.run import run

    read = Recipe.read(recipe)
    # Variants of one frozen backbone share what it makes of the views.
    features = out.parent / "features"
    run(read, {one.name: folders[one.name] for one in read.data.sets}, out, bundle, features=features)


def _write(out: Path, slug: str, text: str) -> Path:
    file = out / "recipes" / f"{slug}.toml"
    if file.exists():
        if file.read_text("utf-8") != text:
            raise LadderError(
                f"{file} is of another recipe than the ladder now makes of this variant; delete it, and the variant's "
                f"folders in runs and bundles, to train it anew, or name another --out"
            )
    else:
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8")
    return file


def _measure(ladder: Ladder, bundles: Sequence[Bundle], out: Path, progress: Progress | None) -> Climbed:
    what, names = ladder.measure, [one.name for one in ladder.variants]
    retrieval = attributes = None
    with contextlib.ExitStack() as stack:
        looks = stack.enter_context(LookStore(out / "codes.sqlite"))
        if what.retrieval:
            boxes = stack.enter_context(PredictionStore(out / "predictions.sqlite"))
            sets, others = (
                open_all(map(ladder.path, some)) for some in (what.retrieval, what.distractor_data)
            )
            number = None if what.distractors < 0 else what.distractors
            retrieval = evaluate(
                bundles,
                ask(sets, what.split, others, number, what.same),
                detector=open_bundle(what.detector, "detector") if what.detector else None,
                looks=looks,
                predictions=boxes,
                progress=progress,
            )
            retrieval = dataclasses.replace(retrieval, variants=_renamed(retrieval.variants, names))
        if what.attributes:
            attributes = evaluate_attributes(
                bundles,
                open_all(map(ladder.path, what.attributes)),
                what.split,
                looks=looks,
                progress=progress,
            )
            attributes = dataclasses.replace(attributes, variants=_renamed(attributes.variants, names))
    return Climbed(ladder, tuple(bundles), retrieval, attributes)


def _renamed(variants: Sequence[Any], names: Sequence[str]) -> tuple[Any, ...]:
    return tuple(dataclasses.replace(one, name=name) for one, name in zip(variants, names, strict=True))
