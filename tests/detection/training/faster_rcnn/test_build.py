"""Every kind of Faster R-CNN can be built, learns from what it should, and leaves the rest alone."""

from pathlib import Path

import pytest
import torch
from tests.detection.training.recipes import tiny
from torch import Tensor

from shopthelook.detection.training.architectures import Built, build_model
from shopthelook.detection.training.bodies import open_body
from shopthelook.detection.training.faster_rcnn.build import assemble
from shopthelook.detection.training.faster_rcnn.parts import SeededSampler
from shopthelook.detection.training.recipe import Recipe, shipped
from shopthelook.errors import ShopError
from shopthelook.training.checkpoint import save

N_LABELS = 3
SINGLE = (
    ('neck = "pyramid"', 'neck = "single"'),
    ("anchors = [[16], [32], [64]]", "anchors = [[16, 32, 64]]"),
)
RESNET = (('backbone = "efficientnet-lite0"', 'backbone = "resnet18"\nweights = "none"'),)
FOUR = (("anchors = [[16], [32], [64]]", "anchors = [[8], [16], [32], [64]]"),)
BLOCK = (('head = "light"', 'head = "block"'),)
KINDS = {
    "lite, pyramid": (),
    "lite, single map": SINGLE,
    "lite, single map, block": SINGLE + BLOCK,
    "resnet, pyramid": RESNET + FOUR,
    "resnet, pyramid with an extra level": (
        *RESNET,
        ("anchors = [[16], [32], [64]]", "extra_level = true\nanchors = [[8], [16], [32], [64], [80]]"),
    ),
    "resnet, single map, block": RESNET + SINGLE + BLOCK,
    "two layers on each region": (('head = "light"', 'head = "mlp"'),),
}


def target(known: list[bool] | None = None, seed: int = 1) -> dict[str, object]:
    one: dict[str, object] = {
        "boxes": torch.tensor([[8.0, 8.0, 40.0, 40.0]]),
        "labels": torch.tensor([2]),
        "seed": seed,
    }
    return one if known is None else {**one, "known": torch.tensor(known)}


def losses(built: Built, *targets: dict[str, object]) -> dict[str, Tensor]:
    pictures = [torch.full((3, 64, 96), 90.0) for _ in targets]
    return built.model.train()(pictures, list(targets))  # type: ignore[no-any-return]


@pytest.mark.parametrize("changes", KINDS.values(), ids=KINDS)
def test_every_kind_learns_and_finds(changes: tuple[tuple[str, str], ...]) -> None:
    torch.manual_seed(0)
    built = build_model(tiny(*changes), N_LABELS)
    sum(losses(built, target(), target(seed=2)).values()).backward()
    for name, weight in built.model.named_parameters():
        assert (weight.grad is not None) == weight.requires_grad, name
    inside = {id(weight) for weight in built.body.parameters()}
    assert 0 < len(inside) < len(list(built.model.parameters()))
    with torch.no_grad():
        found = built.model.eval()([torch.zeros(3, 64, 96), torch.zeros(3, 96, 64)])
        boxes, scores, labels = built.deployed.eval()(torch.zeros(1, 3, 64, 96))
    assert set(found[0]) == {"boxes", "scores", "labels"}
    assert boxes.shape == (len(scores), 4)
    assert ((labels >= 0) & (labels < N_LABELS)).all()


@pytest.mark.parametrize(
    "name", [name for name in shipped() if Recipe.read(name).model.architecture == "faster-rcnn"]
)
def test_the_recipes_that_ship_fit_their_backbones(name: str) -> None:
    recipe = Recipe.read(name)
    with torch.device("meta"):
        detector, _ = assemble(open_body(recipe.model.backbone, "none"), recipe.options, 5)
    assert detector.roi_heads.box_predictor.cls_score.out_features == 6


def test_a_kind_that_a_data_set_lacks_is_not_learnt_as_background() -> None:
    torch.manual_seed(0)
    built = build_model(tiny(), N_LABELS)
    scores = built.model.roi_heads.box_predictor.cls_score.weight
    losses(built, target([True, True, False]))["loss_classifier"].backward()
    assert scores.grad is not None
    assert scores.grad[3].abs().max() == 0
    assert scores.grad[1].abs().max() > 0
    built.model.zero_grad()
    losses(built, target())["loss_classifier"].backward()
    assert scores.grad is not None
    assert scores.grad[3].abs().max() > 0


def test_a_box_of_a_kind_of_which_others_may_have_none_is_learnt() -> None:
    torch.manual_seed(0)
    built = build_model(tiny(), N_LABELS)
    scores = built.model.roi_heads.box_predictor.cls_score.weight
    loss = losses(built, target([True, False, True]))["loss_classifier"]  # the box is of the second kind
    assert loss < 10
    loss.backward()
    assert scores.grad is not None
    assert scores.grad[2].abs().max() > 0


def test_what_a_picture_is_learnt_from_follows_from_its_own_seed() -> None:
    torch.manual_seed(0)
    built = build_model(tiny(), N_LABELS)
    alone = losses(built, target(seed=7))
    torch.manual_seed(99)
    again = losses(built, target(seed=7))
    other = losses(built, target(seed=8))
    assert all(torch.equal(alone[name], again[name]) for name in alone)
    assert any(not torch.equal(alone[name], other[name]) for name in alone)


def test_the_sampler_keeps_to_its_shares() -> None:
    labels = torch.tensor([1] * 10 + [0] * 100 + [-1] * 5)
    sampler = SeededSampler(16, 0.25, 0)
    positives, negatives = sampler([labels, labels[5:]])
    assert [int(one.sum()) for one in positives] == [4, 4]
    assert [int(one.sum()) for one in negatives] == [12, 12]
    assert not (positives[0].bool() & (labels != 1)).any()
    assert not (negatives[0].bool() & (labels != 0)).any()
    few_positive = sampler([labels[9:20], labels[9:20]])
    assert [int(one.sum()) for one in (*few_positive[0], *few_positive[1])] == [1, 1, 10, 10]


def test_a_pretrained_backbone_keeps_its_first_layers_and_its_statistics() -> None:
    built = build_model(tiny(), N_LABELS)
    frozen = {name for name, weight in built.model.named_parameters() if not weight.requires_grad}
    assert frozen
    assert all(".conv_stem" in name or ".blocks.0." in name or ".blocks.1." in name for name in frozen)
    assert not any(isinstance(one, torch.nn.BatchNorm2d) for one in built.model.modules())
    last_two = build_model(tiny(("width = 32", "width = 32\ntrainable = 2")), N_LABELS)
    learning = {name for name, weight in last_two.body.named_parameters() if weight.requires_grad}
    assert learning
    assert all(".blocks.5." in name or ".blocks.6." in name for name in learning)


def test_a_run_starts_from_an_earlier_one_s_weights(tmp_path: Path) -> None:
    torch.manual_seed(0)
    earlier = build_model(tiny(), N_LABELS)
    with torch.no_grad():
        for weight in earlier.model.parameters():
            weight.add_(0.01)
    save(tmp_path / "best.pt", {"model": earlier.model.state_dict()})
    path = str(tmp_path / "best.pt")
    built = build_model(tiny().with_weights(weights=path), N_LABELS + 4)
    state, old = built.model.state_dict(), earlier.model.state_dict()
    other = {name for name in state if state[name].shape != old[name].shape}
    assert other == {
        f"roi_heads.box_predictor.{a}.{b}" for a in ("cls_score", "bbox_pred") for b in ("weight", "bias")
    }
    assert all(torch.equal(state[name], old[name]) for name in set(state) - other)
    assert "earlier run" in built.start[0].name


WRONG = [
    ((("[[16], [32], [64]]", "[[16], [32]]"),), "pyramid has 3 levels, but anchors has 2 rows"),
    ((('"efficientnet-lite0"', '"alexnet"'),), "no backbone 'alexnet'"),
    ((('"efficientnet-lite0"', '"resnet18"'),), "no package brings weights of resnet18"),
    ((('"efficientnet-lite0"', '"resnet18"\nweights = "IMAGENET"'),), "torchvision has IMAGENET1K_V1"),
    (
        (('"efficientnet-lite0"', '"resnet18"\nweights = "no/such.pth"'),),
        "no/such.pth: the weights cannot be read",
    ),
    ((('"efficientnet-lite0"', '"coco-mobilenet-v2"\nweights = "no.onnx"'),), "name it with --weights"),
    (
        (*SINGLE, ('"efficientnet-lite0"', '"coco-mobilenet-v2"\nweights = "none"')),
        "neck 'single' cannot be built",
    ),
]


@pytest.mark.parametrize(("changes", "problem"), WRONG)
def test_what_cannot_be_built_is_told_in_words(changes: tuple[tuple[str, str], ...], problem: str) -> None:
    with pytest.raises(ShopError, match=problem):
        build_model(tiny(*changes), N_LABELS)
