"""A shop on tiny models for the command line, and a way to call it in this process."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from PIL import Image

from shopthelook import Shop
from shopthelook.cli.main import main
from tests.fixtures.tiny_bundles import scene
from tests.pipeline.conftest import feed, new_shop, shop, web
from tests.pipeline.feeds import Feed

__all__ = ["feed", "new_shop", "shop", "web"]


class Answer:
    """What a command left: status, standard output, standard error."""

    def __init__(self, result: Result) -> None:
        self.status = result.exit_code
        self.out = result.stdout
        self.errors = result.stderr

    @property
    def objects(self) -> list[dict[str, Any]]:
        return [json.loads(line) for line in self.out.splitlines()]


Run = Callable[..., Answer]


@pytest.fixture
def bare(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    """Call the command in an empty folder."""
    folder = tmp_path / "elsewhere"
    folder.mkdir()
    monkeypatch.chdir(folder)
    monkeypatch.delenv("SHOPTHELOOK_SHOP", raising=False)

    def run(*arguments: object, stdin: str | None = None) -> Answer:
        result = CliRunner().invoke(
            main, [str(one) for one in arguments], input=stdin, prog_name="shopthelook"
        )
        if result.exception is not None and not isinstance(result.exception, SystemExit):
            raise result.exception
        return Answer(result)

    return run


@pytest.fixture
def run(bare: Run, shop: Shop, monkeypatch: pytest.MonkeyPatch) -> Run:
    """Call the command on the shop."""
    monkeypatch.setenv("SHOPTHELOOK_SHOP", str(shop.directory))
    return bare


@pytest.fixture
def stocked(run: Run, shop: Shop, feed: Feed) -> Run:
    """The same, with 30 products in the shop."""
    feed.fill(30)
    shop.import_products(feed.path)
    return run


@pytest.fixture
def room(tmp_path: Path) -> Path:
    """A photo with a red chair and a blue table."""
    path = tmp_path / "photos" / "room.png"
    path.parent.mkdir()
    Image.fromarray(scene(320, 240, (0, 20, 20, 100, 120), (2, 150, 60, 250, 200))).save(path)
    return path
