"""What a recipe can say about a Faster R-CNN."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True, slots=True)
class FasterRCNNOptions:
    """The parts of a Faster R-CNN (Ren et al., NeurIPS 2015).

    ``neck`` "single" finds and classifies objects on one map of stride 16 (the paper's Baseline); "pyramid" does so on
    a feature pyramid (Lin et al., CVPR 2017; the paper's +FPN) of ``channels`` channels over the backbone's maps and,
    with ``extra_level``, one coarser map for proposals.

    ``head`` turns a pooled region into a vector: "block" is the backbone's last block on the region (He et al.,
    CVPR 2016; only with neck "single"), "mlp" two layers of ``width``, "light" a convolution before narrow ones.

    ``anchors`` are sides in pixels of the input, a row a level; ``ratios`` are height / width. Of the
    ``candidates`` of each level that score best, ``proposals`` are left after suppression, when training and when
    serving; ``samples`` is how many anchors and how many regions a picture is learnt from.
    """

    neck: Literal["single", "pyramid"]
    anchors: tuple[tuple[int, ...], ...]
    ratios: tuple[float, ...] = (0.5, 1.0, 2.0)
    channels: int = 256
    extra_level: bool = False
    head: Literal["block", "mlp", "light"] = "mlp"
    width: int = 1024
    pool: int = 7
    candidates: tuple[int, int] = (2000, 1000)
    proposals: tuple[int, int] = (2000, 1000)
    samples: tuple[int, int] = (256, 512)
    max_objects: int = 100
    trainable: int = 0  # last parts of the backbone that learn, 0 for what suits it

    def __post_init__(self) -> None:
        if not self.anchors or not all(self.anchors) or min(min(row) for row in self.anchors) < 4:
            raise ValueError("anchors must be a row of sides (4 pixels or more) for each level")
        if self.neck == "single" and len(self.anchors) != 1:
            raise ValueError(f"neck 'single' has one level, anchors has {len(self.anchors)}")
        if not self.ratios or min(self.ratios) <= 0:
            raise ValueError("ratios must be above 0")
        if self.head == "block" and self.neck != "single":
            raise ValueError("head 'block' belongs to neck 'single'")
        if self.extra_level and self.neck != "pyramid":
            raise ValueError("extra_level belongs to neck 'pyramid'")
        for name in ("channels", "width", "pool", "max_objects"):
            if getattr(self, name) < 1:
                raise ValueError(f"{name} must be at least 1")
        if min(*self.candidates, *self.proposals, *self.samples) < 1 or self.trainable < 0:
            raise ValueError("candidates, proposals and samples must be at least 1, trainable at least 0")
