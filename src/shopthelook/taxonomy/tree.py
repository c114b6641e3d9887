"""The taxonomy: categories in depth-first order, looked up by id, path, name or words."""

from __future__ import annotations

import difflib
import operator
from collections.abc import Iterable, Iterator
from functools import cache, cached_property
from importlib import resources
from os import PathLike
from pathlib import Path

from shopthelook.taxonomy.category import Category, TaxonomyError, UnknownCategory
from shopthelook.taxonomy.listing import Entry, fold, read_entries, split_path
from shopthelook.taxonomy.words import WordIndex

_CLOSE = 3
_CLOSE_KEPT = 1000


class Taxonomy:
    """An immutable tree of categories.

    Iteration is depth-first, children in the order of the list. Build it with `builtin`, `from_file` or
    `from_lines`. Threads may share it.
    """

    def __init__(
        self,
        entries: Iterable[Entry],
        coarse: Iterable[tuple[str, ...]] = (),
        also: Iterable[tuple[tuple[str, ...], tuple[str, ...]]] = (),
    ) -> None:
        """`coarse` names the paths of the coarse categories; those that the list lacks are left out.

        `also` has pairs (coarse path, path of a branch elsewhere that rolls up to it).
        """
        self._categories = _lay_out(list(entries))
        self._by_id = {category.id: category for category in self._categories}
        self._by_path = {fold(category.path): category for category in self._categories}
        self._by_name: dict[str, list[Category]] = {}
        for category in self._categories:
            self._by_name.setdefault(category.name.casefold(), []).append(category)
        self._close: dict[str, list[Category]] = {}
        found = (self._by_path.get(fold(path)) for path in coarse)
        self.coarse_categories: tuple[Category, ...] = tuple(
            sorted((c for c in found if c is not None), key=lambda c: c.position)
        )
        """What the shipped detector speaks, in depth-first order."""
        self._coarse_of = {category.id: category for category in self.coarse_categories}
        self._branches = {category.id: [category] for category in self.coarse_categories}
        for coarse_path, path in also:
            one, branch = self._by_path.get(fold(coarse_path)), self._by_path.get(fold(path))
            if one is not None and branch is not None and one.id in self._branches:
                self._coarse_of[branch.id] = one
                self._branches[one.id].append(branch)

    @classmethod
    def builtin(cls) -> Taxonomy:
        """The shipped part of Google's taxonomy (one shared object).

        It holds the branches for clothing, furniture, home and bags whole, and the top of the others.
        """
        return _builtin()

    @classmethod
    def from_file(cls, path: str | PathLike[str]) -> Taxonomy:
        """Read a list of "id - A > B" lines (UTF-8), such as Google's complete one or one of your own.

        Raises `TaxonomyError` naming the file and line at fault.
        """
        try:
            with Path(path).open(encoding="utf-8-sig", newline="") as file:
                return cls.from_lines(file)
        except TaxonomyError as error:
            raise _named(error, path) from None
        except (OSError, ValueError) as error:
            raise TaxonomyError(f"cannot read the taxonomy {str(path)!r}: {error}") from None

    @classmethod
    def from_lines(cls, lines: Iterable[str]) -> Taxonomy:
        """Build a taxonomy from lines "id - A > B"; blank lines and `#` comments are skipped.

        Raises `TaxonomyError` naming the line at fault.
        """
        coarse = (path for _, path in _table("coarse.tsv"))
        also = ((split_path(one), split_path(branch)) for one, branch in _table("also.tsv"))
        return cls(read_entries(lines), (split_path(path) for path in coarse), also)

    def save(self, path: str | PathLike[str]) -> None:
        """Write the list in the form that `from_file` reads, whole or not at all."""
        target = Path(path)
        partial = target.with_name(target.name + ".partial")
        partial.write_text("".join(f"{c.id} - {c.full}\n" for c in self), encoding="utf-8", newline="\n")
        partial.replace(target)

    def get(self, key: int | str) -> Category:
        """The category with this id (543 or "543"), this full path or this name.

        Case does not matter, paths are split by ">" or "/" with any spacing, and "&amp;" counts as "&".
        Raises `UnknownCategory` with the nearest ones when there is none, or several share the name.
        """
        if not isinstance(key, str):
            number = operator.index(key)
            if number in self._by_id:
                return self._by_id[number]
            raise UnknownCategory(f"no category has the id {number}", number)
        text = key.replace("&amp;", "&").strip()
        if text.isascii() and text.isdigit() and len(text) <= 18 and int(text) in self._by_id:
            return self._by_id[int(text)]
        for separator in (">", "/"):
            found = self._by_path.get(fold(split_path(text.strip(f" {separator}"), separator)))
            if found is not None:
                return found
        named = self._by_name.get(" ".join(text.split()).casefold(), [])
        if len(named) == 1:
            return named[0]
        if named:
            shown = "; ".join(category.full for category in named)
            raise UnknownCategory(
                f"{len(named)} categories are named {text!r}, say which: {shown}", key, named
            )
        raise self._unknown(key, text)

    def find(self, words: str, limit: int = 10) -> list[Category]:
        """Categories whose path has all `words` (singular or plural, or their beginnings), best first."""
        return self._word_index.find(words, limit)

    def parent(self, category: Category) -> Category | None:
        """The category above, None for a top-level one."""
        return self._by_path.get(fold(category.path[:-1]))

    def children(self, category: Category) -> list[Category]:
        """The categories right below, in the list's order."""
        below = []
        position = category.position + 1
        while position < category.end:
            child = self._categories[position]
            below.append(child)
            position = child.end
        return below

    def ancestors(self, category: Category) -> list[Category]:
        """The categories above, the top-level one first."""
        path = fold(category.path)
        return [self._by_path[path[:depth]] for depth in range(1, len(path))]

    def covers(self, a: Category, b: Category) -> bool:
        """Whether `b` is `a` or lies below it."""
        return a.position <= b.position < a.end

    def coarse(self, category: Category) -> Category | None:
        """The coarse category that `category` rolls up to, None where there is none.

        It is the nearest at or above, or the one whose look a branch elsewhere shares: office chairs are
        Chairs. See `branches`.
        """
        path = fold(category.path)
        for depth in range(len(path), 0, -1):
            above = self._coarse_of.get(self._by_path[path[:depth]].id)
            if above is not None:
                return above
        return None

    def branches(self, category: Category) -> tuple[Category, ...]:
        """The subtrees that hold what rolls up to a coarse category: its own first, then those elsewhere.

        Another category is its only branch.
        """
        return tuple(self._branches.get(category.id, (category,)))

    def at(self, position: int) -> Category:
        """The category of this depth-first rank, from 0. Raises `UnknownCategory` outside the list."""
        if not 0 <= position < len(self._categories):
            raise UnknownCategory(f"positions go from 0 to {len(self) - 1}, not {position}", position)
        return self._categories[position]

    def __iter__(self) -> Iterator[Category]:
        return iter(self._categories)

    def __len__(self) -> int:
        return len(self._categories)

    def __contains__(self, category: object) -> bool:
        return isinstance(category, Category) and self._by_id.get(category.id) == category

    @cached_property
    def _word_index(self) -> WordIndex:
        return WordIndex(self._categories)

    def _unknown(self, key: str, text: str) -> UnknownCategory:
        name = text.replace("/", ">").rstrip("> ").rpartition(">")[2].strip()[:80]
        # Feeds repeat an unknown category on every row, and the comparison with all names is slow.
        close = self._close.get(name)
        if close is None:
            names = difflib.get_close_matches(name.casefold(), self._by_name, n=_CLOSE)
            near = [category for match in names for category in self._by_name[match]]
            close = (self.find(name, _CLOSE) + near)[: 2 * _CLOSE]
            close = list(dict.fromkeys(close))[:_CLOSE]
            if len(self._close) < _CLOSE_KEPT:
                self._close[name] = close
        hint = "; near it: " + "; ".join(category.full for category in close) if close else ""
        return UnknownCategory(f"no category is called {key[:200]!r}{hint}", key, close)


@cache
def _builtin() -> Taxonomy:
    lines = resources.files(__package__).joinpath("google.tsv").read_text(encoding="utf-8").splitlines()
    return Taxonomy.from_lines(lines)


@cache
def _table(name: str) -> tuple[tuple[str, str], ...]:
    """Rows of two columns of a file beside this one."""
    lines = resources.files(__package__).joinpath(name).read_text(encoding="utf-8").splitlines()
    rows = (line.split("\t") for line in lines if not line.startswith("#"))
    return tuple((first, second) for first, second in rows)


def _lay_out(entries: list[Entry]) -> list[Category]:
    """Categories depth-first, children and roots in the order of the list."""
    below: dict[tuple[str, ...], list[Entry]] = {}
    for entry in entries:
        below.setdefault(fold(entry.path[:-1]), []).append(entry)
    order: list[Entry] = []
    ends: dict[int, int] = {}
    # An explicit stack: a hand-made list may nest deeper than Python's recursion goes.
    stack: list[tuple[Entry, bool]] = [(entry, False) for entry in reversed(below.get((), []))]
    while stack:
        entry, done = stack.pop()
        if done:
            ends[entry.id] = len(order)
            continue
        order.append(entry)
        stack.append((entry, True))
        stack.extend((child, False) for child in reversed(below.get(fold(entry.path), [])))
    return [Category(e.id, e.path, position, ends[e.id]) for position, e in enumerate(order)]


def _named(error: TaxonomyError, path: str | PathLike[str]) -> TaxonomyError:
    named = TaxonomyError(f"{path}: {error}")
    named.line = error.line
    return named
