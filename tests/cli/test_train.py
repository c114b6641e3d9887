"""`shopthelook train`: recipes, misuse, and a run from the command line."""

import json
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
import torch
from click.testing import CliRunner

from shopthelook.cli.main import main
from shopthelook.detection.training.recipe import shipped
from shopthelook.embedding.training.recipe import shipped as shipped_embedders

DEMO = Path(__file__).parents[2] / "demo"


def run(*arguments: str) -> tuple[int, str, str]:
    done = CliRunner().invoke(main, ["train", *arguments])
    return done.exit_code, done.stdout, done.stderr


def test_recipes_are_listed_and_printed() -> None:
    status, out, _ = run("recipes")
    assert status == 0
    of_both = [(name, "detector") for name in shipped()] + [
        (name, "embedder") for name in shipped_embedders()
    ]
    assert [tuple(line.split()[:2]) for line in out.splitlines()] == of_both
    status, out, _ = run("recipes", "fpn")
    assert tomllib.loads(out)["model"]["backbone"] == "resnext101_32x8d"
    status, out, _ = run("recipes", "fpn", "--json")
    assert json.loads(out)["training"]["momentum"] == 0.9
    status, out, _ = run("recipes", "--json")
    listed = [json.loads(line) for line in out.splitlines()]
    assert [(one["name"], one["kind"]) for one in listed] == of_both
    status, out, _ = run("recipes", "--kind", "embedder")
    assert [line.split()[0] for line in out.splitlines()] == shipped_embedders()
    status, out, _ = run("recipes", "light")
    assert tomllib.loads(out)["model"]["backbone"] == "efficientnet-lite2"
    status, out, _ = run("recipes", "demo", "--kind", "embedder")
    assert "instance" in out


WRONG = [
    (("recipes", "nothing"), 1, "no recipe 'nothing'; there are baseline"),
    (("recipes", "demo"), 2, "say --kind detector or --kind embedder"),
    (("embedder", "nothing"), 1, "no recipe 'nothing'; there are demo"),
    (("embedder", "demo"), 1, "say where it is with --data demo=FOLDER"),
    (("embedder", "demo", "--data", "demo"), 2, "--data must be NAME=FOLDER"),
    (("embedder", "demo", "--data", "demo=/nonexistent"), 1, "/nonexistent: no views here"),
    (("embedder", "demo", "--epochs", "1", "--steps", "1"), 2, "not both"),
    (("detector", "nothing"), 1, "no recipe 'nothing'"),
    (("detector", "demo"), 1, "say where it is with --data rooms=FOLDER"),
    (("detector", "demo", "--data", "rooms"), 2, "--data must be NAME=FOLDER"),
    (("detector", "demo", "--data", "rooms=/nonexistent"), 1, "/nonexistent: no data set here"),
    (("detector", "demo", "--data", f"rooms={DEMO}", "--data", "x=y"), 1, "has no data set x; it has rooms"),
    (("detector", "demo", "--epochs", "1", "--steps", "1"), 2, "not both"),
    (
        ("detector", "demo", "--data", f"rooms={DEMO}", "--device", "cpu", "--devices", "3"),
        1,
        "evenly over 3",
    ),
]


@pytest.mark.parametrize(("arguments", "status", "problem"), WRONG)
def test_what_is_wrong_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, arguments: tuple[str, ...], status: int, problem: str
) -> None:
    monkeypatch.chdir(tmp_path)
    got, _, told = run(*arguments)
    assert got == status
    assert problem in told
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize(("kind", "data"), [("detector", "rooms"), ("embedder", "demo")])
def test_without_the_extra_it_says_what_to_install(kind: str, data: str) -> None:
    """In a Python that has no PyTorch, as the plain install is."""
    code = (
        "import sys\n"
        "for name in ('torch', 'torchvision', 'timm', 'onnx', 'tensorboard'): sys.modules[name] = None\n"
        "from shopthelook.cli.main import main\n"
        "main(['train', 'recipes'], standalone_mode=False)\n"
        f"main(['train', {kind!r}, 'demo', '--data', '{data}={DEMO}'])\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert done.returncode == 1, done.stderr
    assert "baseline" in done.stdout
    assert "pip install 'shopthelook[train]'" in done.stderr


def test_a_run_on_the_demo_s_rooms(tmp_path: Path) -> None:
    torch.set_num_threads(1)  # threads that wait for each other cost more than they bring in so little
    command = ["detector", "demo", "--data-root", str(tmp_path / "data"), "--steps", "2"]
    command += ["--out", str(tmp_path / "run"), "--device", "cpu"]
    (tmp_path / "data").mkdir()
    (tmp_path / "data/rooms").symlink_to(DEMO)
    status, out, told = run(*command, "--json", "--bundle", str(tmp_path / "bundle"))
    assert status == 0, told
    said = json.loads(out)
    assert said["bundle"] == str(tmp_path / "bundle")
    assert said["val_ap50"] >= 0
    assert (tmp_path / "bundle/card.json").exists()
    status, out, _ = run(*command)
    assert status == 0
    assert "no bundle written" in out


def test_the_backbone_s_own_weights_may_be_named(tmp_path: Path) -> None:
    (tmp_path / "rooms").symlink_to(DEMO)
    command = ["detector", "demo", "--data-root", str(tmp_path), "--steps", "1", "--device", "cpu"]
    assert run(*command, "--out", str(tmp_path / "first"))[0] == 0
    start = ["--weights", str(tmp_path / "first/best.pt"), "--body-weights", "/nonexistent.pt"]
    status, _, told = run(*command, "--out", str(tmp_path / "second"), *start)
    assert status == 1
    assert "/nonexistent.pt" in told


def test_an_embedder_of_the_demo_s_rooms(tmp_path: Path) -> None:
    torch.set_num_threads(1)
    views = tmp_path / "data/demo"
    done = CliRunner().invoke(
        main, ["dataset", "views", "import", "rendered", str(DEMO), str(views), "--in-place"]
    )
    assert done.exit_code == 0, done.output
    command = ["embedder", "demo", "--data-root", str(tmp_path / "data"), "--steps", "2"]
    command += ["--out", str(tmp_path / "run"), "--device", "cpu"]
    status, out, told = run(*command, "--json", "--bundle", str(tmp_path / "bundle"))
    assert status == 0, told
    said = json.loads(out)
    assert (said["bundle"], said["decisive"]) == (str(tmp_path / "bundle"), "P@1")
    assert said["val"] > 0
    assert {"P@1", "P@1 floats", "category: accuracy"} <= set(said["figures"])
    assert (tmp_path / "bundle/card.json").exists()
    status, out, _ = run(*command)
    assert status == 0
    assert "best P@1 on validation views" in out
    assert "no bundle written" in out
