"""What an embedder learns: the tasks of a recipe."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

from shopthelook.training.tables import check

_NAME = re.compile(r"[a-z][a-z0-9_]*")
_TAKEN = ("image", "embedding", "quantisation")  # by the input, an output and a loss
FEWEST = 20  # samples of a value that is worth telling apart
WIDTH = 256  # of an attribute's hidden layer


@dataclass(frozen=True, slots=True)
class Task:
    """What is learnt of the views of some data sets, and how much it weighs.

    Kind "instance": which thing it is, by proxies on the embedding (Zhai and Wu, BMVC 2019). Kind "pairs": that views
    of one thing find each other in the batch (Chen et al., ICML 2020), for sets drawn by pair. The others are told by a
    softmax, which the bundle has too: "category" the coarse category, "gender" the label of that name, "attribute"
    the label ``label``, with one hidden layer. A view without the label teaches nothing of it.

    Attributes:
        sets: names of the data sets, all of the recipe's where there are none.
        label: column of the views' table, of kind "attribute".
        name: of the losses and of the bundle's output; the kind or the label when left out.
        temperature: what cosines are divided by, of kinds "instance" and "pairs".
        classes_per_step: of kind "instance"; those of the batch and others drawn at random, 0 for all.
        hidden: width of an attribute's hidden layer.
        least: samples that a value needs, or an instance views; with fewer it is left out. 0 for the kind's own.
        on: where a softmax is: on the embedding, which then learns it too, or on the features beside it.
    """

    kind: Literal["instance", "pairs", "category", "attribute", "gender"]
    sets: tuple[str, ...] = ()
    weight: float = 1.0
    label: str = ""
    name: str = ""
    temperature: float = 0.05
    classes_per_step: int = 2048
    hidden: int = WIDTH
    least: int = 0
    on: Literal["embedding", "features"] = "embedding"

    def __post_init__(self) -> None:
        check(self.weight > 0, f"weight must be above 0, not {self.weight}")
        check(self.temperature > 0, f"temperature must be above 0, not {self.temperature}")
        check(self.classes_per_step >= 0, "classes_per_step must not be below 0")
        check(self.hidden >= 1, "hidden must be at least 1")
        check(self.least >= 0, "least must not be below 0")
        check(
            bool(self.label) == (self.kind == "attribute"),
            "label belongs to kind 'attribute', which needs it",
        )
        check(
            self.kind != "category" or self.called == "category",
            "a task of kind 'category' has no other name",
        )
        check(self.kind == "category" or self.called != "category", "only kind 'category' has that name")
        check(
            bool(_NAME.fullmatch(self.called)) and self.called not in _TAKEN,
            f"name must be of a-z, 0-9 and '_' and none of {', '.join(_TAKEN)}, not {self.called!r}",
        )

    @property
    def called(self) -> str:
        """Its name, whether given or not."""
        return self.name or self.label or self.kind

    @property
    def fewest(self) -> int:
        """Samples below which a value is left out."""
        return self.least or (1 if self.of_things else FEWEST)

    @property
    def of_things(self) -> bool:
        """Whether it is about which thing a view shows, of which a bundle says nothing."""
        return self.kind in ("instance", "pairs")
