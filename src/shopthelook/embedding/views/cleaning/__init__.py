"""Cleaning of matches (appendix A.4 of the paper): views that are likely listed wrongly, and answers about them."""

from shopthelook.embedding.views.cleaning.answers import read_answers
from shopthelook.embedding.views.cleaning.finding import Limits, find_suspects
from shopthelook.embedding.views.cleaning.folds import fold_of_view, write_without
from shopthelook.embedding.views.cleaning.merging import merge
from shopthelook.embedding.views.cleaning.seen import Judge, Seen, look_at
from shopthelook.embedding.views.cleaning.suspect import ACTIONS, KINDS, Shown, ViewSuspect

__all__ = [
    "ACTIONS",
    "KINDS",
    "Judge",
    "Limits",
    "Seen",
    "Shown",
    "ViewSuspect",
    "find_suspects",
    "fold_of_view",
    "look_at",
    "merge",
    "read_answers",
    "write_without",
]
