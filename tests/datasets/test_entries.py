from __future__ import annotations

from pathlib import Path

import pytest

from shopthelook.datasets.entries import Entry, read_json, read_json_lines, read_json_list
from shopthelook.datasets.errors import DataError


def test_a_list_of_objects(tmp_path: Path) -> None:
    path = tmp_path / "a.json"
    path.write_text('[{"n": 1.5}, 3, {"n": "x"}]')
    first, second, third = read_json_list(path)
    assert isinstance(first, Entry)
    assert first.number("n") == 1.5
    assert str(second) == f"{path}[1]: an object is needed, not 3"
    assert isinstance(third, Entry)
    with pytest.raises(DataError, match=r"a\.json\[2\]: 'n' must be a number, not 'x'"):
        third.number("n")


@pytest.mark.parametrize(("text", "reason"), [("{}", "a list is needed"), ("[", "cannot be read as JSON")])
def test_no_list(tmp_path: Path, text: str, reason: str) -> None:
    (tmp_path / "a.json").write_text(text)
    with pytest.raises(DataError, match=reason):
        list(read_json_list(tmp_path / "a.json"))


def test_lines(tmp_path: Path) -> None:
    path = tmp_path / "a.json"
    path.write_bytes(b'\xef\xbb\xbf{"a": "x"}\n\n[1]\n{"a"\n{"a": "\xff"}\n')
    found = list(read_json_lines(path))
    assert [type(one) for one in found] == [Entry, DataError, DataError, Entry]
    assert isinstance(found[0], Entry)
    assert found[0].text("a") == "x"
    assert str(found[1]) == f"{path}: line 3: an object is needed, not [1]"
    assert str(found[2]).startswith(f"{path}: line 4: cannot be read as JSON")
    with pytest.raises(DataError, match=r"cannot be read: No such file"):
        list(read_json_lines(tmp_path / "none.json"))


def test_one_object(tmp_path: Path) -> None:
    (tmp_path / "a.json").write_text('{"a": {"b": NaN}}')
    entry = read_json(tmp_path / "a.json").object("a")
    with pytest.raises(DataError, match=r"a\.json: a: 'b' must be a number, not nan"):
        entry.number("b")
    with pytest.raises(DataError, match=r"'c' is missing; a number is needed"):
        entry.number("c")
