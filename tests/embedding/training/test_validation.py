"""What is asked of an embedder while it is trained, on embeddings whose answers are known."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from shopthelook.embedding.training.recipe import Task
from shopthelook.embedding.training.run import Sources
from shopthelook.embedding.training.targets import Target
from shopthelook.embedding.training.validation import Seen, Trial, contact_sheet, evenly, figures, look
from shopthelook.embedding.views import View, open_views
from tests.embedding.training.recipes import tiny


def view(instance: str, role: str, name: str = "") -> View:
    picture = f"{instance}-{role}-{name}"
    return View(Path(picture), picture, "s", instance or None, role, 443, "val", instance)  # type: ignore[arg-type]


def test_scenes_ask_and_products_answer() -> None:
    views = [view(f"{n}", role) for n in range(20) for role in ("scene", "product")] + [view("x", "scene")]
    trial = Trial.choose({"things": views}, 5, 12)
    assert len(trial.queries) == 5
    assert {one.role for one in trial.queries} == {"scene"}
    assert len(trial.gallery) == 12
    assert {one.role for one in trial.gallery} == {"product"}
    assert {one.instance for one in trial.queries} <= {one.instance for one in trial.gallery}
    assert len(set(map(id, trial.views))) == len(trial.views) == len(trial.names)
    assert trial == Trial.choose({"things": views}, 5, 12)


def test_where_no_product_answers_each_view_is_left_out() -> None:
    views = [view("a", "product", "1"), view("a", "product", "2"), view("b", "product"), view("", "product")]
    trial = Trial.choose({"things": views}, 5, 12)
    assert [one.picture for one in trial.queries] == ["a-product-1", "a-product-2"]
    rows = {"embedding": np.eye(4, 64, dtype=np.float32) - 0.5}
    rows["embedding"][1] = rows["embedding"][0]
    seen = Seen(trial, rows)
    assert np.isinf(seen.distances(True)).sum() == 2
    assert seen.precision_at_1(True) == seen.precision_at_1(False) == 1


def test_p_at_1_by_hand() -> None:
    scenes, products = ([view(name, role) for name in "abc"] for role in ("scene", "product"))
    trial = Trial(tuple(scenes), tuple(products), (*scenes, *products), ("s",) * 6)
    corner = np.eye(3, 64, dtype=np.float32) * 2 - 0.1
    asked = corner.copy()
    asked[2] = corner[0]  # c looks like a
    assert figures(Seen(trial, {"embedding": np.concatenate([asked, corner])}), ()) == pytest.approx(
        {"P@1": 2 / 3, "P@1 floats": 2 / 3}
    )


def test_floats_may_know_what_bits_do_not() -> None:
    scenes, products = ([view(name, role) for name in "ab"] for role in ("scene", "product"))
    trial = Trial(tuple(scenes), tuple(products), (*scenes, *products), ("s",) * 4)
    rows = np.ones((4, 64), np.float32)
    rows[[1, 3], 0] = 50.0  # the same signs
    seen = Seen(trial, {"embedding": rows})
    assert (seen.precision_at_1(True), seen.precision_at_1(False)) == (0.5, 1.0)


def test_heads_are_right_where_something_is_known() -> None:
    views = tuple(view(name, "scene") for name in "abcd")
    known = [
        View(**{**_fields(one), "labels": labels})
        for one, labels in zip(
            views, ({"color": "Red"}, {"color": "Blue"}, {}, {"color": "Mauve"}), strict=True
        )
    ]
    target = Target(Task("attribute", label="color"), ("Blue", "Red"), 1.0)
    scores = np.array([[0.2, 0.8], [0.4, 0.6], [1, 0], [1, 0]], np.float32)
    seen = Seen(Trial((), (), tuple(known), ("s",) * 4), {"embedding": np.ones((4, 64)), "color": scores})
    assert figures(seen, (target,)) == {"color": 0.5}
    judged = seen.judged(target)
    np.testing.assert_allclose(judged[0], [0.8, 0.6])
    assert judged[1].tolist() == [True, False]


def _fields(one: View) -> dict[str, object]:
    return {name: getattr(one, name) for name in View.__slots__}


def test_a_sheet_of_queries_and_what_is_nearest(things: Path) -> None:
    trial = Trial.choose({"things": open_views(things).views}, 3, 9)

    def embed(pictures: Sequence[NDArray[np.uint8]]) -> dict[str, NDArray[np.float32]]:
        small = np.stack([one[:8, :8].mean(axis=2).ravel() for one in pictures])
        return {"embedding": (small - small.mean()).astype(np.float32)}

    told: list[tuple[int, int]] = []
    seen = look(embed, trial, lambda *done: told.append(done))
    assert told[-1] == (len(trial.views), len(trial.views))
    sheet = contact_sheet(seen)
    assert sheet.shape == (3 * 96, 6 * 96, 3)
    frames = {tuple(sheet[y * 96 + 1, x * 96 + 1]) for y in range(3) for x in range(6)}
    assert frames <= {(0x70,) * 3, (0x2E, 0x8B, 0x57), (0xC0, 0x39, 0x2B)}
    assert contact_sheet(Seen(Trial((), (), (), ()), {})).size == 0


def test_the_views_of_a_run_are_of_the_split_to_validate_on(things: Path) -> None:
    recipe = tiny()
    data = Sources.read(recipe, {"things": things}).training_data(recipe)
    assert {one.split for one in data.trial.views} == {"val"}
    assert data.trial.queries


def test_evenly() -> None:
    assert evenly(range(10), 20) == list(range(10))
    assert evenly(range(10), 4) == [0, 2, 5, 7]
    assert evenly(range(10), 0) == []
