"""Copies of embedders in the shop's folder."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from shopthelook.models import list_bundles, open_bundle
from shopthelook.pipeline import kept_embedders
from tests.fixtures.tiny_bundles import make_tiny_embedder


def test_a_copy_is_the_same_bundle(tiny_embedder: Path, tmp_path: Path) -> None:
    bundle = open_bundle(tiny_embedder)
    folder = tmp_path / "embedders"
    assert kept_embedders.find(folder, bundle.key) is None
    for _ in range(2):
        kept_embedders.keep(folder, bundle)
    (copy,) = folder.iterdir()
    found = kept_embedders.find(folder, bundle.key)
    assert found is not None
    assert (found.path, found.key) == (copy, bundle.key)
    assert found.read_model() == bundle.read_model()


def test_only_what_is_needed_stays(tiny_embedder: Path, tmp_path: Path) -> None:
    first = open_bundle(tiny_embedder)
    second = open_bundle(make_tiny_embedder(tmp_path, bits=128))
    folder = tmp_path / "embedders"
    for bundle in (first, second):
        kept_embedders.keep(folder, bundle)
    kept_embedders.keep_only(folder, [second.key])
    assert kept_embedders.find(folder, first.key) is None
    assert kept_embedders.find(folder, second.key) is not None


def test_a_damaged_copy_is_told(
    tiny_embedder: Path, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    bundle = open_bundle(tiny_embedder)
    kept_embedders.keep(tmp_path, bundle)
    (card,) = tmp_path.glob("*@*/card.json")
    card.write_text("{")
    assert kept_embedders.find(tmp_path, bundle.key) is None
    assert "card.json" in caplog.text


def test_a_bundle_that_ships_is_found_without_one(tmp_path: Path) -> None:
    shipped = next(one for one in list_bundles() if one.kind == "embedder")
    found = kept_embedders.find(tmp_path, shipped.key)
    assert found is not None
    assert found.path == shipped.path


def test_where_no_copy_can_be_made_the_log_says_so(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    bundle = open_bundle(make_tiny_embedder(tmp_path))
    bundle.model_path.unlink()
    kept_embedders.keep(tmp_path / "embedders", bundle)
    assert "no copy of the embedder" in caplog.text
    assert list((tmp_path / "embedders").iterdir()) == []


@pytest.mark.skipif(os.geteuid() == 0 if hasattr(os, "geteuid") else True, reason="may write anywhere")
def test_a_shop_that_is_only_read_needs_none(
    tiny_embedder: Path, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    tmp_path.chmod(0o555)
    kept_embedders.keep(tmp_path / "embedders", open_bundle(tiny_embedder))
    assert not caplog.records


@pytest.mark.skipif(sys.platform == "win32", reason="killed by a signal")
def test_what_a_killed_process_left_goes(tiny_embedder: Path, tmp_path: Path) -> None:
    """A process is killed in the middle of a copy; another one may be in the middle of its own now."""
    folder = tmp_path / "embedders"
    bundle = open_bundle(tiny_embedder)
    code = (
        "import os, shutil, signal, sys\n"
        "from pathlib import Path\n"
        "from shopthelook.models import open_bundle\n"
        "from shopthelook.pipeline import kept_embedders\n"
        "shutil.copyfile = lambda *_: os.kill(os.getpid(), signal.SIGKILL)\n"
        "kept_embedders.keep(Path(sys.argv[1]), open_bundle(sys.argv[2]))\n"
    )
    killed = subprocess.run([sys.executable, "-c", code, str(folder), str(tiny_embedder)])
    assert killed.returncode == -signal.SIGKILL
    (left,) = folder.iterdir()
    assert left.name.startswith(".new")
    kept_embedders.keep(folder, bundle)
    assert left.exists()  # too young to be known as left over
    before = time.time() - 2 * 3600
    os.utime(left, (before, before))
    kept_embedders.keep(folder, bundle)
    assert [one.name for one in folder.iterdir()] == [kept_embedders._name(bundle.key)]
