"""Pictures on their way into a data set: the same for all kinds of them."""

from shopthelook.datasets.placing import DONE, Placed, Placer

__all__ = ["DONE", "Placed", "Placer"]
