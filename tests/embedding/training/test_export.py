"""Bundles do what PyTorch does, on real pictures, and say what they are made of."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import onnx
import pytest
import torch
from transformers import SiglipConfig, SiglipModel

from shopthelook import images
from shopthelook.embedding import Embedder
from shopthelook.embedding.training import export
from shopthelook.embedding.training.export import Trained, differences, export_bundle, least_score, to_onnx
from shopthelook.embedding.training.loop import Predictor
from shopthelook.embedding.training.network import Deployed
from shopthelook.embedding.training.recipe import Recipe, Task
from shopthelook.embedding.training.run import Sources, build, run
from shopthelook.embedding.training.targets import Target
from shopthelook.embedding.training.validation import Seen, Trial
from shopthelook.embedding.views import View
from shopthelook.errors import ShopError
from shopthelook.models import open_bundle, verify
from shopthelook.models.card import DataUse, Head
from tests.embedding.training.recipes import tiny

DEMO = Path(__file__).parents[3] / "demo"
LITE = (
    'backbone = "mobilenetv3_small_050"\nweights = "none"',
    'backbone = "efficientnet-lite0"\npooled = "stages"',
)
PHOTOS = [images.read(path) for path in sorted((DEMO / "products").glob("*.webp"))[:6]]


def untrained(recipe: Recipe, things: Path) -> Trained:
    sources = Sources.read(recipe, {"things": things})
    torch.manual_seed(0)
    built, backbone = build(recipe, sources.targets)
    built.model.eval()
    data = sources.training_data(recipe)
    learnt = [view for group in data.groups for view in group]
    uses = (DataUse("things", "CC0", 3),)
    return Trained(built, backbone.described, uses, sources.targets, data.trial, learnt)


@pytest.mark.parametrize("rotation", ["none", "itq"])
def test_the_bundle_computes_what_pytorch_does(things: Path, tmp_path: Path, rotation: str) -> None:
    recipe = tiny(
        LITE,
        ("bits = 64", f'bits = 128\nrotation = "{rotation}"'),
    )
    trained = untrained(recipe, things)
    card = export_bundle(trained, recipe, tmp_path / "My Embedder")
    bundle = open_bundle(tmp_path / "My Embedder", "embedder")
    assert verify(bundle) == []
    assert (card.name, card.bits, card.input.resize.side, card.input.resize.size) == (
        "my-embedder",
        128,
        32,
        36,
    )
    found = Embedder(bundle).embed(PHOTOS)
    ours = Predictor(trained.built, recipe.picture, torch.device("cpu"))(PHOTOS)
    turn = export._rotation(trained, recipe)
    wanted = ours["embedding"] if turn is None else ours["embedding"] @ turn.numpy().T
    assert ((found.floats > 0) == (wanted > 0)).mean() >= 0.99  # of fewer pictures than the export looks at
    np.testing.assert_allclose(found.category_scores, ours["category"], atol=0.02)
    assert set(found.heads) == {"gender", "color"}
    for name, scores in found.heads.items():
        np.testing.assert_allclose(scores, ours[name], atol=0.02)


def test_weights_are_stored_as_halves_where_the_bits_stay(
    things: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    trained = untrained(tiny(LITE), things)
    export_bundle(trained, tiny(LITE), tmp_path / "halves")
    weights = onnx.load(tmp_path / "halves/model.onnx").graph.initializer
    assert sum(np.prod(w.dims) for w in weights if w.data_type == onnx.TensorProto.FLOAT16) > 500_000
    # Where a rounded weight would turn too many bits, nothing is rounded.
    real = export.store_weights_as_float16

    def spoil(model: onnx.ModelProto) -> onnx.ModelProto:
        real(model)
        for weight in model.graph.initializer:
            if weight.data_type == onnx.TensorProto.FLOAT16:
                weight.raw_data = (np.frombuffer(weight.raw_data, np.float16) * np.float16(-1)).tobytes()
        return model

    monkeypatch.setattr(export, "store_weights_as_float16", spoil)
    export_bundle(trained, tiny(LITE), tmp_path / "whole")
    weights = onnx.load(tmp_path / "whole/model.onnx").graph.initializer
    assert not any(w.data_type == onnx.TensorProto.FLOAT16 for w in weights)


def test_a_bundle_that_does_something_else_is_noticed(
    things: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    recipe = tiny()
    trained = untrained(recipe, things)
    export_bundle(trained, recipe, tmp_path / "bundle")
    predict = Predictor(trained.built, recipe.picture, torch.device("cpu"))
    deployed = Deployed(trained.built.model).eval()
    assert differences(tmp_path / "bundle", deployed, predict, PHOTOS) == ""
    with torch.no_grad():
        deployed.bits.weight.neg_()
        deployed.bits.bias.neg_()
    assert "of the bits of 6 pictures are the same" in differences(
        tmp_path / "bundle", deployed, predict, PHOTOS
    )
    monkeypatch.setattr(export, "to_onnx", lambda _, side: to_onnx(deployed, side))
    with pytest.raises(
        ShopError, match="not written, for the exported model does not do what the trained one"
    ):
        export_bundle(trained, recipe, tmp_path / "other")
    assert not (tmp_path / "other").exists()


def test_a_run_ends_in_a_bundle_that_says_what_it_is(things: Path, tmp_path: Path) -> None:
    outcome = run(tiny(), {"things": things}, tmp_path / "run", tmp_path / "bundle", "cpu")
    card = outcome.card
    assert card is not None
    assert card == open_bundle(tmp_path / "bundle").card
    assert [label.category_id for label in card.labels] == [443, 460]
    assert [(head.name, head.labels, head.within) for head in card.heads] == [
        ("gender", ("female", "male"), ()),
        ("color", ("Blue", "Green", "Red"), ("Furniture",)),  # it knows nothing of what it has not seen
    ]
    assert list(card.outputs) == ["embedding", "category", "gender", "color"]
    assert card.data[-1].name == "things"
    assert card.data[-1].licence == "CC0"
    assert "color: left out, with fewer than 5 training views: Mauve (3)." in card.provenance
    assert '"kind": "instance"' in card.provenance
    measured = {one.name: one for one in card.metrics}
    assert list(measured) == [
        "P@1",
        "P@1 floats",
        "category: accuracy",
        "gender: accuracy",
        "color: accuracy",
    ]
    assert all(one.split == "val" and one.n and 0 <= one.value <= 1 for one in card.metrics)


@pytest.mark.parametrize("frozen", [True, False])
def test_a_small_siglip_goes_the_same_way(things: Path, tmp_path: Path, frozen: bool) -> None:
    vision = {"hidden_size": 32, "intermediate_size": 48, "num_hidden_layers": 2, "num_attention_heads": 2}
    text = {"hidden_size": 16, "intermediate_size": 16, "num_hidden_layers": 1, "num_attention_heads": 2}
    torch.manual_seed(0)
    config = SiglipConfig(
        text_config={**text, "vocab_size": 50}, vision_config={**vision, "image_size": 32, "patch_size": 16}
    )
    SiglipModel(config).save_pretrained(tmp_path / "siglip")
    backbone = (
        f'backbone = "transformers"\nweights = "{tmp_path / "siglip"}"\nfrozen = {str(frozen).lower()}\n'
    )
    recipe = tiny(('backbone = "mobilenetv3_small_050"\nweights = "none"\n', backbone))
    outcome = run(recipe, {"things": things}, tmp_path / "run", tmp_path / "bundle", "cpu")
    assert outcome.card is not None
    assert "the picture tower of siglip (siglip)" in outcome.card.provenance
    assert outcome.card.data[0] == DataUse("what siglip was learnt from", "as its model card states")
    assert verify(open_bundle(tmp_path / "bundle")) == []
    state = torch.load(tmp_path / "run/best.pt", weights_only=True)["model"]
    start = SiglipModel.from_pretrained(tmp_path / "siglip").vision_model.state_dict()
    stayed = [torch.equal(state[f"body.tower.{name}"], value) for name, value in start.items()]
    assert all(stayed) if frozen else not all(stayed)


def judged(scores: list[float], right: list[bool]) -> tuple[Seen, Target]:
    """A head "color" with these scores of its answers."""
    target = Target(Task("attribute", label="color"), ("Blue", "Red"), 1.0)
    views = tuple(
        View(
            Path("x"), f"{i}", "s", None, "scene", -1, "val", "g", labels={"color": "Red" if one else "Blue"}
        )
        for i, one in enumerate(right)
    )
    rows = np.array([[1 - score, score] for score in scores], np.float32)
    return Seen(Trial((), (), views, ("s",) * len(views)), {"color": rows}), target


def test_heads_say_nothing_where_they_would_often_be_wrong() -> None:
    sure = [(0.9, True)] * 30 + [(0.6, False)] * 20
    assert least_score(*judged(*map(list, zip(*sure, strict=True)))) == 0.65  # type: ignore[arg-type]
    assert least_score(*judged([0.8] * 20, [True] * 20)) == 0.3
    assert least_score(*judged([0.8] * 20, [False] * 20)) == 0.95
    assert least_score(*judged([0.8] * 9, [True] * 9)) == 0.5  # too few to say


def test_a_bundle_without_validation_views(things: Path, tmp_path: Path) -> None:
    trained = replace(untrained(tiny(), things), trial=Trial((), (), (), ()))
    card = export_bundle(trained, tiny(), tmp_path / "bundle")
    assert card.metrics == ()
    assert card.heads[0] == Head("gender", ("female", "male"), 0.5)
