"""Finding categories by words: every word must match, in singular or plural, by its beginning."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import NamedTuple

from shopthelook.taxonomy.category import Category

_WORD = re.compile(r"[^\W_]+(?:['’][^\W_]+)*")

_IRREGULAR = {"knives": "knife", "scarves": "scarf", "shelves": "shelf"}


class _Words(NamedTuple):
    """The words of one category, as written (lower case) and in the singular."""

    name: frozenset[str]
    name_stems: tuple[str, ...]
    above: frozenset[str]


class WordIndex:
    """Ranks the categories of one list for a few words. Small lists: a scan is fast enough."""

    def __init__(self, categories: Sequence[Category]) -> None:
        self._categories = categories
        self._words = [_words(category) for category in categories]

    def find(self, words: str, limit: int) -> list[Category]:
        """Up to `limit` categories whose path matches every word, best first.

        A match in the name comes before one higher up, a whole word before the beginning of one, a name
        without other words before a longer one; then the shallower category, then the list's order.
        """
        wanted = [(word, singular(word)) for word in _split(words)]
        if not wanted or limit < 1:
            return []
        stems = tuple(stem for _, stem in wanted)
        ranked = []
        for category, known in zip(self._categories, self._words, strict=True):
            grades = [_grade(word, stem, known) for word, stem in wanted]
            if None not in grades:
                worst = max(grade for grade in grades if grade is not None)
                key = (worst, sum(g or 0 for g in grades), known.name_stems != stems)
                ranked.append((*key, category.depth, len(known.name_stems), category.position))
        ranked.sort()
        return [self._categories[row[-1]] for row in ranked[:limit]]


def singular(word: str) -> str:
    """A crude English singular: good enough when both sides go through it."""
    if word in _IRREGULAR:
        return _IRREGULAR[word]
    if len(word) > 4 and word.endswith("ies"):
        return word[:-3] + "y"
    if len(word) > 4 and word.endswith(("sses", "xes", "ches", "shes")):
        return word[:-2]
    if len(word) > 2 and word.endswith("s") and not word.endswith(("ss", "us")):
        return word[:-1]
    return word


def _grade(word: str, stem: str, known: _Words) -> int | None:
    """0 a word of the name, 1 the beginning of one, 2 a word above, 3 the beginning of one, None nowhere."""
    for base, group in ((0, known.name), (2, known.above)):
        if word in group or stem in group:
            return base
        if any(other.startswith((word, stem)) for other in group):
            return base + 1
    return None


def _words(category: Category) -> _Words:
    name = _split(category.name)
    above = _split(" ".join(category.path[:-1]))
    return _Words(
        frozenset(name) | {singular(word) for word in name},
        tuple(singular(word) for word in name),
        frozenset(above) | {singular(word) for word in above},
    )


def _split(text: str) -> list[str]:
    return _WORD.findall(text.casefold())
