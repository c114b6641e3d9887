"""Pseudo-labels: boxes that a detector finds, in pictures that lack them."""

from shopthelook.detection.datasets.pseudo.building import PseudoLabelled, pseudo_label
from shopthelook.detection.datasets.pseudo.labelling import Rules

__all__ = ["PseudoLabelled", "Rules", "pseudo_label"]
