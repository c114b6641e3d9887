"""A first phase with the body frozen: what learns in it, and that a run goes on across its end exactly."""

import csv
from collections.abc import Generator, Sequence
from pathlib import Path

import numpy as np
import pytest
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from shopthelook.training.checkpoint import CHECKPOINT, identity
from shopthelook.training.devices import Device, train_together
from shopthelook.training.loop import train
from shopthelook.training.schedule import Frozen, Training
from shopthelook.training.tables import RecipeError, build

SCHEDULE = Training(
    batch=4,
    rate=0.05,
    epochs=2,
    frozen=Frozen(rate=0.2, epochs=1),
    warmup=0,
    schedule="steps",
    milestones=(0.5,),
    save_every=1,
    validate_every=99,
    clip=1.0,
)
EPOCH = 4  # steps: 4 of them frozen, 8 of the schedule


class Line:
    """A lesson without pictures: a body that turns points and a head that sums them up."""

    decisive = "none"

    def __init__(self, device: Device, stop: int = 99) -> None:
        torch.manual_seed(3)
        body = nn.Sequential(nn.Linear(3, 8), nn.BatchNorm1d(8), nn.Tanh())
        self.model = nn.Sequential(body, nn.Linear(8, 1))
        self.body, self.device, self.stop = body, device, stop

    def batches(self, start: int, steps: int) -> Generator[Sequence[NDArray[np.float32]], None, None]:
        assert steps == 12
        for step in range(start, 99):
            if step == self.stop:
                raise KeyboardInterrupt
            points = np.random.default_rng(step).standard_normal((4, 3)).astype(np.float32)
            yield [*points[self.device.rank :: self.device.count]]

    def losses(self, wrapped: nn.Module, part: Sequence[NDArray[np.float32]]) -> dict[str, Tensor]:
        points = torch.from_numpy(np.stack(part))
        return {"loss_square": ((wrapped(points)[:, 0] - points.sum(1)) ** 2).mean()}

    def validate(self, tick: object) -> None:
        return None


class StillLine(Line):
    """The same with norms whose statistics stay: those of half a batch are others than those of a whole one."""

    def losses(self, wrapped: nn.Module, part: Sequence[NDArray[np.float32]]) -> dict[str, Tensor]:
        self.body.eval()
        return super().losses(wrapped, part)


def learn(out: Path, stop: int = 99) -> nn.Module:
    lesson = Line(Device("cpu"), stop)
    train(lesson, SCHEDULE, EPOCH, {"recipe": "x"}, out, Device("cpu"))
    return lesson.model


def rows(out: Path) -> list[dict[str, float]]:
    with (out / "losses.csv").open() as file:
        return [{name: float(value) for name, value in row.items()} for row in csv.DictReader(file)]


@pytest.mark.parametrize("stop", [0, 1, 4, 8])
def test_the_body_stays_until_its_phase(tmp_path: Path, stop: int) -> None:
    start = {name: value.clone() for name, value in Line(Device("cpu")).model.state_dict().items()}
    if stop:
        with pytest.raises(KeyboardInterrupt):
            learn(tmp_path, stop)
        state = torch.load(tmp_path / CHECKPOINT, weights_only=True)
        assert state["step"] == stop
        same = {name for name, value in state["model"].items() if torch.equal(value, start[name])}
        body = {name for name in start if name.startswith("0.")}
        assert same == (body if stop <= 4 else set())
    else:
        learn(tmp_path)
        # The frozen phase at its own rate, then the schedule from its beginning.
        assert [row["rate"] for row in rows(tmp_path)] == pytest.approx([1] * 4 + [1] * 4 + [0.1] * 4)


@pytest.mark.parametrize("stop", [2, 4, 5, 9])
def test_a_stopped_run_goes_on_as_if_nothing_had_been(tmp_path: Path, stop: int) -> None:
    whole = learn(tmp_path / "whole")
    with pytest.raises(KeyboardInterrupt):
        learn(tmp_path / "parts", stop)
    parts = learn(tmp_path / "parts")
    assert rows(tmp_path / "parts") == rows(tmp_path / "whole")
    for name, value in whole.state_dict().items():
        assert torch.equal(value, parts.state_dict()[name]), name
    assert all(weight.requires_grad for weight in parts.parameters())


def together(device: Device, out: Path) -> nn.Module:
    lesson = StillLine(device)
    train(lesson, SCHEDULE, EPOCH, {"recipe": "x"}, out, device)
    return lesson.model


def test_two_devices_go_through_both_phases_as_one_does(tmp_path: Path) -> None:
    one = train_together("cpu", 1, together, tmp_path / "1")
    two = train_together("cpu", 2, together, tmp_path / "2")
    for name, value in one.state_dict().items():
        torch.testing.assert_close(two.state_dict()[name], value, rtol=1e-4, atol=1e-5, msg=name)


def test_a_phase_is_of_epochs_or_steps_and_has_a_rate() -> None:
    assert Frozen(rate=0.6, epochs=2).steps_of(100) == 200
    assert Frozen(rate=0.6, steps=7).steps_of(100) == 7
    assert not Frozen()
    for wrong, problem in (
        ({"epochs": 1}, "rate must be above 0"),
        ({"epochs": 1, "steps": 1, "rate": 1}, "not both"),
    ):
        with pytest.raises(RecipeError, match=f"training.frozen: .*{problem}"):
            build(Training, {"batch": 1, "rate": 1, "steps": 1, "frozen": wrong}, "mine.toml", "training.")


def test_only_a_phase_that_is_there_makes_it_another_run() -> None:
    def said(**frozen: object) -> dict[str, str]:
        return identity({"training": {"rate": 1, **frozen}, "model": {}}, [])

    assert said() == said(frozen={"rate": 0.0, "epochs": 0, "steps": 0})
    assert said() != said(frozen={"rate": 0.6, "epochs": 2, "steps": 0})
