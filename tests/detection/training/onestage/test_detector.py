"""The one-stage detector as a whole: what it takes, gives, learns and exports."""

import numpy as np
import onnxruntime
import pytest
import torch
from torch.nn import functional
from torchvision.ops import box_iou

from shopthelook.detection.training.export import to_onnx
from shopthelook.detection.training.onestage.detector import DeployedOneStage, OneStage
from shopthelook.models.coco_backbone import CHANNELS, CocoMobileNetV2

MEAN = STD = (127.5, 127.5, 127.5)


def build(n_labels: int = 3) -> OneStage:
    torch.manual_seed(0)
    return OneStage(n_labels, CocoMobileNetV2(), CHANNELS, MEAN, STD, channels=16, depth=1)


def scene(x: int, y: int) -> tuple[torch.Tensor, torch.Tensor]:
    """A bright square on a dark ground, and its box."""
    picture = torch.full((3, 96, 128), 30.0)
    picture[:, y : y + 40, x : x + 48] = 230.0
    return picture, torch.tensor([[x, y, x + 48, y + 40]], dtype=torch.float32)


PICTURES, BOXES = zip(*(scene(x, y) for x, y in ((8, 8), (60, 40), (30, 20), (70, 10))), strict=True)


@pytest.fixture(scope="module")
def trained() -> tuple[OneStage, list[float]]:
    """A detector after some steps on four pictures of a thing of label 2, and the losses of its steps."""
    model = build().train()
    for module in model.modules():
        if isinstance(module, torch.nn.BatchNorm2d):
            module.momentum = 0.2  # few steps
    optimiser = torch.optim.AdamW(model.parameters(), 3e-3)
    targets = [{"boxes": box, "labels": torch.tensor([2])} for box in BOXES]
    sums = []
    for _ in range(60):
        given = model(PICTURES, targets)
        assert isinstance(given, dict)
        loss = sum(given.values())
        optimiser.zero_grad()
        loss.backward()
        optimiser.step()
        sums.append(float(loss.detach()))
    return model.eval(), sums


def test_it_learns_to_find_a_thing(trained: tuple[OneStage, list[float]]) -> None:
    model, sums = trained
    assert sums[-1] < 0.5 * sums[0]
    with torch.no_grad():
        found = model(PICTURES)
    for one, box in zip(found, BOXES, strict=True):
        assert int(one["labels"][0]) == 2
        assert float(box_iou(one["boxes"][:1], box)) > 0.5
        assert torch.equal(one["scores"], one["scores"].sort(descending=True).values)


def test_in_training_it_asks_for_targets() -> None:
    with pytest.raises(ValueError, match="targets"):
        build().train()(PICTURES)


def test_pictures_of_different_sizes_are_padded_and_boxes_stay_where_they_are(
    trained: tuple[OneStage, list[float]],
) -> None:
    model, _ = trained
    with torch.no_grad():
        together, alone = model([torch.rand(3, 64, 96) * 255, PICTURES[0]])[1], model([PICTURES[0]])[0]
    assert len(alone["boxes"]) > 0
    assert torch.allclose(together["boxes"], alone["boxes"], atol=1e-2)


def test_the_exported_graph_finds_what_pytorch_finds_at_any_size(
    trained: tuple[OneStage, list[float]],
) -> None:
    model, _ = trained
    deployed = DeployedOneStage(model)
    session = onnxruntime.InferenceSession(
        to_onnx(deployed, (96, 128)).SerializeToString(), providers=["CPUExecutionProvider"]
    )
    whole = (PICTURES[1] - 127.5)[None] / 127.5
    for height, width in ((96, 128), (64, 64), (128, 160)):
        picture = functional.pad(whole, (0, width - 128, 0, height - 96))  # or cut
        with torch.no_grad():
            boxes, scores, labels = deployed(picture)
        found = session.run(["boxes", "scores", "labels"], {"image": picture.numpy()})
        assert len(scores) > 0
        assert found[2].dtype == np.int64
        assert len(found[1]) == len(scores)
        np.testing.assert_allclose(np.sort(found[1]), np.sort(scores.numpy()), atol=1e-3)
        sure = scores.numpy() > 0.1
        np.testing.assert_allclose(found[0][sure], boxes.numpy()[sure], atol=0.1)
        assert (found[2][sure] == labels.numpy()[sure]).all()
