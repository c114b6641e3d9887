"""One embedder's head against another's on the views that both can be asked about."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from shopthelook.evaluation.embedding.comparing import Gain, compare
from shopthelook.evaluation.embedding.scores import Draws

if TYPE_CHECKING:
    from shopthelook.evaluation.embedding.attributes.figures import HeadFigures


def compare_heads(new: HeadFigures, old: HeadFigures) -> Gain | None:
    """The gain in P@1; None where no view can be asked of both."""
    place = {view.key: i for i, view in enumerate(old.question.views)}
    pairs = [(i, place[view.key]) for i, view in enumerate(new.question.views) if view.key in place]
    if not pairs:
        return None
    mine, theirs = (np.array(rows) for rows in zip(*pairs, strict=True))
    _, groups = np.unique(new.draws.groups[mine], return_inverse=True)
    return compare(new.right[mine], old.right[theirs], Draws(groups.astype(np.int64), new.draws.replicates))
