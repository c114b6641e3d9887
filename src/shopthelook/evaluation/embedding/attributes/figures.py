"""The figures of one head on one data set."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from shopthelook.evaluation.embedding.scores import Draws
from shopthelook.evaluation.intervals import Interval

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from shopthelook.evaluation.embedding.attributes.saying import Question

NAMES = {
    "p@1": "P@1",
    "mean": "mean of the values",
    "usual": "always the most frequent",
    "coverage": "says something",
    "said": "P@1 of what it says",
}
"""What each figure is called in reports."""


@dataclass(frozen=True, slots=True, eq=False)
class HeadFigures:
    """A head on n views: what it said, as indices of the question's values (n,) int64, and how sure (n,) float64.

    ``draws`` draw the views by group.
    """

    question: Question
    said: NDArray[np.int64]
    scores: NDArray[np.float64]
    draws: Draws

    @property
    def right(self) -> NDArray[np.float64]:
        """(n,) 1 where the best value is the true one: P@1 of each view."""
        return np.asarray(self.said == self.question.truth, np.float64)

    @property
    def confusion(self) -> NDArray[np.int64]:
        """(values, values) how many views of each true value (row) were taken for each (column)."""
        n = len(self.question.values)
        return np.bincount(self.question.truth * n + self.said, minlength=n * n).reshape(n, n)

    def interval(self, figure: str) -> Interval:
        """A figure of `NAMES` with its 95% interval.

        "mean" is the mean over values of the share that is right, "usual" P@1 of one who always says what is most
        frequent here, "coverage" the share of views of which the head says anything in serving, "said" P@1 of those.
        """
        if figure == "p@1":
            return self.draws.interval(self.right)
        if figure == "coverage":
            return self.draws.interval(self._speaks.astype(np.float64))
        if figure == "said":
            return self.draws.interval(self.right, self._speaks)
        if figure == "usual":
            usual = np.bincount(self.question.truth).argmax()
            return self.draws.interval((self.question.truth == usual).astype(np.float64))
        if figure == "mean":
            return self._mean()
        raise KeyError(figure)

    @property
    def _speaks(self) -> NDArray[np.bool_]:
        return self.scores >= self.question.least

    def _mean(self) -> Interval:
        # Without an interval: in draws, rare values come and go.
        truth = self.question.truth
        shares = [self.right[truth == value].mean() for value in np.unique(truth)]
        return Interval(float(np.mean(shares)), np.nan, np.nan)

    def as_dict(self) -> dict[str, Any]:
        """For JSON."""
        return {
            "head": self.question.head,
            "views": len(self.question.views),
            "groups": len(np.unique(self.draws.groups)),
            "unsayable": self.question.unsayable,
            "least": self.question.least,
            **{name: self.interval(name).as_dict() for name in NAMES},
            "values": list(self.question.values),
            "confusion": self.confusion.tolist(),
        }


def head_figures(question: Question, scores: NDArray[np.float32], replicates: int) -> HeadFigures:
    """The figures of a head that gave ``scores`` (n, labels); scores of one value's columns are added up."""
    n, values = len(question.views), len(question.values)
    summed = np.zeros((n, values), np.float64)
    for column, value in enumerate(question.columns):
        if value >= 0:
            summed[:, value] += scores[:, column]
    groups: dict[str, int] = {}
    numbers = [groups.setdefault(view.group, len(groups)) for view in question.views]
    draws = Draws(np.array(numbers, np.int64), replicates)
    said = summed.argmax(axis=1)
    return HeadFigures(question, said, summed[np.arange(n), said], draws)
