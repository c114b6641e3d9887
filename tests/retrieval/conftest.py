"""Every test that asks for `make_index` runs on every engine."""

from __future__ import annotations

import pytest

from tests.retrieval.engines import ENGINES, MakeIndex


@pytest.fixture(params=sorted(ENGINES))
def make_index(request: pytest.FixtureRequest) -> MakeIndex:
    """Makes an empty index of a number of bits."""
    return ENGINES[request.param]
