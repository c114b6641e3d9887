"""Predictions kept in a file."""

import sqlite3
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from shopthelook.detection import Detections
from shopthelook.evaluation.detection import PredictionStore, StoreError
from shopthelook.evaluation.detection.store import model_key
from shopthelook.models import Bundle, open_bundle
from shopthelook.taxonomy import Taxonomy
from tests.fixtures.tiny_bundles import make_tiny_detector

CATEGORIES = [Taxonomy.builtin().get(path) for path in ("Furniture > Chairs", "Furniture > Sofas")]


def some(n: int = 3) -> Detections:
    rng = np.random.default_rng(n)
    corner = rng.uniform(0, 100, (n, 2))
    boxes = np.concatenate([corner, corner + rng.uniform(1, 50, (n, 2))], axis=1).astype(np.float32)
    labels = np.arange(n, dtype=np.int64) % 2
    return Detections(
        boxes, rng.uniform(size=n).astype(np.float32), labels, tuple(CATEGORIES[i] for i in labels)
    )


@pytest.mark.parametrize("n", [0, 1, 7])
def test_what_is_put_in_comes_out_in_another_process(tmp_path: Path, n: int) -> None:
    with PredictionStore(tmp_path / "new" / "kept.sqlite") as store:
        store.put("model", "picture", some(n))
        assert store.get("model", "other", CATEGORIES) is None
        assert store.get("other", "picture", CATEGORIES) is None
    with PredictionStore(tmp_path / "new" / "kept.sqlite") as store:
        got = store.get("model", "picture", CATEGORIES)
    assert got is not None
    for name in ("boxes", "scores", "labels"):
        mine, put = getattr(got, name), getattr(some(n), name)
        assert mine.dtype == put.dtype
        assert (mine == put).all()
    assert got.categories == some(n).categories


def test_what_is_done_is_kept_after_a_stop(tmp_path: Path) -> None:
    def stopped() -> None:
        with PredictionStore(tmp_path / "kept.sqlite") as store:
            store.put("model", "picture", some())
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        stopped()
    with PredictionStore(tmp_path / "kept.sqlite") as store:
        assert store.get("model", "picture", CATEGORIES) is not None


def test_files_that_are_none(tmp_path: Path) -> None:
    (tmp_path / "text").write_text("this is no database, and long enough to be looked at as one" * 20)
    with pytest.raises(StoreError, match="text: predictions cannot be kept here: file is not a database"):
        PredictionStore(tmp_path / "text")
    (tmp_path / "folder").mkdir()
    with pytest.raises(StoreError, match="folder: predictions cannot be kept here"):
        PredictionStore(tmp_path / "folder")
    with pytest.raises(StoreError, match="cannot be kept here"):
        PredictionStore(tmp_path / "text" / "below")
    with sqlite3.connect(tmp_path / "newer") as file:
        file.execute("PRAGMA user_version = 99")
    with pytest.raises(StoreError, match="newer was written by another version of the package; delete it"):
        PredictionStore(tmp_path / "newer")


def test_a_key_is_of_the_model_and_its_input_alone(tmp_path: Path) -> None:
    bundle = open_bundle(make_tiny_detector(tmp_path))
    card = bundle.card
    other = {
        "thresholds": replace(
            card, threshold=0.9, labels=tuple(replace(x, threshold=0.9) for x in card.labels)
        ),
        "name": replace(card, name="other", version="7"),
        "input": replace(card, input=replace(card.input, resize=replace(card.input.resize, shorter=64))),
        "model": replace(card, sha256="0" * 64),
    }
    same = {name: model_key(Bundle(bundle.path, one)) == model_key(bundle) for name, one in other.items()}
    assert same == {"thresholds": True, "name": True, "input": False, "model": False}
