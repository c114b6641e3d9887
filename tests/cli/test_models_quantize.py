"""models quantize."""

from __future__ import annotations

from pathlib import Path

from tests.cli.conftest import Run


def test_an_8_bit_copy_is_made_and_compared(
    bare: Run, small_one_stage: Path, rectangles: Path, tmp_path: Path
) -> None:
    call = ("models", "quantize", small_one_stage, "--data", f"rectangles={rectangles}", "--pictures", "4")
    answer = bare(*call, tmp_path / "one", "--json")
    assert answer.status == 0, answer.errors
    (found,) = answer.objects
    assert found["id"] == "one@1"
    assert found["path"] == str((tmp_path / "one").resolve())
    assert found["convolutions"]["quantized"] == found["convolutions"]["of"] - 8
    assert found["sets"][0]["AP50"]["int8"] > 0.9
    assert set(found["ms"]) == {"float", "int8"}
    assert "compared on rectangles" in answer.errors

    answer = bare(*call, tmp_path / "two", "--keep", "/head/*", "--reduce-range")
    assert answer.status == 0, answer.errors
    assert "AP50 on rectangles" in answer.out
    assert "convolutions in 8 bits, written to" in answer.out
    assert bare("models", "verify", tmp_path / "two").out == "two@1: good\n"


def test_misuse_and_failure_have_their_own_status(
    bare: Run, small_one_stage: Path, tiny_embedder: Path, rectangles: Path, tmp_path: Path
) -> None:
    start = ("models", "quantize", small_one_stage, tmp_path / "out")
    assert bare(*start).status == 2
    answer = bare(*start, "--data", rectangles)
    assert answer.status == 2
    assert "NAME=FOLDER is needed" in answer.errors
    assert bare(*start, "--data", f"a={rectangles}", "--data", f"a={rectangles}").status == 2
    answer = bare(*start, "--data", f"a={tmp_path / 'nowhere'}")
    assert answer.status == 1
    assert "nowhere" in answer.errors
    answer = bare("models", "quantize", tiny_embedder, tmp_path / "out", "--data", f"a={rectangles}")
    assert answer.status == 1
    assert answer.errors.startswith("error: tiny-embedder@1 is an embedder: only detectors")
    assert not (tmp_path / "out").exists()
