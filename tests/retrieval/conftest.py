"""Every test that asks for `make_index` runs on every engine."""

from __future__ import annotations

import pytest

from tests.retrieval.engines import ENGINES, MakeIndex

# A request takes Milvus some milliseconds, a collection seconds: of the many widths it has these.
_MILVUS_WIDTHS = {64, 4096}


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Leave out what Milvus is asked in a like way by another test."""
    items[:] = [item for item in items if not _is_like_another(item)]


def _is_like_another(item: pytest.Item) -> bool:
    values = getattr(getattr(item, "callspec", None), "params", {})
    if values.get("make_index") != "milvus":
        return False
    if values.get("bits", 64) not in _MILVUS_WIDTHS:
        return True
    return values.get("bits", 64) != 64 and values.get("limits", (10, 25)) != (10, 25)


@pytest.fixture(params=sorted([*ENGINES, "milvus"]))
def make_index(request: pytest.FixtureRequest) -> MakeIndex:
    """Makes an empty index of a number of bits."""
    if request.param == "milvus":
        made: MakeIndex = request.getfixturevalue("milvus_index")
        return made
    return ENGINES[request.param]
