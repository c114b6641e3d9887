"""Recipes that ship and recipes of one's own."""

from pathlib import Path

import pytest

from shopthelook.training.shelf import Shelf
from shopthelook.training.tables import RecipeError

SHELF = Shelf("shopthelook.detection.training")


def test_what_ships_is_read_by_name_and_what_does_not_by_path(tmp_path: Path) -> None:
    assert "demo" in SHELF.names()
    assert SHELF.names() == sorted(SHELF.names())
    assert SHELF.read("demo") == (SHELF.text("demo"), "demo", "demo")
    mine = tmp_path / "mine.toml"
    mine.write_text("a = 1\n")
    assert SHELF.read(mine) == ("a = 1\n", "mine", str(mine))


def test_what_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(RecipeError, match=r"no recipe 'none'; there are baseline.*, or give a \.toml file"):
        SHELF.read("none")
    with pytest.raises(RecipeError, match="No such file"):
        SHELF.read(tmp_path / "none.toml")
    (tmp_path / "bytes.toml").write_bytes(b"\xff\xfe\xff")
    with pytest.raises(RecipeError, match=r"bytes\.toml: cannot be read"):
        SHELF.read(tmp_path / "bytes.toml")
