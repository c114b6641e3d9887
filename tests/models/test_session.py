"""Running models: outputs by the card's names, threads, and models that fail."""

from __future__ import annotations

import hashlib
import threading
from pathlib import Path

import numpy as np
import pytest

from shopthelook.models import BundleError, ModelRunError, Session, open_bundle
from shopthelook.models.session import default_threads
from tests.fixtures.tiny_bundles import EMBEDDER_SIZE, make_tiny_detector, make_tiny_embedder

PIXELS = np.zeros((2, 3, EMBEDDER_SIZE, EMBEDDER_SIZE), np.float32)


def test_outputs_come_under_the_names_of_the_card(tiny_embedder: Path) -> None:
    outputs = Session(open_bundle(tiny_embedder), threads=1).run({"image": PIXELS})
    assert {key: array.shape for key, array in outputs.items()} == {"embedding": (2, 64), "category": (2, 3)}


def test_the_model_is_loaded_at_the_first_run(tmp_path: Path) -> None:
    bundle = open_bundle(make_tiny_embedder(tmp_path))
    session = Session(bundle)
    data = bundle.model_path.read_bytes()
    bundle.model_path.unlink()
    with pytest.raises(BundleError):
        session.run({"image": PIXELS})
    bundle.model_path.write_bytes(data)
    assert session.run({"image": PIXELS})["embedding"].shape == (2, 64)


def test_threads_share_a_session(tiny_embedder: Path) -> None:
    session = Session(open_bundle(tiny_embedder))
    batches = [np.full((1, 3, EMBEDDER_SIZE, EMBEDDER_SIZE), value / 8, np.float32) for value in range(8)]
    expected = [Session(session.bundle, threads=1).run({"image": batch})["embedding"] for batch in batches]
    wrong: list[int] = []
    ready = threading.Barrier(8)

    def work(i: int) -> None:
        ready.wait()
        for _ in range(20):
            if not np.allclose(session.run({"image": batches[i]})["embedding"], expected[i], atol=1e-4):
                wrong.append(i)

    threads = [threading.Thread(target=work, args=(i,)) for i in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not wrong


def test_number_of_threads(tiny_embedder: Path) -> None:
    bundle = open_bundle(tiny_embedder)
    assert Session(bundle).threads == default_threads()
    assert 1 <= default_threads() <= 4
    assert Session(bundle, threads=3).threads == 3
    with pytest.raises(ValueError, match="threads"):
        Session(bundle, threads=-1)


def test_an_input_that_the_model_does_not_take(tiny_embedder: Path) -> None:
    session = Session(open_bundle(tiny_embedder))
    with pytest.raises(ModelRunError, match=r"tiny-embedder@1 failed on image \(2, 3, 8, 8\)"):
        session.run({"image": np.zeros((2, 3, 8, 8), np.float32)})
    with pytest.raises(ModelRunError):
        session.run({"picture": PIXELS})


@pytest.mark.parametrize("content", [b"", b"not a model", b"\x08\x08\x12\x00" * 50])
def test_a_file_that_is_no_model(content: bytes, tmp_path: Path) -> None:
    folder = make_tiny_detector(tmp_path, sha256=hashlib.sha256(content).hexdigest())
    (folder / "model.onnx").write_bytes(content)
    with pytest.raises(BundleError, match="is not an ONNX model that can run here"):
        Session(open_bundle(folder)).open()


def test_a_model_cut_short(tmp_path: Path) -> None:
    folder = make_tiny_embedder(tmp_path)
    data = (folder / "model.onnx").read_bytes()[:-1000]
    folder = make_tiny_embedder(tmp_path, sha256=hashlib.sha256(data).hexdigest())
    (folder / "model.onnx").write_bytes(data)
    with pytest.raises(BundleError, match="is not an ONNX model"):
        Session(open_bundle(folder)).open()


def test_an_output_that_the_model_lacks(tmp_path: Path) -> None:
    folder = make_tiny_embedder(tmp_path, outputs={"embedding": "code", "category": "category"})
    with pytest.raises(
        BundleError, match=r"has no output code \(it has embedding, category, color, pattern, gender\)"
    ):
        Session(open_bundle(folder)).open()
