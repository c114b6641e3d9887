"""What becomes of a data set when answers are merged into it."""

from __future__ import annotations

import json
import shutil
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from shopthelook.datasets.errors import DataError

CHANGES_FILE = "changes.jsonl"


@dataclass(slots=True)
class Merged:
    """What a merge did: changes by action, and the ids of suspects that were left out, with the reason."""

    folder: Path
    changes: Counter[str] = field(default_factory=Counter)
    left_out: dict[str, str] = field(default_factory=dict)


def fresh_partial(out: Path) -> Path:
    """Make the empty folder ``OUT.partial``. Raises `DataError` where ``out`` exists."""
    if out.exists():
        raise DataError(f"{out} exists already; name another folder, or delete it first")
    partial = out.with_name(out.name + ".partial")
    shutil.rmtree(partial, ignore_errors=True)
    partial.mkdir(parents=True)
    return partial


def write_changes(folder: Path, changes: Iterable[Mapping[str, Any]]) -> None:
    """Write what changed to ``changes.jsonl``, a line each."""
    lines = (json.dumps(change, ensure_ascii=False) + "\n" for change in changes)
    (folder / CHANGES_FILE).write_text("".join(lines), encoding="utf-8")
