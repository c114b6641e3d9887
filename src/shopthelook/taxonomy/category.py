"""One category of a product taxonomy, and what can be wrong with asking for one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from shopthelook.errors import ShopError


class TaxonomyError(ShopError):
    """A list of categories that is not one. `line` is the line (from 1) at fault, where there is one."""

    def __init__(self, message: str, line: int | None = None) -> None:
        super().__init__(message if line is None else f"line {line}: {message}")
        self.line = line


class UnknownCategory(ShopError, LookupError):  # noqa: N818 - the name callers read best
    """No category goes by this key. `close` holds the ones that come nearest, best first."""

    def __init__(self, message: str, key: int | str, close: Sequence[Category] = ()) -> None:
        super().__init__(message)
        self.key = key
        self.close = tuple(close)


@dataclass(frozen=True, slots=True)
class Category:
    """A node of the tree.

    `path` holds the names from the root down to this one. `position` is the depth-first rank, so that the
    category with everything below it is the half-open range [position, end).
    """

    id: int
    path: tuple[str, ...]
    position: int
    end: int

    @property
    def name(self) -> str:
        """The last part of the path."""
        return self.path[-1]

    @property
    def full(self) -> str:
        """The whole path, "Furniture > Chairs"."""
        return " > ".join(self.path)

    @property
    def depth(self) -> int:
        """1 for a top-level category."""
        return len(self.path)

    def __str__(self) -> str:
        return self.full
