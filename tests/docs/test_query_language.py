"""Every example of the page on filters is one."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from shopthelook.pipeline.filters import resolve
from shopthelook.retrieval.query import QueryError, from_json, parse, to_text
from shopthelook.taxonomy import Taxonomy

PAGE = (Path(__file__).parents[2] / "docs" / "query-language.md").read_text(encoding="utf-8")
# The first cell of a row starts with an example; so do the commands.
ROWS = [
    example
    for row in re.findall(r"^\| (`.*?) \|", PAGE, re.MULTILINE)
    for example in re.findall(r"`(.+?)`", row)
]
EXAMPLES = [one for one in ROWS if not re.fullmatch(r"\w+", one)]
EXAMPLES += re.findall(r"where[ =]'?\"?([^'\"\n`]*?[:<][^'\"\n]*?)['\"]", PAGE)
EXAMPLES += [re.findall(r"^    (gender.*)$", PAGE, re.MULTILINE)[0]]
EXAMPLES += [one for one in re.findall(r"`([^`\n]+)`", PAGE) if re.match(r"(NOT )?\w+(:| >=| <| !=)", one)]


def test_there_are_examples() -> None:
    assert len(set(EXAMPLES)) > 25
    assert 'gender:Men AND (category:"Shirts & Tops" OR category:Neckties) AND NOT price < 50' in EXAMPLES


@pytest.mark.parametrize("text", dict.fromkeys(EXAMPLES))
def test_an_example_is_a_filter(text: str) -> None:
    assert parse(to_text(parse(text))) == parse(text)
    resolve(text, Taxonomy.builtin())


def test_the_document_is_a_filter() -> None:
    (document,) = re.findall(r"```json\n(.*?)```", PAGE, re.DOTALL)
    where = from_json(json.loads(document))
    assert resolve(where, Taxonomy.builtin()).names_category


def test_the_error_is_what_is_said() -> None:
    shown = re.search(r"((?:    .*\n){3})\nOver HTTP that is", PAGE)
    assert shown is not None
    with pytest.raises(QueryError) as caught:
        parse("color:red brand:x")
    assert [line.rstrip() for line in str(caught.value).split("\n")] == [
        line[4:] for line in shown[1].rstrip("\n").split("\n")
    ]
