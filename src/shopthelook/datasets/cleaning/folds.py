"""Folds of a data set, so that each part of it can be judged by a model that has never seen it."""

from __future__ import annotations

import hashlib
from pathlib import Path

from shopthelook.datasets.errors import DataError


def fold_of(key: bytes, folds: int) -> int:
    """The fold, 0 to ``folds`` - 1, of what has this SHA-256: the same in every data set, split or order.

    Other bytes of the hash than those that say the split, so that each fold has its share of each split.
    """
    return int.from_bytes(key[8:16], "big") % folds


def parse_fold(text: str) -> tuple[int, int]:
    """Fold I of K, as "I/K" says it, with I from 0 to K - 1. Raises `ValueError`."""
    first, slash, second = text.partition("/")
    if not (slash and first.isdecimal() and second.isdecimal() and int(first) < int(second) >= 2):
        raise ValueError(f"I/K with I from 0 to K - 1 is needed, not {text!r}")
    return int(first), int(second)


def sha256_of(picture: Path) -> bytes:
    """The SHA-256 of a picture's file. Raises `DataError` where it cannot be read."""
    try:
        return hashlib.sha256(picture.read_bytes()).digest()
    except OSError as error:
        raise DataError(f"{picture}: this picture cannot be read: {error.strerror}") from None
