"""The report of retrieval: whole, safe with names of others, and the same figures everywhere."""

from __future__ import annotations

import itertools
import json
import re
from pathlib import Path

import pytest
from PIL import Image

from shopthelook.embedding.views import ViewSet
from shopthelook.evaluation.embedding import Evaluation, Way, ask, evaluate
from shopthelook.evaluation.embedding.carding import metrics
from shopthelook.evaluation.embedding.examples import HITS, MOST, choose
from shopthelook.evaluation.embedding.report import write_report
from shopthelook.evaluation.embedding.report.tables import p_text
from shopthelook.models import open_bundle
from tests.evaluation.detection.report.test_report import Page
from tests.evaluation.embedding import made
from tests.fixtures.tiny_bundles import make_tiny_embedder

ODD = "<b>a|b & `c`"


@pytest.fixture(scope="module")
def evaluation(
    tmp_path_factory: pytest.TempPathFactory, tiny_detector: Path, other_views: ViewSet
) -> Evaluation:
    folder = tmp_path_factory.mktemp("reported")
    rooms = made.rooms(folder / ODD, things=36)
    bundles = [
        open_bundle(make_tiny_embedder(folder, bits, name)) for bits, name in ((64, "old"), (512, "new"))
    ]
    asked = ask([rooms], "all", [other_views])
    return evaluate(bundles, asked, detector=open_bundle(tiny_detector), replicates=50, latency_crops=3)


@pytest.fixture(scope="module")
def report(tmp_path_factory: pytest.TempPathFactory, evaluation: Evaluation) -> Path:
    folder = tmp_path_factory.mktemp("reports") / "new"
    write_report(evaluation, folder)
    return folder


def test_the_page_needs_nothing_else_and_names_are_text(report: Path) -> None:
    html = (report / "report.html").read_text(encoding="utf-8")
    page = Page(html)
    assert page.open == []
    assert page.wanted
    assert all(one.startswith("data:image/webp;base64,") for one in page.wanted)
    assert "<b>a" not in html
    for words in (
        f"{ODD}: objects of scenes",
        "the detector's box, its category",
        "Gains",
        "over old@1; the given box, all products",
        "Categories, by P@1 (the detector's box, its category)",
        "How it was measured",
    ):
        assert words in page.texts, words
    assert any("the detector missed 12 of the 48 queries" in text for text in page.texts)
    assert any(text.startswith("Measured on all views") for text in page.texts)


def test_markdown_tables_are_tables_and_name_the_sheets(report: Path) -> None:
    text = (report / "report.md").read_text(encoding="utf-8")
    columns = 0
    for before, line in itertools.pairwise(text.splitlines()):
        if line.startswith("|"):
            cells = len(re.findall(r"(?<!\\)\|", line))
            columns = cells if not before.startswith("|") else columns
            assert cells == columns, line
    named = re.findall(r"!\[.*?\]\((.+?)\)", text)
    assert named
    assert {one.name for one in report.iterdir()} == {"report.html", "report.md", "figures.json", *named}
    for name in named:
        assert Image.open(report / name).width > 600


def test_figures_are_those_of_the_command(report: Path, evaluation: Evaluation) -> None:
    assert json.loads((report / "figures.json").read_text(encoding="utf-8")) == evaluation.as_dict()


def test_examples_are_of_both_sorts(evaluation: Evaluation) -> None:
    [one] = evaluation.measured
    way = Way("detector", "everything")
    found = choose(one, 0, way)
    assert found.n_hits + found.n_misses == 36
    assert 0 < len(found.hits) <= MOST
    for example in found.hits:
        assert example.place == 1
        assert example.hits[0][1]
        assert len(example.hits) == HITS
        assert example.query.box is not None
        assert example.right.view.instance == example.query.view.instance
    for example in found.misses:
        assert not example.hits[0][1]
        assert example.place is not None
        assert example.place > 1


def test_figures_for_the_card(evaluation: Evaluation) -> None:
    rows = metrics(evaluation, 1, "shopthelook eval retrieval new")
    assert len(rows) == 5 * 2 * 2 + 1
    values = {one.name: one.value for one in rows}
    name = f"{ODD}: objects of scenes: P@1, the detector's box, its category, binary, 12 distractors"
    [measured] = evaluation.measured
    expected = measured.answers[1][measured.ways[0], "binary"].scores["p@1"].mean()
    assert values[name] == pytest.approx(expected, abs=1e-4)
    assert {(one.split, one.n) for one in rows[:-1]} == {("all", 48)}
    assert rows[-1].n == len(evaluation.latency) + 1 == 3


@pytest.mark.parametrize(
    ("p", "text"), [(0.0001, "< 0.001"), (0.0421, "0.042"), (0.3333, "0.33"), (1.0, "1.00")]
)
def test_p_values(p: float, text: str) -> None:
    assert p_text(p) == text
