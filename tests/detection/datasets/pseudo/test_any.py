"""Whatever a data set says is known, a detector's boxes leave it known, and are of nothing that was."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.evaluation.detection.painted import Painted, write

from shopthelook.detection import Detector
from shopthelook.detection.datasets import open_data, read_scenes
from shopthelook.detection.datasets.checking import check
from shopthelook.detection.datasets.pseudo import Rules, pseudo_label
from shopthelook.models import open_bundle

CHAIR, SOFA, TABLE = (0, 20, 30, 120, 190), (1, 160, 30, 300, 90), (2, 160, 100, 300, 190)
# Names of the data set: some are those of the detector's labels, some mean the same, one means nothing.
LABELS = "chairs\tFurniture > Chairs\nstool\tFurniture > Chairs\ncouch\tFurniture > Sofas\n"
LABELS += "Tables\tFurniture > Tables\nrug\tRugs\nsun\t\n"
N = 6
SOME = st.sets(st.integers(0, N - 1))
IMAGE = st.fixed_dictionaries({"boxed": SOME, "partial": SOME, "absent": SOME | st.none()})


@pytest.fixture(scope="module")
def painted(tmp_path_factory: pytest.TempPathFactory) -> Path:
    paint = [(CHAIR, SOFA), (CHAIR, TABLE), (SOFA,), ()]
    return write(tmp_path_factory.mktemp("any") / "set", [Painted(one, ()) for one in paint], "train")


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    said=st.lists(IMAGE, min_size=4, max_size=4), present_only=st.booleans(), sure=st.sampled_from([0.4, 1.0])
)
def test_any_data_set(
    painted: Path, tiny_detector: Path, said: list[dict[str, Any]], present_only: bool, sure: float
) -> None:
    file, out = painted / "annotations.json", painted.parent / "out"
    shutil.rmtree(out, ignore_errors=True)
    whole = json.loads(file.read_text())
    whole["categories"] = [
        {"id": i, "name": line.split("\t")[0]} for i, line in enumerate(LABELS.splitlines())
    ]
    whole["annotations"] = []
    for image, one in zip(whole["images"], said, strict=True):
        absent = None if one["absent"] is None else sorted(one["absent"] - one["boxed"])
        image |= {"neg_category_ids": absent, "not_exhaustive_category_ids": sorted(one["partial"])}
        for label in one["boxed"]:
            box = {"image_id": image["id"], "category_id": label, "bbox": [40 * label, 200, 30, 30]}
            whole["annotations"] += [box] * 2
    file.write_text(json.dumps(whole))
    (painted / "labels.tsv").write_text(LABELS)
    data = open_data(painted)
    done = pseudo_label(
        data, Detector(open_bundle(tiny_detector)), out, Rules(0.35, sure, present_only, False)
    )

    made, added = open_data(out), 0
    assert all(one.is_federated for one in made.pictures)
    assert not [problem for problem in check([made]) if problem.kind == "absent-box"]
    for old, new in zip(data.pictures, made.pictures, strict=True):
        np.testing.assert_array_equal(new.boxes[: len(old.boxes)], old.boxes)
        names = [made.names[label] for label in new.labels]
        assert names[: len(old.boxes)] == [data.names[label] for label in old.labels]
    for before, after in zip(read_scenes(data), read_scenes(made), strict=True):
        assert (after.known | ~before.known).all()
        new_labels = after.labels[len(after.labels) - (n := _added(made, after.path)) :]
        assert not before.known[new_labels].any()
        added += n
    assert added == done.boxes.total()


def _added(made: Any, path: Path) -> int:
    """How many boxes of a picture are the detector's."""
    whole = json.loads((made.folder / "annotations.json").read_text())
    (key,) = [image["id"] for image in whole["images"] if made.folder / image["file_name"] == path]
    return sum(one["image_id"] == key and "score" in one for one in whole["annotations"])
