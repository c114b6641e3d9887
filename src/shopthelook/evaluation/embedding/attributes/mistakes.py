"""The mistakes of which a head was surest."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from shopthelook.embedding.views import View
    from shopthelook.evaluation.embedding.attributes.figures import HeadFigures

MOST = 16


@dataclass(frozen=True, slots=True)
class HeadMistake:
    """A view that a head took for something else, and how sure it was."""

    view: View
    true: str
    said: str
    score: float


def surest_mistakes(figures: HeadFigures, most: int = MOST) -> tuple[HeadMistake, ...]:
    """The wrong answers with the best scores, best first, at most one of a picture."""
    question, found, seen = figures.question, [], set()
    for i in np.argsort(-figures.scores, kind="stable"):
        view = question.views[i]
        if figures.right[i] or view.path in seen:
            continue
        seen.add(view.path)
        true, said = question.values[question.truth[i]], question.values[figures.said[i]]
        found.append(HeadMistake(view, true, said, float(figures.scores[i])))
        if len(found) == most:
            break
    return tuple(found)
