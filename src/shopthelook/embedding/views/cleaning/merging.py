"""Answers of labelers merged into a new, cleaner set of views."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from shopthelook.datasets.cleaning import (
    TIED,
    Answer,
    Decision,
    Merged,
    copy_pictures,
    decide,
    fresh_partial,
    write_changes,
)
from shopthelook.embedding.views.cleaning.folds import rows_of
from shopthelook.embedding.views.cleaning.rewriting import Rewriting
from shopthelook.embedding.views.cleaning.suspect import ViewSuspect
from shopthelook.embedding.views.rows import split_mask
from shopthelook.embedding.views.viewset import ViewSet
from shopthelook.embedding.views.writing import write_views

_ORDER = ("relabel", "join", "apart", "keep", "remove", "remove-other")
_CONTRADICTED = "answers about several suspects contradict each other about this view"


def merge(
    data: ViewSet,
    answers: Sequence[Answer[ViewSuspect]],
    out: Path,
    progress: Callable[[int, int], None] = lambda *_: None,
) -> Merged:
    """Write the set of views ``out``: ``data`` with what most labelers answered, and what changed in ``changes.jsonl``.

    Ties, answers about views that are not there (any more) and answers that contradict each other about one view or
    instance are left out, and the rest is merged. All else stays as it was: a view that is no match any more keeps its
    group, so its split; instances that are joined get one group. Pictures are linked where the file system can, else
    copied; those that lie outside of the folder are named where they are. Raises `DataError` when ``out`` exists or a
    picture is missing.
    """
    partial = fresh_partial(out)
    decisions, ties = decide(answers)
    merged = Merged(out, left_out={one.id: TIED for one in ties})
    rewriting = Rewriting(data, rows_of(data))
    changes = _change(rewriting, decisions, merged)
    rows = rewriting.rows()
    files = {data.folder / row.picture for row in rows}
    files |= {data.folder / split_mask(row.mask)[0] for row in rows if row.mask}
    names = copy_pictures(sorted(files), data.folder, partial, progress)
    cleaned = {"from": data.name, "answers": len(answers), "changes": dict(merged.changes)}
    write_views(
        partial,
        [rewriting.renamed(row, names) for row in rows],
        data.description,
        data.licence,
        {"cleaned": cleaned},
    )
    write_changes(partial, changes)
    partial.rename(out)
    return merged


def _change(
    rewriting: Rewriting, decisions: Sequence[Decision[ViewSuspect]], merged: Merged
) -> list[dict[str, Any]]:
    """Apply decisions; returns what changed."""
    targets: dict[object, list[tuple[Decision[ViewSuspect], object]]] = {}
    applied = []
    for decision in decisions:
        reason = rewriting.lacks(decision.suspect, decision.action)
        if reason is not None:
            merged.left_out[decision.suspect.id] = reason
        elif decision.action == "keep" and decision.box is None:
            merged.changes["keep"] += 1
        else:
            applied.append(decision)
            for target, state in rewriting.targets(decision):
                targets.setdefault(target, []).append((decision, state))
    for some in targets.values():
        if len({state for _, state in some}) > 1:
            merged.left_out |= {decision.suspect.id: _CONTRADICTED for decision, _ in some}
    changes = []
    # Of an instance that is relabelled and joined, all views that it has now get the label.
    for decision in sorted(applied, key=lambda one: _ORDER.index(one.action)):
        if decision.suspect.id not in merged.left_out:
            changes.append(_note(decision, *rewriting.apply(decision)))
    merged.changes.update(change["action"] for change in changes)
    return changes


def _note(
    decision: Decision[ViewSuspect], before: dict[str, Any], after: dict[str, Any] | None
) -> dict[str, Any]:
    """The line of ``changes.jsonl``; ``after`` is None where the view is gone."""
    suspect = decision.suspect
    other = suspect.other if decision.action == "remove-other" else None
    return {
        "id": suspect.id,
        "kind": suspect.kind,
        "picture": (other or suspect.view).picture,
        "action": decision.action,
        "before": before,
        "after": after,
        "labelers": list(decision.labelers),
        "votes": decision.votes,
    }
