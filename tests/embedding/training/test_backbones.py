"""Backbones by name, their weights, and picture towers."""

from pathlib import Path

import pytest
import timm
import torch
from transformers import (
    CLIPConfig,
    CLIPModel,
    SiglipConfig,
    SiglipModel,
    SiglipVisionConfig,
    SiglipVisionModel,
)

from shopthelook.embedding.training.backbones import LATER, open_backbone
from shopthelook.embedding.training.recipe import ModelChoice
from shopthelook.errors import ShopError

PICTURES = torch.randn(2, 3, 32, 32, generator=torch.Generator().manual_seed(0))
VISION = {
    "hidden_size": 32,
    "intermediate_size": 48,
    "num_hidden_layers": 2,
    "num_attention_heads": 2,
    "image_size": 32,
    "patch_size": 16,
}
TEXT = {
    "hidden_size": 16,
    "intermediate_size": 16,
    "num_hidden_layers": 1,
    "num_attention_heads": 2,
    "vocab_size": 50,
}


@pytest.mark.parametrize(
    ("name", "width"),
    [
        ("efficientnet-lite0", 1280),
        ("mobilenetv3_small_050", 1024),
        ("tf_efficientnet_lite1", 1280),
        ("vit_tiny_patch16_224", 192),
        ("torchvision:resnet18", 512),
        ("torchvision:mobilenet_v3_small", 576),
    ],
)
@torch.no_grad()
def test_each_gives_a_row_of_features_a_picture(name: str, width: int) -> None:
    found = open_backbone(ModelChoice(name), 32, "none")
    assert found.width == width
    assert found.net(PICTURES).shape == (2, width)
    assert found.start == ()
    assert "random weights" in found.described


def test_a_package_brings_weights() -> None:
    found = open_backbone(ModelChoice("efficientnet-lite0"), 32, "package")
    assert (found.mean, found.std) == ((127.0,) * 3, (128.0,) * 3)
    assert found.start[0].licence == "weights Apache-2.0"
    assert open_backbone(ModelChoice("efficientnet-lite0"), 32, LATER).start == ()


@torch.no_grad()
def test_stages_are_pooled_beside_the_last_map() -> None:
    torch.manual_seed(0)
    last = open_backbone(ModelChoice("efficientnet-lite0"), 32, "package").net(PICTURES)
    stages = open_backbone(ModelChoice("efficientnet-lite0", pooled="stages"), 32, "package")
    found = stages.net(PICTURES)
    assert stages.width == 1280 + 2 * (40 + 80 + 112 + 192)
    torch.testing.assert_close(found[:, :1280], last)
    assert open_backbone(ModelChoice("mobilenetv3_small_050", pooled="stages"), 32, "none").width > 1024
    with pytest.raises(ShopError, match="'stages' needs a network of EfficientNet's"):
        open_backbone(ModelChoice("torchvision:resnet18", pooled="stages"), 32, "none")


@torch.no_grad()
def test_weights_of_a_file(tmp_path: Path) -> None:
    torch.manual_seed(1)
    mobile = timm.create_model("mobilenetv3_small_050")
    torch.save(mobile.state_dict(), tmp_path / "mobile.pth")
    found = open_backbone(ModelChoice("mobilenetv3_small_050"), 32, str(tmp_path / "mobile.pth"))
    assert torch.equal(found.net.conv_stem.weight, mobile.conv_stem.weight)
    assert found.start[0].licence == "as the file of weights states"
    # As open_clip stores the tower of a SigLIP, the text's weights beside it.
    tower = timm.create_model("vit_tiny_patch16_224", img_size=32, num_classes=0)
    clip = {f"visual.trunk.{name}": value for name, value in tower.state_dict().items()}
    torch.save({**clip, "logit_scale": torch.ones(())}, tmp_path / "clip.bin")
    found = open_backbone(ModelChoice("vit_tiny_patch16_224"), 32, str(tmp_path / "clip.bin"))
    torch.testing.assert_close(found.net(PICTURES), tower.eval()(PICTURES))


WRONG = [
    ("nothing", "none", "no backbone 'nothing'; there are efficientnet-lite0"),
    ("torchvision:nothing", "none", "torchvision has no network 'nothing'"),
    ("torchvision:resnet18", "package", "no package brings weights of resnet18"),
    ("torchvision:resnet18", "NOTHING", "resnet18 has no weights 'NOTHING'"),
    ("seresnext101_32x4d", "package", "no package brings weights of seresnext101_32x4d"),
    ("mobilenetv3_small_050", "absent.pth", "there is no file absent.pth"),
    (
        "mobilenetv3_small_050",
        "no_such_tag",
        "the weights 'no_such_tag' of mobilenetv3_small_050 cannot be had",
    ),
    ("transformers", "none", "needs a model's folder or name as weights"),
    ("transformers", "/nonexistent/tower", "no model of transformers can be opened there"),
]


@pytest.mark.parametrize(("name", "weights", "problem"), WRONG)
def test_what_cannot_be_had(name: str, weights: str, problem: str) -> None:
    with pytest.raises(ShopError, match=problem):
        open_backbone(ModelChoice(name), 32, weights)


@torch.no_grad()
def test_towers_of_clip_and_siglip(tmp_path: Path) -> None:
    torch.manual_seed(0)
    siglip = SiglipModel(SiglipConfig(text_config=TEXT, vision_config=VISION))
    clip = CLIPModel(CLIPConfig(text_config=TEXT, vision_config=VISION, projection_dim=16))
    alone = SiglipVisionModel(SiglipVisionConfig(**VISION))
    for name, model in (("siglip", siglip), ("clip", clip), ("alone", alone)):
        model.save_pretrained(tmp_path / name)
        found = open_backbone(ModelChoice("transformers"), 32, str(tmp_path / name))
        tower = model if name == "alone" else model.vision_model
        assert found.width == 32
        torch.testing.assert_close(found.net(PICTURES), tower.eval()(pixel_values=PICTURES).pooler_output)
        assert found.start[0].name == f"what {name} was learnt from"
        assert found.mean == ((122.7709, 116.746, 104.0937) if name == "clip" else (127.5,) * 3)
    with pytest.raises(ShopError, match="takes pictures of 32 pixels; set the recipe's crop to that"):
        open_backbone(ModelChoice("transformers"), 64, str(tmp_path / "clip"))
