"""Checks that say what is wrong with a data set."""

from shopthelook.detection.datasets.checking.check import check
from shopthelook.detection.datasets.checking.counts import count
from shopthelook.detection.datasets.checking.problem import NOTES, TITLES, Problem

__all__ = ["NOTES", "TITLES", "Problem", "check", "count"]
