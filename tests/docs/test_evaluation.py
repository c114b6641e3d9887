"""The examples of the page on measuring run."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import pytest
from click.testing import CliRunner

from shopthelook.cli.main import main

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "evaluation.md").read_text(encoding="utf-8")
SECTIONS = {part.partition("\n")[0]: part for part in PAGE.split("\n## ")}
DETECTION = SECTIONS["Detectors on pictures with boxes"]
_COMMAND = re.compile(r"^    shopthelook (\w+ (?:.*\\\n)*.*)$", re.MULTILINE)


def commands(section: str) -> list[str]:
    return [one.replace("\\\n", " ") for one in _COMMAND.findall(SECTIONS[section])]


COMMANDS = commands("Detectors on pictures with boxes")


@pytest.fixture
def checkout(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with the demo in it, in which files may be written."""
    (tmp_path / "demo").symlink_to(ROOT / "demo")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_the_first_example_writes_a_report(checkout: Path) -> None:
    # Of all rooms on the page; of one split here, which has fewer.
    command = shlex.split(COMMANDS[0].replace("--split all", "--split val"))
    answer = CliRunner().invoke(main, [*command, "--latency", "1"])
    assert answer.exit_code == 0, answer.stderr
    assert (checkout / "measured" / "report.html").stat().st_size > 50_000
    assert "detector-lite@2" in answer.stdout


def test_the_options_are_those_that_there_are() -> None:
    options = CliRunner().invoke(main, ["eval", "detection", "--help"]).stdout
    for name in re.findall(r"^\| `(--[a-z-]+)", DETECTION, re.MULTILINE):
        assert name in options
    assert len(COMMANDS) == 2
    for option in (word for one in COMMANDS for word in shlex.split(one) if word.startswith("--")):
        assert option in options


def test_the_python_example(checkout: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (example,) = re.findall(r"```python\n(.*?)```", DETECTION, re.DOTALL)
    exec(compile(example, "evaluation.md", "exec"), {})
    assert capsys.readouterr().out.startswith("Interval(value=0.")


@pytest.fixture
def demo_views(checkout: Path) -> Path:
    """What the page's import makes of the demo."""
    make = commands("Embedders, by what they find")[0]
    answer = CliRunner().invoke(main, shlex.split(make))
    assert answer.exit_code == 0, answer.stderr
    return checkout / "demo-views"


def test_embedders_are_measured_on_the_demo(checkout: Path, demo_views: Path) -> None:
    _, measure, *_ = commands("Embedders, by what they find")
    # Of all objects and the detector on the page; of one split and the given boxes here, which is quicker.
    short = shlex.split(measure.replace("--split all", "--split val --crops given --distractors 20"))
    answer = CliRunner().invoke(main, short)
    assert answer.exit_code == 0, answer.stderr
    assert answer.stdout.startswith("demo-views: objects of scenes\n")
    assert (checkout / "measured" / "report.html").stat().st_size > 50_000
    [heads] = commands("Attributes")
    answer = CliRunner().invoke(main, shlex.split(heads.replace("--split all", "--split val")))
    assert answer.exit_code == 0, answer.stderr
    assert "category" in answer.stdout


@pytest.mark.parametrize(
    ("section", "command"),
    [
        ("Embedders, by what they find", ["eval", "retrieval"]),
        ("Attributes", ["eval", "attributes"]),
    ],
)
def test_the_options_of_embedders_are_those_that_there_are(section: str, command: list[str]) -> None:
    options = CliRunner().invoke(main, [*command, "--help"]).stdout
    named = re.findall(r"^\| `(--[a-z-]+)", SECTIONS[section], re.MULTILINE)
    mine = [one for one in commands(section) if one.startswith(" ".join(command))]
    named += [word for one in mine for word in shlex.split(one) if word.startswith("--")]
    assert mine
    for option in named:
        assert option in options


def test_the_ladder_is_one(checkout: Path) -> None:
    from shopthelook.evaluation.embedding.ladder import Ladder
    from shopthelook.evaluation.embedding.ladder.running import make_recipes

    (example,) = re.findall(r"```toml\n(.*?)```", SECTIONS["Ladders"], re.DOTALL)
    (checkout / "steps.toml").write_text(example)
    recipes = make_recipes(Ladder.read(checkout / "steps.toml"))
    assert [recipe["model"]["binary"] for recipe in recipes] == [
        "float",
        "straight-through",
        "straight-through",
    ]
