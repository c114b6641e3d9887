"""Embedders on painted rooms: what the detector cuts out, what is found, and what is kept."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from shopthelook.embedding import Embedder
from shopthelook.embedding.views import ViewSet, cut, load, load_whole
from shopthelook.evaluation.detection.predicting import MeasuredDetector
from shopthelook.evaluation.embedding import Evaluation, LookStore, Way, ask, evaluate
from shopthelook.evaluation.embedding.crops import Crop, find
from shopthelook.evaluation.embedding.looks import MeasuredEmbedder
from shopthelook.models import open_bundle
from tests.fixtures.tiny_bundles import make_tiny_embedder

DETECTED = Way("detector", "detector")
GIVEN = Way("given", "label")


@pytest.fixture(scope="module")
def evaluation(
    tmp_path_factory: pytest.TempPathFactory,
    tiny_detector: Path,
    room_views: ViewSet,
    other_views: ViewSet,
) -> Evaluation:
    folder = tmp_path_factory.mktemp("two")
    bundles = [
        open_bundle(make_tiny_embedder(folder, 64, "first")),
        open_bundle(make_tiny_embedder(folder, 512, "second")),
    ]
    asked = ask([room_views], "all", [other_views])
    return evaluate(bundles, asked, detector=open_bundle(tiny_detector), replicates=100)


def test_the_detector_cuts_out_what_it_finds(tiny_detector: Path, room_views: ViewSet) -> None:
    scenes = [view for view in room_views.views if view.role == "scene"]
    found = find(MeasuredDetector(open_bundle(tiny_detector)), scenes)
    empty = [view.box == (200, 140, 300, 230) for view in scenes]
    assert found.missed.tolist() == empty
    assert sum(empty) == 3
    for view, crop, category in zip(scenes, found.crops, found.categories, strict=True):
        if crop is None:
            assert category == -1
            continue
        assert crop.box == pytest.approx((50, 40, 110, 100), abs=2)
        assert category == view.category
        np.testing.assert_array_equal(crop.pixels(), cut(load_whole(view), crop.box))


def test_figures(evaluation: Evaluation) -> None:
    [one] = evaluation.measured
    asked = one.benchmark
    assert (len(asked.queries), len(asked.corpus), asked.distractors) == (12, 21, 12)
    assert one.found is not None
    missed = one.found.missed
    for answers in one.answers:
        for way in one.ways:
            for code in ("binary", "float"):
                got = answers[way, code]
                if way.crops == "detector":
                    assert all((values[missed] == 0).all() for values in got.scores.values())
                    assert (got.ranked.hits[missed] == -1).all()
                within = [
                    hit < 0 or asked.corpus[hit].category == view.category
                    for view, hits in zip(asked.queries, got.ranked.hits, strict=True)
                    for hit in hits
                ]
                assert all(within) == (way.within != "everything")
    # The stripes are in the same places of the room's thing and of its picture.
    seen = one.answers[1][DETECTED, "float"].scores["p@1"]
    assert seen[~missed].all()
    assert one.draws.interval(seen).value == pytest.approx(9 / 12)


def test_figures_for_programs(evaluation: Evaluation) -> None:
    told = json.loads(json.dumps(evaluation.as_dict()))
    assert [one["name"] for one in told["embedders"]] == ["first@1", "second@1"]
    assert told["detector"].startswith("tiny-detector@1:")
    [data] = told["benchmarks"]
    assert (data["queries"], data["missed_by_detector"], data["distractors"]) == (12, 3, 12)
    assert len(data["results"]) == 2 * 5
    last = data["results"][5]
    assert (last["embedder"], last["crops"], last["within"]) == ("second@1", "detector", "detector")
    assert set(last["binary"]) == {"p@1", "p@5", "recall@5", "recall@10", "mrr"}
    assert set(last["better_than_first"]) == {"value", "low", "high", "p", "won", "lost"}


def test_given_boxes_alone(tiny_embedder: Path, tiny_detector: Path, room_views: ViewSet) -> None:
    bundle, asked = open_bundle(tiny_embedder), ask([room_views], "all")
    alone = evaluate([bundle], asked, replicates=10)
    assert alone.detector is None
    assert [way.crops for way in alone.measured[0].ways] == ["given", "given"]
    only = evaluate([bundle], asked, detector=open_bundle(tiny_detector), given=False, replicates=10)
    assert {way.crops for way in only.measured[0].ways} == {"detector"}


def test_codes_are_computed_once(
    tmp_path: Path, tiny_embedder: Path, room_views: ViewSet, monkeypatch: pytest.MonkeyPatch
) -> None:
    embedded: list[int] = []
    embed = Embedder.embed

    def counting(self: Embedder, pictures: list[np.ndarray]) -> object:
        embedded.append(len(pictures))
        return embed(self, pictures)

    monkeypatch.setattr(Embedder, "embed", counting)
    bundle, crops = open_bundle(tiny_embedder), [Crop(view) for view in room_views.views]
    with LookStore(tmp_path / "kept" / "looks.sqlite") as store:
        first = MeasuredEmbedder(bundle, store).look([*crops[:8], *crops[:4]])
        assert sum(embedded) == 8
        MeasuredEmbedder(bundle, store).look(crops)
        assert sum(embedded) == len(crops)
    with LookStore(tmp_path / "kept" / "looks.sqlite") as store:
        ticks: list[int] = []
        again = MeasuredEmbedder(bundle, store).look(crops, ticks.append)
        other = open_bundle(make_tiny_embedder(tmp_path, 128, "other"))
        assert sum(embedded) == len(crops) == sum(ticks)
        assert MeasuredEmbedder(other, store).look(crops).floats.shape == (len(crops), 128)
        assert sum(embedded) == 2 * len(crops)
    np.testing.assert_array_equal(again.floats[:8], first.floats[:8])
    np.testing.assert_array_equal(first.floats[8:], first.floats[:4])
    direct = embed(Embedder(bundle), [load(crop.view) for crop in crops])
    np.testing.assert_allclose(again.floats, direct.floats, atol=1e-5)
    np.testing.assert_array_equal(again.codes, direct.codes)
    np.testing.assert_allclose(again.category_scores, direct.category_scores, atol=1e-5)


def test_crops_with_other_pixels_have_other_keys(room_views: ViewSet) -> None:
    view = room_views.views[1]
    keys = [Crop(one).key for one in room_views.views]
    assert len(set(keys)) == len(keys)
    assert Crop(view, (1, 2, 30, 40)).key not in keys
    # A detector's box that is the given one is the same crop.
    assert view.box is not None
    assert Crop(view, view.box).key == Crop(view).key
