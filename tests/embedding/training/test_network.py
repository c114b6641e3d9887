"""The network, and that what is deployed is the network that was trained."""

from pathlib import Path

import pytest
import torch

from shopthelook.embedding.training.losses import pairs_loss
from shopthelook.embedding.training.network import Deployed, Network
from shopthelook.embedding.training.recipe import Recipe
from shopthelook.embedding.training.run import Sources, build
from shopthelook.embedding.training.start import random_rotation
from tests.embedding.training.recipes import tiny

PICTURES = torch.randn(6, 3, 32, 32, generator=torch.Generator().manual_seed(1))


def network(things: Path, recipe: Recipe) -> Network:
    torch.manual_seed(0)
    return build(recipe, Sources.read(recipe, {"things": things}).targets)[0].model.eval()


@torch.no_grad()
def test_outputs(things: Path) -> None:
    found = network(things, tiny())(PICTURES)
    assert list(found) == ["embedding", "category", "gender", "color"]
    assert found["embedding"].shape == (6, 64)
    torch.testing.assert_close(found["embedding"].mean(1), torch.zeros(6), atol=1e-5, rtol=0)
    assert found["color"].shape == (6, 3)
    torch.testing.assert_close(found["color"].sum(1), torch.ones(6))


def test_an_attribute_has_a_hidden_layer_and_gender_none(things: Path) -> None:
    heads = network(things, tiny()).heads
    assert [tuple(one.shape) for one in heads["color"].parameters()] == [(8, 64), (8,), (3, 8), (3,)]
    assert [tuple(one.shape) for one in heads["gender"].parameters()] == [(2, 64), (2,)]
    beside = network(things, tiny(('label = "color"', 'label = "color"\non = "features"'))).heads
    assert beside["color"][0].in_features == 1024


@torch.no_grad()
@pytest.mark.parametrize("turned", [False, True])
def test_what_is_deployed_is_the_network(things: Path, turned: bool) -> None:
    whole = network(things, tiny())
    rotation = random_rotation(64, 5) if turned else None
    deployed = Deployed(whole, rotation).eval()
    assert deployed.names == ("embedding", "category", "gender", "color")
    ours = whole(PICTURES)
    for name, found in zip(deployed.names, deployed(PICTURES), strict=True):
        wanted = ours[name]
        if name == "embedding" and rotation is not None:
            wanted = wanted @ rotation.T
        torch.testing.assert_close(found, wanted, atol=1e-4, rtol=1e-3)


def test_every_weight_hears_of_a_batch_that_knows_nothing(things: Path) -> None:
    """Devices wait for each other's gradients, so none may be missing."""
    model = network(things, tiny()).train()
    classes = {one.name: torch.full((6,), -1) for one in model.targets}
    losses = model(PICTURES, classes, {"instance": torch.tensor([0, 2])})
    assert set(losses) == {"loss_instance", "loss_category", "loss_gender", "loss_color"}
    sum(losses.values()).backward()  # type: ignore[union-attr]
    assert all(weight.grad is not None for weight in model.parameters())


def test_views_of_a_thing_are_told_from_those_of_others(things: Path) -> None:
    changes = (
        ('{ name = "things" }', '{ name = "things", by = "pair" }'),
        ('kind = "instance"', 'kind = "pairs"\nsets = ["things"]\nweight = 2'),
    )
    model = network(things, tiny(*changes)).train()
    assert not model.proxies
    assert set(model.outputs(PICTURES)) == {"embedding", "category", "gender", "color"}
    classes = {one.name: torch.full((6,), -1) for one in model.targets} | {"pairs": torch.arange(6) // 2}
    losses = model(PICTURES, classes, {})
    code = model.embed(model.features(PICTURES))
    assert float(losses["loss_pairs"].detach()) == pytest.approx(
        2 * float(pairs_loss(code, classes["pairs"], 0.05, 1.0).detach())
    )
    losses["loss_pairs"].backward()
    assert model.bits.weight.grad is not None
    assert float(model.bits.weight.grad.abs().sum()) > 0


def test_losses_are_weighted_and_quantisation_is_one(things: Path) -> None:
    plain = network(things, tiny())
    changes = (("weight = 0.5", "weight = 5"), ("bits = 64", "bits = 64\nquantisation = 0.5"))
    heavy = network(things, tiny(*changes))
    classes = {one.name: torch.zeros(6, dtype=torch.int64) for one in plain.targets}
    light, more = plain(PICTURES, classes, {}), heavy(PICTURES, classes, {})
    assert float(more["loss_gender"]) == pytest.approx(10 * float(light["loss_gender"]), rel=1e-4)
    assert float(more["loss_quantisation"]) > 0
    assert "loss_quantisation" not in light


def test_a_frozen_backbone_stays(things: Path) -> None:
    model = network(things, tiny(('norm = "frozen"', "frozen = true"))).train()
    assert not any(weight.requires_grad for weight in model.body.parameters())
    assert not any(module.training for module in model.body.modules())
    assert not model.features(PICTURES).requires_grad
    assert model.embed(model.features(PICTURES)).requires_grad


def test_norms_keep_their_statistics_or_learn_them(things: Path) -> None:
    for norm, stays in (("frozen", True), ("batch", False)):
        model = network(things, tiny(('norm = "frozen"', f'norm = "{norm}"'))).train()
        before = model.body.bn1.running_mean.clone()
        model.features(PICTURES)
        assert torch.equal(before, model.body.bn1.running_mean) == stays
