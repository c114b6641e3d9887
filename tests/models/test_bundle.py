"""Opening bundles, and files that are not what their card says."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from shopthelook.models import BundleError, CardError, Session, bundle, list_bundles, open_bundle
from tests.fixtures.tiny_bundles import make_tiny_detector, make_tiny_embedder


def test_a_folder_is_opened(tiny_detector: Path) -> None:
    opened = open_bundle(tiny_detector)
    assert opened.id == "tiny-detector@1"
    assert opened.kind == "detector"
    assert opened == open_bundle(str(tiny_detector), kind="detector")
    assert opened.read_model()[:1]


def test_shipped_bundles_are_opened_by_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    make_tiny_detector(tmp_path, name="one")
    make_tiny_embedder(tmp_path, name="two", version="7")
    monkeypatch.setattr(bundle, "SHIPPED", tmp_path)
    assert [shipped.id for shipped in list_bundles()] == ["one@1", "two@7"]
    assert open_bundle("two").id == "two@7"
    assert open_bundle("two@7").path == tmp_path / "two"
    with pytest.raises(BundleError, match="two@7 does"):
        open_bundle("two@8")


def test_a_shipped_name_wins_over_a_folder_here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    shipped, here = tmp_path / "shipped", tmp_path / "here"
    make_tiny_detector(shipped, name="one")
    make_tiny_detector(here, name="one", version="2")
    monkeypatch.setattr(bundle, "SHIPPED", shipped)
    monkeypatch.chdir(here)
    assert open_bundle("one").id == "one@1"
    assert open_bundle("./one").id == "one@2"
    assert open_bundle(Path("one")).id == "one@2"


@pytest.mark.parametrize("name", ["nothing-like-this", "", "..", "a/b", "@1"])
def test_a_name_that_is_none(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    make_tiny_detector(tmp_path / "shipped", name="one")
    monkeypatch.setattr(bundle, "SHIPPED", tmp_path / "shipped")
    monkeypatch.chdir(tmp_path)
    with pytest.raises((BundleError, CardError)):
        open_bundle(name)


def test_the_error_names_what_there_is(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    make_tiny_detector(tmp_path, name="one")
    monkeypatch.setattr(bundle, "SHIPPED", tmp_path)
    with pytest.raises(BundleError, match=r"'three'.*one"):
        open_bundle("three")


def test_the_wrong_kind(tiny_detector: Path) -> None:
    with pytest.raises(BundleError, match="'detector', 'embedder' is needed"):
        open_bundle(tiny_detector, kind="embedder")


def test_a_folder_without_card(tmp_path: Path) -> None:
    with pytest.raises(CardError, match="is missing"):
        open_bundle(tmp_path)


def test_a_missing_model(tmp_path: Path) -> None:
    opened = open_bundle(make_tiny_detector(tmp_path))
    opened.model_path.unlink()
    with pytest.raises(BundleError, match=r"model\.onnx is missing"):
        Session(opened).open()


def test_a_model_that_was_changed_is_not_run(tmp_path: Path) -> None:
    opened = open_bundle(make_tiny_detector(tmp_path))
    opened.read_model()
    data = opened.model_path.read_bytes()
    opened.model_path.write_bytes(data[:-1] + bytes([data[-1] ^ 1]))
    os.utime(opened.model_path, ns=(0, 0))
    with pytest.raises(BundleError, match="is not the model of its card"):
        opened.read_model()


def test_an_unchanged_model_is_hashed_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    opened = open_bundle(make_tiny_detector(tmp_path))
    data = opened.read_model()
    monkeypatch.setattr(bundle.hashlib, "sha256", None)
    assert opened.read_model() == data


def test_bundles_below_a_folder(tmp_path: Path) -> None:
    make_tiny_embedder(tmp_path, name="b")
    make_tiny_detector(tmp_path, name="a")
    (tmp_path / "no-bundle").mkdir()
    assert [found.name for found in list_bundles(tmp_path)] == ["a", "b"]
    assert list_bundles(tmp_path / "nowhere") == []
