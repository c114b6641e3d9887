"""The heads of embedders side by side on sets of views."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from shopthelook.datasets.errors import DataError
from shopthelook.evaluation.embedding.attributes.figures import HeadFigures, head_figures
from shopthelook.evaluation.embedding.attributes.saying import CATEGORY, Question, questions
from shopthelook.evaluation.embedding.crops import Crop
from shopthelook.evaluation.embedding.looks import LookStore, MeasuredEmbedder
from shopthelook.evaluation.intervals import REPLICATES
from shopthelook.evaluation.progress import Progress, Tick
from shopthelook.evaluation.variants import Variant, name_variants

if TYPE_CHECKING:
    from collections.abc import Sequence

    from shopthelook.embedding.views import ViewSet
    from shopthelook.evaluation.embedding.asking import Part
    from shopthelook.models import Bundle


@dataclass(frozen=True, slots=True, eq=False)
class SetAttributes:
    """All embedders on one data set; ``heads`` has for each of them its figures by the head's name."""

    name: str
    split: Part
    views: int
    heads: tuple[dict[str, HeadFigures], ...]

    @property
    def names(self) -> tuple[str, ...]:
        """The heads that any of the embedders has."""
        return tuple(dict.fromkeys(name for one in self.heads for name in one))


@dataclass(frozen=True, slots=True, eq=False)
class AttributeEvaluation:
    """Embedders, oldest first, on data sets."""

    variants: tuple[Variant, ...]
    sets: tuple[SetAttributes, ...]
    replicates: int

    def as_dict(self) -> dict[str, Any]:
        """The figures for JSON."""
        return {
            "replicates": self.replicates,
            "embedders": [{"name": one.name, "bundle": one.bundle.id} for one in self.variants],
            "data": [
                {
                    "name": one.name,
                    "split": one.split,
                    "views": one.views,
                    "results": [
                        {"embedder": variant.name, **figures.as_dict()}
                        for variant, heads in zip(self.variants, one.heads, strict=True)
                        for figures in heads.values()
                    ],
                }
                for one in self.sets
            ],
        }


def evaluate_attributes(
    bundles: Sequence[Bundle],
    sets: Sequence[ViewSet],
    split: Part,
    *,
    heads: Sequence[str] = (),
    looks: LookStore | None = None,
    replicates: int = REPLICATES,
    progress: Progress | None = None,
) -> AttributeEvaluation:
    """Ask every head of every embedder about the views whose truth is known.

    Args:
        bundles: the embedders, oldest first.
        sets: what `open_views` reads.
        split: of these views, or "all".
        heads: only these, all that there are when left out.
        looks: where to keep what the models say; not kept when left out.
        replicates: of the bootstrap over groups of views.
        progress: told of every view.

    Raises:
        DataError: nothing can be asked, or a picture cannot be read.
        BundleError: a bundle is no embedder or does not work.
    """
    variants = name_variants(bundles)
    asked = [[questions(bundle, one, split, heads) for bundle in bundles] for one in sets]
    if not any(found for of_set in asked for found, _ in of_set):
        raise DataError(_nothing(bundles, sets, heads))
    embedders = [MeasuredEmbedder(bundle, looks) for bundle in bundles]
    measured = []
    for one, of_set in zip(sets, asked, strict=True):
        rows = []
        for variant, embedder, (found, _) in zip(variants, embedders, of_set, strict=True):
            rows.append(_heads(embedder, found, replicates, progress, f"{variant.name} on {one.name}"))
        measured.append(SetAttributes(one.name, split, of_set[0][1], tuple(rows)))
    return AttributeEvaluation(variants, tuple(measured), replicates)


def _heads(
    embedder: MeasuredEmbedder,
    found: Sequence[Question],
    replicates: int,
    progress: Progress | None,
    what: str,
) -> dict[str, HeadFigures]:
    views = {view.key: view for question in found for view in question.views}
    crops = [Crop(view) for view in views.values()]
    looks = embedder.look(crops, Tick(progress, what, len(crops)))
    row = {key: i for i, key in enumerate(views)}
    figures = {}
    for question in found:
        scores = looks.category_scores if question.head == CATEGORY else looks.heads[question.head]
        rows = [row[view.key] for view in question.views]
        figures[question.head] = head_figures(question, scores[rows], replicates)
    return figures


def _nothing(bundles: Sequence[Bundle], sets: Sequence[ViewSet], heads: Sequence[str]) -> str:
    have = dict.fromkeys([CATEGORY, *(head.name for bundle in bundles for head in bundle.card.heads)])
    known = dict.fromkeys(name for one in sets for view in one.views for name in view.labels)
    asked = f" of {', '.join(heads)}" if heads else ""
    return (
        f"nothing to ask{asked}: the bundles have heads for {', '.join(have)}, and the views of "
        f"{', '.join(one.name for one in sets)} have labels for {', '.join(known) or 'nothing'}"
    )
