"""The page on the API: its examples run, and what they answer has the shape that was recorded."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from demo.api_page import PAGE, ROOT, Example, examples, open_for_pictures_of_this_machine, run, served

from shopthelook import Shop

pytestmark = pytest.mark.skipif(shutil.which("curl") is None, reason="the page's examples are for curl")

EXAMPLES = examples(PAGE.read_text(encoding="utf-8"))
PRODUCTS = 60


@pytest.fixture(scope="module")
def servers(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, str, str]]:
    """Part of the demo shop, and the demo's pictures: two addresses, and a key for writing."""
    folder = tmp_path_factory.mktemp("api") / "shop"
    Shop.create(folder).close()
    with open_for_pictures_of_this_machine(folder) as shop:
        shop.import_products(ROOT / "demo" / "products.tsv", limit=PRODUCTS)
        shop.import_scenes([ROOT / "demo" / "scenes" / "room-001.webp"])
        # What answers first compiles the search where that was not done on this machine.
        shop.index.refresh()
        _, key = shop.catalog.keys.create("examples", ["write"])
        with served(shop) as (server, merchant):
            yield server, merchant, key


def agree(recorded: Any, now: Any, where: str = "the answer") -> None:
    """Fail where two answers do not have the same fields of the same types; null is of every type."""
    if recorded is None or now is None:
        return
    if isinstance(recorded, dict):
        assert isinstance(now, dict), where
        assert list(recorded) == list(now), where
        for name, value in recorded.items():
            agree(value, now[name], f"{where}.{name}")
    elif isinstance(recorded, list):
        assert isinstance(now, list), where
        for one in recorded:
            for other in now:
                agree(one, other, f"{where}[]")
    else:
        number = (int, float)
        same = (isinstance(recorded, number) and isinstance(now, number)) or type(recorded) is type(now)
        assert same, f"{where}: {recorded!r} was recorded, {now!r} is answered"


@pytest.mark.parametrize("example", EXAMPLES, ids=[one.source.strip()[-40:] for one in EXAMPLES])
def test_an_example_answers_what_was_recorded(example: Example, servers: tuple[str, str, str]) -> None:
    printed = run(example, *servers)
    if example.form == "json":
        recorded = json.loads(example.answer)
        agree(recorded, json.loads(printed))
        assert ("error" in recorded) == ("error" in json.loads(printed))
    else:
        # Other products are found in a part of the shop, in as many lines.
        assert len(printed.splitlines()) == len(example.answer.splitlines())
        assert "Traceback" not in printed


def test_the_page_has_examples_of_every_kind() -> None:
    assert {one.kind for one in EXAMPLES} == {"sh", "python"}
    text = "".join(one.source for one in EXAMPLES)
    for call in ("/v1/search", "/v1/products ", "/v1/products/delete", "Client(", "AsyncClient("):
        assert call in text
    assert any('"error"' in one.answer for one in EXAMPLES)


def test_shapes_that_differ_are_seen() -> None:
    agree({"a": [{"b": 1}], "c": None}, {"a": [{"b": 2.5}], "c": "x"})
    for other in (
        {"a": [{"b": 1}]},
        {"a": [{"d": 1}], "c": 1},
        {"a": [{"b": "1"}], "c": 1},
        {"a": {}, "c": 1},
    ):
        with pytest.raises(AssertionError):
            agree({"a": [{"b": 1}], "c": 2}, other)


def test_every_call_of_the_table_exists() -> None:
    from shopthelook.serving.routes import pictures, products, scenes, search, state

    known = {
        route.path.replace(":path", "")
        for part in (pictures, products, scenes, search, state)
        for route in part.router.routes
        if hasattr(route, "path")
    }
    page = Path(PAGE).read_text(encoding="utf-8")
    table = page[page.index("| call |") : page.index("\n## ")]
    for shape in known:
        # Ids have shorter names on the page.
        start = shape.partition("{")[0].rstrip("/")
        assert start in table, shape
