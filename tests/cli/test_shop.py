"""init, status, help, and how the command finds its shop and ends."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

import shopthelook
from shopthelook import Shop
from shopthelook.cli.main import main
from tests.cli.conftest import Run
from tests.fixtures.tiny_bundles import make_tiny_embedder
from tests.pipeline.test_reembedding import name_embedder


def test_version_and_help(bare: Run) -> None:
    assert bare("--version").out.strip() == f"shopthelook, version {shopthelook.__version__}"
    answer = bare("--help")
    assert answer.status == 0
    assert "shopthelook products import" in answer.out
    for noun in (
        "init",
        "status",
        "products",
        "scenes",
        "decompose",
        "search",
        "models",
        "taxonomy",
        "serve",
    ):
        assert noun in answer.out


NO_SHOP = {
    *(("init",), ("dataset",), ("train",)),
    *(("models", "from-transformers"), ("models", "quantize")),
    *(("eval", "detection"), ("eval", "retrieval"), ("eval", "attributes"), ("eval", "ladder")),
}
"""Commands, or whole groups, that work where there is no shop."""


def test_every_command_explains_itself(bare: Run) -> None:
    import click

    def walk(path: tuple[str, ...], command: click.Command) -> None:
        assert command.help, path
        answer = bare(*path, "--help")
        assert answer.status == 0
        if isinstance(command, click.Group):
            context = click.Context(command)
            for name in command.list_commands(context):
                below = command.get_command(context, name)
                assert below is not None
                walk((*path, name), below)
        elif path[:1] not in NO_SHOP and path not in NO_SHOP:
            assert {"--shop"} <= {option for one in command.params for option in one.opts}, path

    walk((), main)


def test_init_makes_a_shop_and_says_what_next(bare: Run, tiny_detector: Path, tiny_embedder: Path) -> None:
    answer = bare("init", "new", "--detector", tiny_detector, "--embedder", tiny_embedder)
    assert answer.status == 0
    assert "shopthelook products import" in answer.out
    with Shop.open("new") as shop:
        assert shop.detector_bundle.name == "tiny-detector"
    assert bare("init", "new").status == 1
    assert bare("init").status == 2


def test_init_finds_a_typo_at_once(bare: Run, tiny_detector: Path) -> None:
    answer = bare("init", "new", "--detector", "detector-lit")
    assert (answer.status, answer.out) == (1, "")
    assert "detector-lit" in answer.errors
    assert bare("init", "new", "--embedder", tiny_detector).status == 1
    assert not Path("new").exists()


def test_the_shop_is_found_by_option_variable_and_folder(
    bare: Run, shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert bare("status", "--shop", shop.directory, "--json").objects[0]["products"] == 0
    monkeypatch.setenv("SHOPTHELOOK_SHOP", str(shop.directory))
    assert bare("status").status == 0
    monkeypatch.delenv("SHOPTHELOOK_SHOP")
    monkeypatch.chdir(shop.directory)
    assert bare("status").status == 0


def test_no_shop_is_misuse_and_a_wrong_one_a_failure(bare: Run, tmp_path: Path) -> None:
    answer = bare("status")
    assert (answer.status, answer.out) == (2, "")
    assert "--shop" in answer.errors
    for wrong in (tmp_path, tmp_path / "nowhere"):
        answer = bare("status", "--shop", wrong)
        assert (answer.status, answer.out) == (1, "")
        assert answer.errors.startswith("error: ")
        assert "shopthelook init" in answer.errors


@pytest.mark.parametrize(
    "arguments",
    [
        ("nonsense",),
        ("--nonsense",),
        ("products",),
        ("products", "nonsense"),
        ("products", "import"),
        ("products", "import", "a", "b"),
        ("products", "import", "a", "--limit", "0"),
        ("products", "import", "a", "--limit", "1", "--replace"),
        ("products", "delete"),
        ("search",),
        ("search", "a.jpg", "-k", "0"),
        ("search", "a.jpg", "-k", "many"),
        ("search", "a.jpg", "--threshold", "2"),
        ("decompose",),
        ("taxonomy", "find"),
        ("serve", "--port", "70000"),
    ],
)
def test_misuse(run: Run, arguments: tuple[str, ...]) -> None:
    answer = run(*arguments)
    assert answer.status == 2
    assert answer.out == ""
    assert "Usage:" in answer.errors


def test_status_says_what_to_do(stocked: Run, shop: Shop) -> None:
    answer = stocked("status")
    assert "30 (30 can be found)" in answer.out
    assert "tiny-embedder@1" in answer.out
    assert stocked("status", "--json").objects[0]["with_code"] == 30


def test_status_says_how_far_another_embedder_is(stocked: Run, shop: Shop, tmp_path: Path) -> None:
    name_embedder(shop, make_tiny_embedder(tmp_path, bits=128, name="other-embedder"))
    answer = stocked("status")
    assert "other-embedder@1: 0 of 30 products have its code" in answer.out
    assert "30 (30 can be found)" in answer.out
    assert "tiny-embedder@1 serves until all products have a code of other-embedder@1" in answer.out
    now = stocked("status", "--json").objects[0]
    assert (now["embedder"], now["next_embedder"], now["next_codes"]) == (
        "tiny-embedder@1",
        "other-embedder@1",
        0,
    )
    (shop.directory / "pictures").rename(tmp_path / "aside")
    answer = stocked("products", "embed")
    assert answer.status == 1
    assert "error: 30 of the 30 products that are found have no code of other-embedder@1" in answer.errors
    assert "30 cannot get one" in stocked("status").out
    # Opening a shop makes the folder.
    shutil.rmtree(shop.directory / "pictures")
    (tmp_path / "aside").rename(shop.directory / "pictures")
    answer = stocked("products", "embed")
    assert (answer.status, "30 updated" in answer.out) == (0, True)
    now = stocked("status", "--json").objects[0]
    assert (now["embedder"], now["next_embedder"], now["with_code"]) == ("other-embedder@1", None, 30)


def test_status_says_how_fresh_the_index_is(stocked: Run) -> None:
    assert "not kept on disk" in stocked("status").out
    assert stocked("status", "--json").objects[0]["snapshot_seq"] is None
    stocked("index", "snapshot")
    assert "on disk, up to date" in stocked("status").out
    stocked("products", "delete", "p0000")
    assert "on disk, 1 changes behind" in stocked("status").out
    now = stocked("status", "--json").objects[0]
    assert now["last_seq"] == now["snapshot_seq"] + 1


def test_status_says_why_an_import_did_not_finish(run: Run, tmp_path: Path) -> None:
    feed = tmp_path / "feed.xml"
    feed.write_text("<rss>\n<channel><item></channel></rss>")
    assert run("products", "import", feed).status == 1
    out = run("status").out
    assert "did not finish" in out
    assert "1 problem; see: shopthelook products errors" in out
    assert "line 2: not well-formed XML" in run("products", "errors").out


def test_the_password_of_the_database_is_not_shown(run: Run, shop: Shop) -> None:
    settings = shop.directory / "shop.toml"
    settings.write_text(
        settings.read_text().replace("sqlite:///shop.db", "postgresql://u:secret@127.0.0.1:9/x")
    )
    answer = run("status")
    assert answer.status == 1
    assert "secret" not in answer.out + answer.errors


def test_a_mistake_in_the_settings_is_told(run: Run, shop: Shop) -> None:
    (shop.directory / "shop.toml").write_text("[models]\ndetektor = 'x'\n")
    answer = run("status")
    assert answer.status == 1
    assert "detektor" in answer.errors
