"""What models said of pictures, kept in a file, so that measuring can be stopped and goes on where it was."""

from __future__ import annotations

import hashlib
import json
import sqlite3
import time
from dataclasses import asdict
from typing import TYPE_CHECKING, Any, Self

from shopthelook.errors import ShopError

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path
    from types import TracebackType

    from shopthelook.models import Bundle

_COMMIT_EVERY_S = 1.0


class StoreError(ShopError):
    """The file in which something is kept cannot be used."""


class KeptFile:
    """An SQLite file with tables of its own; a context manager that keeps what is done, also after Ctrl-C.

    Raises `StoreError` where the file is none of these or cannot be written.
    """

    what = "results"
    """What is kept, for messages."""

    def __init__(self, path: Path, schema: str, version: int) -> None:
        self.path = path
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            self._file = sqlite3.connect(path)
            (found,) = self._file.execute("PRAGMA user_version").fetchone()
            if found not in (0, version):
                raise StoreError(f"{path} was written by another version of the package; delete it")
            self._file.execute(f"PRAGMA user_version = {version}")
            self._file.execute(schema)
            self._file.commit()
        except (sqlite3.Error, OSError) as error:
            raise self._wrong(error) from None
        self._committed = time.monotonic()

    def _one(self, statement: str, values: Sequence[Any]) -> tuple[Any, ...] | None:
        """The first row that a statement gives."""
        try:
            row: tuple[Any, ...] | None = self._file.execute(statement, values).fetchone()
        except sqlite3.Error as error:
            raise self._wrong(error) from None
        return row

    def _put(self, statement: str, values: Sequence[Any]) -> None:
        try:
            self._file.execute(statement, values)
            if time.monotonic() - self._committed > _COMMIT_EVERY_S:
                self._file.commit()
                self._committed = time.monotonic()
        except sqlite3.Error as error:
            raise self._wrong(error) from None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        try:
            self._file.commit()
        except sqlite3.Error as failed:
            if error is None:
                raise self._wrong(failed) from None
        finally:
            self._file.close()

    def _wrong(self, error: Exception) -> StoreError:
        return StoreError(f"{self.path}: {self.what} cannot be kept here: {error}")


def model_key(bundle: Bundle) -> str:
    """What a model's answers depend on: the model and how it is fed, not its thresholds or its name."""
    card = bundle.card
    fed = {"model": card.sha256, "input": asdict(card.input), "outputs": dict(card.outputs)}
    return hashlib.sha256(json.dumps(fed, sort_keys=True).encode()).hexdigest()
