"""Two processes on a CPU train as one does on the joint batch."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
import torch
from tests.detection.training.recipes import tiny
from tests.detection.training.test_loop import losses

from shopthelook.detection.training.run import run
from shopthelook.errors import ShopError
from shopthelook.training.checkpoint import CHECKPOINT
from shopthelook.training.devices import Device, choose, train_together

STILL = {"validate_every": 99, "save_every": 99, "steps": 3, "optimiser": "sgd", "clip": 1.0}


def test_two_devices_learn_what_one_does(photos: Path, tmp_path: Path) -> None:
    # Each of the two goes through its share in two parts, too.
    for devices in (1, 2):
        recipe = tiny(**STILL, per_device=0 if devices == 1 else 1)
        run(recipe, {"photos": photos}, tmp_path / str(devices), device="cpu", devices=devices)
    one, two = (losses(tmp_path / name) for name in ("1", "2"))
    assert len(one) == 3
    for a, b in zip(one, two, strict=True):
        assert a == pytest.approx(b, rel=1e-3)
    ends = [torch.load(tmp_path / name / CHECKPOINT, weights_only=True)["model"] for name in ("1", "2")]
    start = tiny().training.rate
    for name, value in ends[0].items():
        # Sums in another order: as close as float32 allows, and far closer than a step is long.
        torch.testing.assert_close(ends[1][name], value, rtol=1e-3, atol=start / 100, msg=name)


def fail(device: Device, _path: str) -> None:
    if not device.first:
        raise ValueError("out of memory, say")
    device.agreed(device.mean(torch.ones(1)))


def test_a_device_that_fails_ends_the_run() -> None:
    with pytest.raises(ShopError, match="the process of device 1 ended with status 1"):
        train_together("cpu", 2, fail, "")


def wait(device: Device, path: str) -> None:
    (Path(path) / f"{device.rank}").write_text(str(os.getpid()))
    while True:
        time.sleep(0.1)


def test_a_killed_run_leaves_no_process_behind(tmp_path: Path) -> None:
    code = (
        "from shopthelook.training.devices import train_together\n"
        "from tests.training.test_devices import wait\n"
        f"if __name__ == '__main__': train_together('cpu', 2, wait, {str(tmp_path)!r})"
    )
    script = tmp_path / "script.py"
    script.write_text(code)
    run = subprocess.Popen([sys.executable, str(script)], env={**os.environ, "PYTHONPATH": str(Path.cwd())})
    deadline = time.monotonic() + 120
    while not (tmp_path / "1").exists() or not (tmp_path / "1").read_text():
        assert run.poll() is None
        assert time.monotonic() < deadline
        time.sleep(0.05)
    other = int((tmp_path / "1").read_text())
    run.send_signal(signal.SIGKILL)
    run.wait()
    while time.monotonic() < deadline:
        try:
            os.kill(other, 0)
        except ProcessLookupError:
            break
        if Path(f"/proc/{other}/stat").exists() and ") Z " in Path(f"/proc/{other}/stat").read_text():
            break  # dead, and nobody has asked how
        time.sleep(0.05)
    else:
        pytest.fail("the other process goes on")


def test_a_batch_must_divide(photos: Path, tmp_path: Path) -> None:
    with pytest.raises(ShopError, match="a batch of 4 cannot be shared out evenly over 3 devices"):
        run(tiny(), {"photos": photos}, tmp_path, device="cpu", devices=3)


@pytest.mark.skipif(torch.cuda.is_available(), reason="there is a GPU")
def test_a_gpu_that_is_not_there_is_an_error_in_words() -> None:
    assert choose(None, 1) == "cpu"
    with pytest.raises(ShopError, match="1 GPU asked for, but PyTorch sees 0"):
        choose("cuda", 1)


def test_threads_that_make_pictures() -> None:
    assert Device("cpu").makers(16) == 1
    assert Device("cuda").makers(16) == 15
    assert Device("cuda", 1, 4).makers(16) == 3
    assert Device("cuda", 0, 8).makers(4) == 1
