"""The reader of MATLAB files, against files that SciPy writes and against broken ones."""

import tempfile
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays
from scipy.io import savemat

from shopthelook.datasets import mat
from shopthelook.datasets.errors import DataError
from shopthelook.datasets.mat import read_mat

NAMES = ["null", "coat", "t-shirt", "", "écharpe", "a name that is longer than eight bytes"]


def cells(names: list[str]) -> np.ndarray:
    made = np.empty((1, len(names)), object)
    for i, name in enumerate(names):
        made[0, i] = name
    return made


@settings(max_examples=60, deadline=None)
@given(
    value=arrays.arrays(
        st.sampled_from(["u1", "i2", "u2", "i4", "f4", "f8"]), st.tuples(st.integers(1, 9), st.integers(1, 9))
    ),
    compressed=st.booleans(),
)
def test_numbers(value: np.ndarray, compressed: bool) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "a.mat"
        savemat(path, {"before": np.ones((2, 3)), "groundtruth": value}, do_compression=compressed)
        np.testing.assert_array_equal(read_mat(path, "groundtruth"), value)
        np.testing.assert_array_equal(read_mat(path, "before"), np.ones((2, 3)))


@pytest.mark.parametrize("compressed", [False, True])
def test_texts(tmp_path: Path, compressed: bool) -> None:
    savemat(tmp_path / "a.mat", {"label_list": cells(NAMES)}, do_compression=compressed)
    assert read_mat(tmp_path / "a.mat", "label_list") == NAMES


def test_other_kinds_of_variables_are_passed_over(tmp_path: Path) -> None:
    path = tmp_path / "a.mat"
    savemat(path, {"thing": {"field": 1.0}, "text": "abc", "x": np.array([[7]])})
    assert read_mat(path, "x") == [[7]]
    for name in ("thing", "text", "y"):
        with pytest.raises(DataError, match=f"no variable '{name}' with numbers or texts"):
            read_mat(path, name)


def test_what_is_no_such_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "a.mat"
    with pytest.raises(DataError, match="No such file"):
        read_mat(path, "x")
    for content, says in (
        (b"", "not a MATLAB file"),
        (b"<html>" * 40, "not a MATLAB file"),
        (b"MATLAB 7.3 MAT-file" + bytes(500), "without -v7.3"),
        (b"MATLAB 5.0".ljust(126) + b"IM" + b"\x0e\0\0\0\xff\0\0\0" + bytes(9), "ends within an element"),
    ):
        path.write_bytes(content)
        with pytest.raises(DataError, match=says):
            read_mat(path, "x")
    monkeypatch.setattr(mat, "MOST", 1000)
    savemat(path, {"x": np.zeros((100, 100))}, do_compression=True)
    with pytest.raises(DataError, match="larger than 1,000 bytes"):
        read_mat(path, "x")


@settings(max_examples=150, deadline=None)
@given(data=st.data())
def test_a_damaged_file_is_an_error_in_words(data: st.DataObject) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "a.mat"
        value = {"x": np.arange(40.0).reshape(5, 8), "names": cells(NAMES)}
        savemat(path, value, do_compression=data.draw(st.booleans()))
        good = path.read_bytes()
        for _ in range(data.draw(st.integers(1, 3))):
            at = data.draw(st.integers(120, len(good)))
            good = good[:at] + data.draw(st.binary(max_size=12)) + good[at + data.draw(st.integers(0, 12)) :]
        path.write_bytes(good)
        for name in ("x", "names"):
            try:
                found = read_mat(path, name)
            except DataError:
                continue
            assert isinstance(found, list) or found.ndim >= 0
