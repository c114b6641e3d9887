"""Ladders: variants of a training recipe, trained and measured one beside the other (tables 5 and 6 of the paper)."""

from shopthelook.evaluation.embedding.ladder.plan import Ladder, LadderError, Rung
from shopthelook.evaluation.embedding.ladder.running import Climbed, climb

__all__ = ["Climbed", "Ladder", "LadderError", "Rung", "climb"]
