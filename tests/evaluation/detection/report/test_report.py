"""The files of a report: whole, alike, and safe with names of others."""

from __future__ import annotations

import itertools
import json
import re
import shutil
from html.parser import HTMLParser
from pathlib import Path
from xml.etree import ElementTree

import pytest

from shopthelook.evaluation.detection import Evaluation, Interval, evaluate, open_measured
from shopthelook.evaluation.detection.report import write_report
from shopthelook.evaluation.report.cells import Cell, figure_cell, gain_cell
from shopthelook.evaluation.report.files import ReportError
from shopthelook.models import open_bundle
from tests.evaluation.detection.painted import CHAIR, Painted, write
from tests.fixtures.tiny_bundles import LABELS, make_tiny_detector

ODD = "<b>a|b & `c`"


@pytest.fixture(scope="module")
def evaluation(tmp_path_factory: pytest.TempPathFactory, rooms: Path) -> Evaluation:
    """Two detectors, rooms and products; the rooms are in a folder with an odd name."""
    folder = tmp_path_factory.mktemp("reported")
    shutil.copytree(rooms, folder / ODD)
    products = write(folder / "products", [Painted((CHAIR,), (CHAIR,))] * 6, kind="products")
    deaf = [{**label, "threshold": 0.9 if label["name"] == "Tables" else 0.4} for label in LABELS]
    bundles = [make_tiny_detector(folder, "first", labels=deaf), make_tiny_detector(folder, "second")]
    sets = [open_measured(folder / ODD, "val"), open_measured(products, "val")]
    return evaluate([open_bundle(one) for one in bundles], sets, latency_pictures=3, replicates=50)


@pytest.fixture(scope="module")
def report(tmp_path_factory: pytest.TempPathFactory, evaluation: Evaluation) -> Path:
    folder = tmp_path_factory.mktemp("reports") / "new"
    write_report(evaluation, folder)
    return folder


class Page(HTMLParser):
    """What a page asks for, its texts, and whether its tags close."""

    VOID = ("meta", "img")

    def __init__(self, text: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.wanted: list[str] = []
        self.texts: list[str] = []
        self.tags: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.wanted += [value or "" for name, value in attrs if name in ("src", "href")]
        if tag not in self.VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.texts.append(data)


def test_the_page_needs_nothing_else(report: Path) -> None:
    page = Page((report / "report.html").read_text(encoding="utf-8"))
    assert page.open == []
    assert page.wanted
    assert all(one.startswith("data:image/webp;base64,") for one in page.wanted)
    assert not {"script", "link", "iframe"} & set(page.tags)


def test_names_of_others_are_text(report: Path) -> None:
    page = Page((report / "report.html").read_text(encoding="utf-8"))
    assert f"{ODD}: scene pictures" in page.texts
    html = (report / "report.html").read_text(encoding="utf-8")
    assert "<b>a" not in html
    assert "&lt;b&gt;a|b &amp; `c`" in html


def test_the_page_says_what_was_measured(report: Path) -> None:
    texts = Page((report / "report.html").read_text(encoding="utf-8")).texts
    for words in (
        "32 pictures of the split “val”, 40 boxes of 2 classes",
        "products: single-product pictures",
        "one right box",
        "+20.0",
        "over first@1",
        "The worst mistakes of second@1",
        "Shown where there is no such object",
        "mean of the classes",
    ):
        assert words in texts, words
    assert any(text.startswith("Thresholds and settings are chosen on the split “val”") for text in texts)


def test_markdown_tables_are_tables(report: Path) -> None:
    lines = (report / "report.md").read_text(encoding="utf-8").splitlines()
    assert lines[0] == "# Detectors, measured"
    assert r"## \<b\>a\|b & \`c\`: scene pictures" in lines
    columns = 0
    for before, line in itertools.pairwise(lines):
        if line.startswith("|"):
            cells = len(re.findall(r"(?<!\\)\|", line))
            columns = cells if not before.startswith("|") else columns
            assert cells == columns, line
    assert "| Tables | 8 |" in "\n".join(lines)
    assert any(line.startswith("| second@1 (over first@1) |") for line in lines)


def test_curves_are_files_beside_the_markdown(report: Path) -> None:
    text = (report / "report.md").read_text(encoding="utf-8")
    named = re.findall(r"!\[.*?\]\((.+?)\)", text)
    assert named == ["curves-1-b-a-b-c.svg", "curves-2-products.svg"]
    for name in named:
        root = ElementTree.fromstring((report / name).read_text(encoding="utf-8"))
        lines = root.findall(".//{http://www.w3.org/2000/svg}polyline")
        assert len(lines) == 2 * (3 if "b-a-b-c" in name else 2)
        assert all(len(line.attrib["points"].split()) == 101 for line in lines)


def test_the_figures_are_those_of_the_command(report: Path, evaluation: Evaluation) -> None:
    assert json.loads((report / "figures.json").read_text(encoding="utf-8")) == evaluation.as_dict()


def test_a_report_that_cannot_be_written(tmp_path: Path, evaluation: Evaluation) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(ReportError, match="file: the report cannot be written"):
        write_report(evaluation, tmp_path / "file")


NAN = float("nan")


@pytest.mark.parametrize(
    ("cell", "expected"),
    [
        (figure_cell(Interval(0.5, 0.25, 0.7512)), Cell("50.0", "25.0 to 75.1")),
        (figure_cell(Interval(0.5, NAN, NAN), "best"), Cell("50.0", "", "best")),
        (figure_cell(Interval(NAN, NAN, NAN)), Cell("–")),
        (gain_cell(Interval(0.02, 0.01, 0.03)), Cell("+2.0", "+1.0 to +3.0", "better")),
        (gain_cell(Interval(-0.02, -0.03, -0.01)), Cell("−2.0", "−3.0 to −1.0", "worse")),
        (gain_cell(Interval(0.02, -0.01, 0.03)), Cell("+2.0", "−1.0 to +3.0")),
        (gain_cell(Interval(0.0, -0.0001, 0.0)), Cell("+0.0", "+0.0 to +0.0")),
        (gain_cell(Interval(NAN, NAN, NAN)), Cell("–")),
    ],
)
def test_cells(cell: Cell, expected: Cell) -> None:
    assert cell == expected
