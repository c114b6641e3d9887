"""The backbone of the COCO detector and its class heads, read from an ONNX file."""

from pathlib import Path

import numpy as np
import onnx
import pytest
import torch
from onnx import helper, numpy_helper
from torch import nn

from shopthelook.errors import ShopError
from shopthelook.models.coco_backbone import (
    ANCHORS,
    CHANNELS,
    COCO_NUMBERS,
    HINTED_CHANNELS,
    SOLD,
    CocoMobileNetV2,
    HintedMobileNetV2,
)


@pytest.fixture(scope="module")
def net() -> CocoMobileNetV2:
    torch.manual_seed(5)
    return CocoMobileNetV2().eval()


@pytest.fixture(scope="module")
def heads() -> list[dict[str, np.ndarray]]:
    rng = np.random.default_rng(6)
    return [
        {
            "_depthwise/depthwise_weights_fused_bn": rng.normal(size=(channels, 1, 3, 3)) / 9,
            "_depthwise/depthwise_bias_fused_bn": rng.normal(size=channels),
            "/weights:0": rng.normal(size=(anchors * COCO_NUMBERS, channels, 1, 1)) / channels,
            "/biases:0": rng.normal(size=anchors * COCO_NUMBERS),
        }
        for channels, anchors in zip(CHANNELS[1:], ANCHORS, strict=True)
    ]


@pytest.fixture
def file(tmp_path: Path, net: CocoMobileNetV2, heads: list[dict[str, np.ndarray]]) -> Path:
    """What the reader looks at: convolutions in order, and the heads' constants by name."""
    nodes, constants = [], []
    for i, layer in enumerate(one for one in net.modules() if isinstance(one, nn.Conv2d)):
        for name, value in (("w", layer.weight), ("b", layer.bias)):
            constants.append(numpy_helper.from_array(value.detach().numpy(), f"{name}{i}"))
        nodes.append(helper.make_node("Conv", ["x", f"w{i}", f"b{i}"], [f"y{i}"]))
    for i, head in enumerate(heads):
        for name, value in head.items():
            constants.append(
                numpy_helper.from_array(value.astype(np.float32), f"BoxPredictor_{i}/ClassPredictor{name}")
            )
    onnx.save(helper.make_model(helper.make_graph(nodes, "g", [], [], constants)), tmp_path / "coco.onnx")
    return tmp_path / "coco.onnx"


def test_the_backbone_is_read_whole(file: Path, net: CocoMobileNetV2) -> None:
    read = CocoMobileNetV2.from_onnx(file).eval()
    pixels = torch.rand(1, 3, 64, 96)
    with torch.no_grad():
        for ours, theirs, channels in zip(read(pixels), net(pixels), CHANNELS, strict=True):
            assert ours.shape[1] == channels
            assert torch.equal(ours, theirs)


def test_hints_are_the_scores_of_what_shops_sell(
    file: Path, net: CocoMobileNetV2, heads: list[dict[str, np.ndarray]]
) -> None:
    hinted = HintedMobileNetV2.from_onnx(file).eval()
    pixels = torch.rand(2, 3, 64, 96)
    with torch.no_grad():
        plain, maps = net(pixels), hinted(pixels)
    assert [one.shape[1] for one in maps] == list(HINTED_CHANNELS)
    assert torch.equal(maps[0], plain[0])
    for i, (head, anchors, channels) in enumerate(zip(heads, ANCHORS, CHANNELS[1:], strict=True), 1):
        assert torch.equal(maps[i][:, :channels], plain[i])
        weights = {name: torch.from_numpy(value.astype(np.float32)) for name, value in head.items()}
        wide = nn.functional.conv2d(
            plain[i],
            weights["_depthwise/depthwise_weights_fused_bn"],
            weights["_depthwise/depthwise_bias_fused_bn"],
            padding=1,
            groups=channels,
        ).clamp(0, 6)
        scores = nn.functional.conv2d(wide, weights["/weights:0"], weights["/biases:0"])
        by_anchor = scores.unflatten(1, (anchors, COCO_NUMBERS))[:, :, list(SOLD)].flatten(1, 2)
        torch.testing.assert_close(maps[i][:, channels:], by_anchor / 4, atol=1e-5, rtol=1e-4)


def test_a_file_without_the_heads_is_refused(file: Path) -> None:
    model = onnx.load(file)
    kept = [one for one in model.graph.initializer if "BoxPredictor_1" not in one.name]
    del model.graph.initializer[:]
    model.graph.initializer.extend(kept)
    onnx.save(model, file)
    assert isinstance(CocoMobileNetV2.from_onnx(file), CocoMobileNetV2)
    with pytest.raises(ShopError, match="no such heads"):
        HintedMobileNetV2.from_onnx(file)


def test_another_network_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ShopError, match="is not the COCO detector"):
        CocoMobileNetV2.from_onnx(tmp_path / "none.onnx")
    weight = numpy_helper.from_array(np.zeros((8, 3, 5, 5), np.float32), "w")
    graph = helper.make_graph([helper.make_node("Conv", ["x", "w"], ["y"])], "g", [], [], [weight])
    onnx.save(helper.make_model(graph), tmp_path / "other.onnx")
    with pytest.raises(ShopError, match=r"a layer of shape \(8, 3, 5, 5\)"):
        CocoMobileNetV2.from_onnx(tmp_path / "other.onnx")
