"""Every test that asks for `make_index` runs on every engine."""

from __future__ import annotations

import pytest

from tests.retrieval.engines import ENGINES, MakeIndex


@pytest.fixture(params=sorted([*ENGINES, "milvus"]))
def make_index(request: pytest.FixtureRequest) -> MakeIndex:
    """Makes an empty index of a number of bits."""
    if request.param == "milvus":
        made: MakeIndex = request.getfixturevalue("milvus_index")
        return made
    return ENGINES[request.param]
