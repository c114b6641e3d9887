"""What imports and the shop as a whole report about themselves: counts, never guesses."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from typing import Any

from shopthelook.catalog.feeds import FeedProblem


@dataclass(frozen=True, slots=True)
class ImportReport:
    """What an import did so far. Every number counts committed work only.

    Attributes:
        read: rows (or pictures) read from the source, good and bad.
        added, updated, unchanged, removed: products or scenes, by what became of them.
        failed: rows without a usable id or picture; each has a recorded problem and is tried
            again by the next import.
        embedded: pictures (for scenes: objects) that went through the embedder.
        fetched: pictures downloaded.
        problems: problems recorded, among them those that did not fail their row.
        total: rows that the source has, as far as that is known beforehand; 0 where it is not.
    """

    read: int = 0
    added: int = 0
    updated: int = 0
    unchanged: int = 0
    removed: int = 0
    failed: int = 0
    embedded: int = 0
    fetched: int = 0
    problems: int = 0
    total: int = 0
    import_id: int | None = None
    seconds: float = field(default=0.0, compare=False)

    @property
    def present(self) -> int:
        """Products or scenes of the source that the shop now holds."""
        return self.added + self.updated + self.unchanged

    def as_dict(self) -> dict[str, Any]:
        """The counts by name, as JSON would hold them."""
        return asdict(self) | {"seconds": round(self.seconds, 2)}


OnProgress = Callable[[ImportReport], None]
"""Called after each committed batch with the counts so far."""


@dataclass(frozen=True, slots=True)
class UpsertReport:
    """What became of one list of products given by a program.

    Attributes:
        added, updated, unchanged: ids, in the order given.
        failed: ids (or ``#<place in the list>``) that were refused; ``problems`` says why.
        problems: ``line`` is the place in the list, counted from 1.
        embedded: pictures that went through the embedder.
        seq: the change number after this write; an index at or past it shows the write.
    """

    added: tuple[str, ...] = ()
    updated: tuple[str, ...] = ()
    unchanged: tuple[str, ...] = ()
    failed: tuple[str, ...] = ()
    problems: tuple[FeedProblem, ...] = ()
    embedded: int = 0
    seq: int = 0

    def as_dict(self) -> dict[str, Any]:
        """The report as JSON would hold it."""
        return asdict(self)


@dataclass(frozen=True, slots=True)
class Status:
    """What a shop holds and what it would take to bring it up to date.

    Attributes:
        with_code: products that a search can find (their code is of the present embedder).
        other_code: products whose code was made by another embedder bundle; they are not searched.
        without_code: products that have no code at all.
        embedder: the one that serves: whose codes are searched.
        next_embedder: the one of ``shop.toml`` where that is another one; None where it serves. It serves when
            every product has a code of it, or a reason why not.
        next_codes, next_failed: products that have a code of it, and that cannot get one.
        note: what is wrong with the embedder, as a sentence; None where nothing is.
        problems: problems of the last import.
        index_size, index_seq: products and last change of the index in memory; 0 before it is first used.
        last_seq: the last change of the catalog.
        snapshot_seq: the last change in the index on disk; None where there is none that can be read.
        last_import: source, start, end and counts of the last import, None before the first.
    """

    directory: str
    database: str
    detector: str
    embedder: str
    products: int
    with_code: int
    other_code: int
    without_code: int
    scenes: int
    objects: int
    problems: int
    index_size: int
    index_seq: int
    last_seq: int
    snapshot_seq: int | None = None
    last_import: dict[str, Any] | None = None
    next_embedder: str | None = None
    next_codes: int = 0
    next_failed: int = 0
    note: str | None = None

    def as_dict(self) -> dict[str, Any]:
        """The status as JSON would hold it."""
        return asdict(self)
