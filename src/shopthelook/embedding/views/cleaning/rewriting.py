"""The rows of a set of views while answers change them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from shopthelook.datasets.cleaning import Decision, sha256_of
from shopthelook.embedding.views.cleaning.suspect import Shown, ViewSuspect
from shopthelook.embedding.views.rows import Row, split_mask
from shopthelook.embedding.views.view import View
from shopthelook.embedding.views.viewset import ViewSet

_SLACK = 0.02  # pixels: what rounding to hundredths does to a box


class Rewriting:
    """Rows, found by what suspects say of their views."""

    def __init__(self, data: ViewSet, rows: list[Row]) -> None:
        self._folder, self._views = data.folder, data.views
        self._rows, self._gone = list(rows), set[int]()
        self._of_picture: dict[str, list[int]] = {}
        digests: dict[Path, str] = {}
        for i, view in enumerate(data.views):
            if view.path not in digests:
                digests[view.path] = sha256_of(view.path).hex()
            self._of_picture.setdefault(digests[view.path], []).append(i)

    def rows(self) -> list[Row]:
        """The rows that are left."""
        return [row for i, row in enumerate(self._rows) if i not in self._gone]

    def renamed(self, row: Row, names: Mapping[Path, str]) -> Row:
        """The row with its files called as ``names`` says."""
        mask = row.mask
        if mask:
            file, value = split_mask(mask)
            mask = f"{names[self._folder / file]}#{value}"
        return replace(row, picture=names[self._folder / row.picture], mask=mask)

    def lacks(self, suspect: ViewSuspect, action: str) -> str | None:
        """Why an answer cannot be applied, None where it can."""
        others = [suspect.other] if suspect.other and action in ("join", "remove-other") else []
        for one in (suspect.view, *others):
            if one.sha256 not in self._of_picture:
                return "the data set has no such picture"
            try:
                self._find(one)
            except LookupError:
                return "the data set has no such view"
        return None

    def targets(self, decision: Decision[ViewSuspect]) -> Iterator[tuple[object, object]]:
        """What a decision changes, and how; two that change one thing in two ways contradict each other."""
        suspect, action = decision.suspect, decision.action
        i = self._place(suspect, action)
        if action in ("remove", "remove-other"):
            yield i, "remove"
        elif action == "apart" or decision.box is not None:
            yield i, (action, decision.box)
        if action == "relabel":
            yield ("category", suspect.view.instance or i), decision.label
        if action == "join":  # three instances of one thing are one: joining contradicts no joining
            yield ("join", suspect.id), action

    def apply(self, decision: Decision[ViewSuspect]) -> tuple[dict[str, Any], dict[str, Any] | None]:
        """Change the rows; returns what the view was and is, None where it is gone."""
        suspect, action = decision.suspect, decision.action
        i = self._place(suspect, action)
        before = _said(self._rows[i])
        if action in ("remove", "remove-other"):
            self._gone.add(i)
            return before, None
        if action == "apart":
            # Its group stays, for its split must.
            self._rows[i] = replace(self._rows[i], instance="", group=_group(self._rows[i]))
        elif action == "relabel":
            name = self._rows[i].instance
            for k, row in enumerate(self._rows):
                if k == i or (name and row.instance == name):
                    self._rows[k] = replace(row, category=decision.label or "")
        elif action == "join" and suspect.other is not None:
            self._join(self._rows[i], self._rows[self._find(suspect.other)])
        if decision.box is not None:
            self._rows[i] = replace(self._rows[i], box=decision.box)
        return before, _said(self._rows[i])

    def _join(self, one: Row, other: Row) -> None:
        """Have all views of one row's instance show the other's; what was in one split stays so."""
        name, group = one.instance, _group(one)
        for k, row in enumerate(self._rows):
            if row.instance == name or _group(row) == group:
                instance = other.instance if row.instance == name else row.instance
                self._rows[k] = replace(row, instance=instance, group=_group(other))

    def _place(self, suspect: ViewSuspect, action: str) -> int:
        return self._find(suspect.other if action == "remove-other" and suspect.other else suspect.view)

    def _find(self, shown: Shown) -> int:
        """The row of a view; raises `LookupError`."""
        for i in self._of_picture[shown.sha256]:
            view = self._views[i]
            if (view.role, view.instance) == (shown.role, shown.instance) and _is_at(view, shown):
                return i
        raise LookupError(shown.place)


def _is_at(view: View, shown: Shown) -> bool:
    if (None if view.mask is None else view.mask[1]) != shown.mask:
        return False
    if view.box is None or shown.box is None:
        return view.box is shown.box
    return max(abs(a - b) for a, b in zip(view.box, shown.box, strict=True)) <= _SLACK


def _group(row: Row) -> str:
    return row.group or row.instance


def _said(row: Row) -> dict[str, Any]:
    return {
        "instance": row.instance or None,
        "category": row.category or None,
        "box": None if row.box is None else list(row.box),
    }
