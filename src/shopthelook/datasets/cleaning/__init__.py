"""Cleaning of data sets of all kinds: lists of what is likely wrong, what people answer, and what is made of it.

A list has a line of JSON for each suspect, and so have the answers: the suspect's line with ``answer`` added to it.
"""

from shopthelook.datasets.cleaning.answers import TIED, Answer, Decision, Rules, decide, read_answers
from shopthelook.datasets.cleaning.copying import copy_pictures
from shopthelook.datasets.cleaning.folds import fold_of, parse_fold, sha256_of
from shopthelook.datasets.cleaning.merged import CHANGES_FILE, Merged, fresh_partial, write_changes
from shopthelook.datasets.cleaning.suspect import Corners, Suspect, corners, id_of, write_suspects

__all__ = [
    "CHANGES_FILE",
    "TIED",
    "Answer",
    "Corners",
    "Decision",
    "Merged",
    "Rules",
    "Suspect",
    "copy_pictures",
    "corners",
    "decide",
    "fold_of",
    "fresh_partial",
    "id_of",
    "parse_fold",
    "read_answers",
    "sha256_of",
    "write_changes",
    "write_suspects",
]
