"""Reading what a recipe names."""

from pathlib import Path

import pytest

from shopthelook.embedding.training.run import Sources, run
from shopthelook.embedding.views import Row, write_views
from shopthelook.errors import ShopError
from shopthelook.models.card import DataUse
from tests.embedding.training.recipes import tiny


def test_sources_are_read_and_counted(things: Path) -> None:
    recipe = tiny(('{ name = "things" }', '{ name = "things", licence = "mine" }'))
    sources = Sources.read(recipe, {"things": things})
    learnt = {view.path for view in sources.of("train")[0]}
    assert sources.data_uses(recipe) == [DataUse("things", "mine", len(learnt))]
    assert Sources.read(tiny(), {"things": things}).data_uses(tiny())[0].licence == "CC0"


def test_what_is_missing_is_said(things: Path, tmp_path: Path) -> None:
    with pytest.raises(
        ShopError, match="needs the data set things: say where it is with --data things=FOLDER"
    ):
        Sources.read(tiny(), {})
    with pytest.raises(ShopError, match="has no data set other; it has things"):
        Sources.read(tiny(), {"things": things, "other": things})
    with pytest.raises(ShopError, match="no views here"):
        Sources.read(tiny(), {"things": tmp_path})
    paired = tiny(('{ name = "things" }', '{ name = "things", by = "pair" }'))
    with pytest.raises(ShopError, match="a batch of 8 of pairs cannot be shared out evenly over 8 devices"):
        run(paired, {"things": things}, tmp_path, device="cpu", devices=8)
    with pytest.raises(ShopError, match="a batch of 8 cannot be shared out evenly over 3 devices"):
        run(tiny(), {"things": things}, tmp_path, device="cpu", devices=3)


def test_views_that_cannot_be_learnt_from(tmp_path: Path) -> None:
    held = next(f"g{i}" for i in range(99) if _split(f"g{i}") == "test")
    write_views(tmp_path / "held", [Row("a.png", "product", group=held, category="443")])
    with pytest.raises(ShopError, match="none of its 1 views is of the split 'train'"):
        Sources.read(tiny(), {"things": tmp_path / "held"})
    learnt = next(f"g{i}" for i in range(99) if _split(f"g{i}") == "train")
    write_views(tmp_path / "loose", [Row("a.png", "product", group=learnt, category="443")])
    by_instance = tiny(('{ name = "things" }', '{ name = "things", by = "instance" }'))
    with pytest.raises(ShopError, match="no training view has an instance"):
        Sources.read(by_instance, {"things": tmp_path / "loose"})


def _split(group: str) -> str:
    from shopthelook.datasets.splits import split_of

    return split_of(group)
