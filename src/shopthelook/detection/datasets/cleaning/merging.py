"""Answers of labelers merged into a new, cleaner data set."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from shopthelook.datasets.cleaning import (
    TIED,
    Answer,
    Corners,
    Decision,
    Merged,
    decide,
    fresh_partial,
    write_changes,
)
from shopthelook.detection.datasets.cleaning.copying import place_pictures
from shopthelook.detection.datasets.cleaning.folds import digest_of, read_coco, write_labels
from shopthelook.detection.datasets.cleaning.settling import boxed, settle
from shopthelook.detection.datasets.cleaning.suspect import Suspect
from shopthelook.detection.datasets.dataset import COCO_FILES, DataSet

__all__ = ["Merged", "merge"]

_SLACK = 0.02  # pixels: what rounding to hundredths does to a box


def merge(
    data: DataSet,
    answers: Sequence[Answer[Suspect]],
    out: Path,
    progress: Callable[[int, int], None] = lambda *_: None,
) -> Merged:
    """Write the data set ``out``: ``data`` with what most labelers answered, and what changed in ``changes.jsonl``.

    Ties, answers about boxes that are not there (any more), labels that the data set lacks and answers that contradict
    each other about one box are left out, and the rest is merged. Boxes that nobody changed, and all else that the
    COCO file holds, stay as they are. Pictures are linked where the file system can, else copied; those that lie
    outside of the folder are named where they are. Raises `DataError` when ``out`` exists or a picture is missing.
    """
    whole = read_coco(data)
    decisions, ties = decide(answers)
    merged = Merged(out, left_out={one.id: TIED for one in ties})
    before = boxed(whole)
    changes = _Boxes(data, whole).change(decisions, merged)
    settle(whole, before)
    partial = fresh_partial(out)
    place_pictures(data, whole, partial, progress)
    whole["info"] = {
        **(whole.get("info") or {}),
        "cleaned": {"from": data.name, "answers": len(answers), "changes": dict(merged.changes)},
    }
    write_changes(partial, changes)
    # The label map may follow from the folder's name, which is another one here.
    write_labels(data, partial)
    (partial / COCO_FILES[0]).write_text(json.dumps(whole, ensure_ascii=False), encoding="utf-8")
    partial.rename(out)
    return merged


class _Boxes:
    """The annotations of a COCO file, found by picture, box and label."""

    def __init__(self, data: DataSet, whole: dict[str, Any]) -> None:
        self.data, self.whole = data, whole
        self.names = {entry["name"]: entry["id"] for entry in whole["categories"]}
        self.images: dict[str, list[int | str]] = {}
        ids = {str(data.folder / image["file_name"]): image["id"] for image in whole["images"]}
        for picture in data.pictures:
            self.images.setdefault(digest_of(picture).hex(), []).append(ids[str(picture.path)])
        self.of_image: dict[int | str, list[dict[str, Any]]] = {}
        for one in whole["annotations"]:
            self.of_image.setdefault(one["image_id"], []).append(one)

    def change(self, decisions: Sequence[Decision[Suspect]], merged: Merged) -> list[dict[str, Any]]:
        """Apply decisions; returns what changed."""
        targets: dict[int, list[tuple[Decision[Suspect], dict[str, Any]]]] = {}
        changes = []
        for decision in decisions:
            suspect = decision.suspect
            if decision.label is not None and decision.label not in self.names:
                merged.left_out[suspect.id] = f"the data set has no label {decision.label!r}"
            elif suspect.sha256 not in self.images:
                merged.left_out[suspect.id] = "the data set has no such picture"
            elif decision.action == "keep" and suspect.label is None:
                merged.changes["keep"] += 1
            elif decision.action == "add":
                self._add(decision)
                changes.append(_note(decision, None, self.whole["annotations"][-1]["bbox"]))
            else:
                is_other = decision.action == "remove-other"
                box = suspect.other_box if is_other else suspect.box
                found = self._find(suspect.sha256, box, suspect.other_label if is_other else suspect.label)
                if found is None:
                    merged.left_out[suspect.id] = "the data set has no such box"
                elif decision.action == "keep" and decision.box is None:
                    merged.changes["keep"] += 1
                else:
                    targets.setdefault(id(found), []).append((decision, found))
        for some in targets.values():
            wanted = {(_plain(one), one.label, one.box) for one, _ in some}
            if len(wanted) > 1:
                reason = "answers about several suspects contradict each other about this box"
                merged.left_out |= {one.suspect.id: reason for one, _ in some}
                continue
            decision, annotation = some[0]
            before = annotation["bbox"]
            self._apply(decision, annotation)
            changes.append(
                _note(decision, before, None if _plain(decision) == "remove" else annotation["bbox"])
            )
        merged.changes.update(change["action"] for change in changes)
        return changes

    def _find(self, sha256: str, box: Corners | None, label: str | None) -> dict[str, Any] | None:
        if box is None or label not in self.names:
            return None
        for image in self.images[sha256]:
            for one in self.of_image.get(image, []):
                x, y, width, height = one["bbox"]
                apart = max(abs(a - b) for a, b in zip((x, y, x + width, y + height), box, strict=True))
                if apart <= _SLACK and one["category_id"] == self.names[label] and not one.get("iscrowd"):
                    return one
        return None

    def _apply(self, decision: Decision[Suspect], annotation: dict[str, Any]) -> None:
        if _plain(decision) == "remove":
            self.whole["annotations"] = [one for one in self.whole["annotations"] if one is not annotation]
            return
        if decision.label is not None:
            annotation["category_id"] = self.names[decision.label]
        if decision.box is not None:
            annotation |= _sides(decision.box)
            for name in ("segmentation", "guessed"):  # those were of the old box
                annotation.pop(name, None)

    def _add(self, decision: Decision[Suspect]) -> None:
        taken = [one["id"] for one in self.whole["annotations"] if isinstance(one.get("id"), int)]
        self.whole["annotations"].append(
            {
                "id": max(taken, default=0) + 1,
                "image_id": self.images[decision.suspect.sha256][0],
                "category_id": self.names[decision.label or ""],
                **_sides(decision.box or decision.suspect.box),
                "iscrowd": 0,
            }
        )


def _plain(decision: Decision[Suspect]) -> str:
    return "remove" if decision.action == "remove-other" else decision.action


def _sides(box: Corners) -> dict[str, Any]:
    x1, y1, x2, y2 = box
    width, height = round(x2 - x1, 2), round(y2 - y1, 2)
    return {"bbox": [x1, y1, width, height], "area": round(width * height, 2)}


def _note(
    decision: Decision[Suspect], before: list[float] | None, after: list[float] | None
) -> dict[str, Any]:
    """The line of ``changes.jsonl``; boxes are x, y, width, height as in the annotations."""
    is_other = decision.action == "remove-other"
    label = decision.suspect.other_label if is_other else decision.suspect.label
    return {
        "id": decision.suspect.id,
        "kind": decision.suspect.kind,
        "picture": decision.suspect.picture,
        "action": decision.action,
        "before": None if before is None else {"label": label, "bbox": before},
        "after": None if after is None else {"label": decision.label or label, "bbox": after},
        "labelers": list(decision.labelers),
        "votes": decision.votes,
    }
