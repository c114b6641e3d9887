"""The tree: the shipped list, look-ups, search, and lists of one's own."""

from __future__ import annotations

import itertools
from importlib import resources
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shopthelook.taxonomy import Category, Taxonomy, TaxonomyError, UnknownCategory

OFFICIAL = Path(__file__).parents[3] / "shared" / "data" / "google-product-taxonomy.txt"
WHOLE_BRANCHES = ("Apparel & Accessories", "Furniture", "Home & Garden", "Luggage & Bags")


@pytest.fixture(scope="module")
def google() -> Taxonomy:
    return Taxonomy.builtin()


@pytest.mark.skipif(not OFFICIAL.exists(), reason="Google's complete list is not beside the checkout")
def test_builtin_is_a_part_of_googles_list(google: Taxonomy) -> None:
    official = Taxonomy.from_file(OFFICIAL)
    assert len(official) == 5595
    for category in google:
        assert official.get(category.id).path == category.path
    for name in WHOLE_BRANCHES:
        branch = official.get(name)
        assert branch.end - branch.position == google.get(name).end - google.get(name).position
    assert [c.id for c in official.coarse_categories] == [c.id for c in google.coarse_categories]


def test_builtin_is_shared(google: Taxonomy) -> None:
    assert Taxonomy.builtin() is google


def test_positions_are_depth_first_and_subtrees_ranges(google: Taxonomy) -> None:
    assert [c.position for c in google] == list(range(len(google)))
    for category in google:
        inside = {c.position for c in google if c.path[: category.depth] == category.path}
        assert inside == set(range(category.position, category.end))
        assert google.at(category.position) is category


def test_family(google: Taxonomy) -> None:
    stools = google.get("Table & Bar Stools")
    chairs = google.get("Furniture > Chairs")
    assert google.parent(stools) is chairs
    assert google.ancestors(stools) == [google.get("Furniture"), chairs]
    assert google.parent(google.get("Furniture")) is None
    assert stools in google.children(chairs)
    assert all(google.parent(child) is chairs for child in google.children(chairs))
    assert google.covers(chairs, stools)
    assert google.covers(chairs, chairs)
    assert not google.covers(stools, chairs)
    assert not google.covers(chairs, google.get("Furniture > Chair Accessories"))
    assert str(stools) == stools.full == "Furniture > Chairs > Table & Bar Stools"


@pytest.mark.parametrize(
    "key",
    [
        443,
        "443",
        " 443 ",
        "Furniture > Chairs",
        "furniture>chairs",
        "Furniture / Chairs",
        "FURNITURE  >   CHAIRS >",
        "chairs",
    ],
)
def test_get(google: Taxonomy, key: int | str) -> None:
    assert google.get(key).full == "Furniture > Chairs"


def test_get_takes_escaped_ampersands(google: Taxonomy) -> None:
    assert google.get("Apparel &amp; Accessories > Shoes").id == 187


@pytest.mark.parametrize(
    ("key", "hint"),
    [("Sofa", "Furniture > Sofas"), ("Furniture > Chiars", "Furniture > Chairs"), ("watchs", "Watches")],
)
def test_unknown_names_what_is_near(google: Taxonomy, key: str, hint: str) -> None:
    with pytest.raises(UnknownCategory, match=hint) as caught:
        google.get(key)
    assert caught.value.key == key
    assert any(hint in c.full for c in caught.value.close)


@pytest.mark.parametrize("key", ["", " > ", "0", "999999999", "9" * 400, 0, -1, 10**30, "\x00", ">" * 50])
def test_unknown_keys(google: Taxonomy, key: int | str) -> None:
    with pytest.raises(UnknownCategory):
        google.get(key)


def test_a_shared_name_is_not_guessed() -> None:
    lists = Taxonomy.from_lines(["1 - A", "2 - B", "3 - A > Lamps", "4 - B > Lamps"])
    with pytest.raises(UnknownCategory, match="A > Lamps; B > Lamps"):
        lists.get("lamps")


@pytest.mark.parametrize(
    ("words", "first"),
    [
        ("sofa", "Furniture > Sofas"),
        ("sofas", "Furniture > Sofas"),
        ("chair", "Furniture > Chairs"),
        ("CHAIRS", "Furniture > Chairs"),
        ("dining table", "Furniture > Tables > Kitchen & Dining Room Tables"),
        ("coffee tab", "Furniture > Tables > Accent Tables > Coffee Tables"),
        ("dress", "Apparel & Accessories > Clothing > Dresses"),
        ("watch", "Apparel & Accessories > Jewelry > Watches"),
        ("scarf", "Apparel & Accessories > Clothing Accessories > Scarves & Shawls > Scarves"),
        ("furniture chairs", "Furniture > Chairs"),
        ("home", "Home & Garden"),
        ("lamp", "Home & Garden > Lighting > Lamps"),
    ],
)
def test_find(google: Taxonomy, words: str, first: str) -> None:
    found = google.find(words)
    assert found[0].full == first
    assert len(found) <= 10


def test_find_needs_every_word(google: Taxonomy) -> None:
    assert google.find("chair xyzzy") == []
    assert google.find("") == []
    assert google.find("& > ,") == []
    assert google.find("chair", limit=0) == []
    assert len(google.find("furniture", limit=3)) == 3


def test_coarse(google: Taxonomy) -> None:
    assert 30 <= len(google.coarse_categories) <= 40
    stools = google.get("Table & Bar Stools")
    chairs = google.get("Furniture > Chairs")
    assert google.coarse(stools) is chairs
    assert google.coarse(chairs) is chairs
    assert google.coarse(google.get("Furniture")) is None
    for one in google.coarse_categories:
        assert not any(google.covers(one, other) for other in google.coarse_categories if other is not one)


def test_at_outside(google: Taxonomy) -> None:
    for position in (-1, len(google)):
        with pytest.raises(UnknownCategory):
            google.at(position)


def test_own_list_goes_to_a_file_and_back(tmp_path: Path) -> None:
    own = Taxonomy.from_lines(["﻿# mine", "", "7 - Rugs > Round", "3\tRugs", "9 - Lamps"])
    assert [c.full for c in own] == ["Rugs", "Rugs > Round", "Lamps"]
    own.save(tmp_path / "list.txt")
    again = Taxonomy.from_file(tmp_path / "list.txt")
    assert list(again) == list(own)
    assert own.coarse_categories == ()
    assert own.coarse(own.get(7)) is None


@pytest.mark.parametrize(
    ("lines", "message"),
    [
        (["1 - A", "no number"], "line 2: expected"),
        (["1 - A", "", "x - B"], "line 3: expected"),
        (["1 - A", "1 - B"], "line 2: id 1 was already given on line 1"),
        (["1 - A", "2 - a"], "line 2: 'a' was already given on line 1"),
        (["1 - A", "2 - A > B > C"], "line 2: 'A > B > C' has no parent: add a line for 'A > B'"),
        (["1 - A", "2 - A > "], "line 2: a name"),
        (["1 - > A"], "line 1: a name"),
        (["0 - A"], "line 1: an id"),
        (["1 -"], "line 1: expected"),
        (["# only this"], "the list holds no category"),
        ([], "the list holds no category"),
    ],
)
def test_malformed_lists_name_the_line(lines: list[str], message: str) -> None:
    with pytest.raises(TaxonomyError, match=f"^{message}"):
        Taxonomy.from_lines(lines)


def test_malformed_file_names_the_file_and_line(tmp_path: Path) -> None:
    path = tmp_path / "list.txt"
    path.write_text("1 - A\nbroken\n")
    with pytest.raises(TaxonomyError, match=r"list\.txt: line 2") as caught:
        Taxonomy.from_file(path)
    assert caught.value.line == 2
    path.write_bytes(b"1 - \xff\xfe\n")
    with pytest.raises(TaxonomyError, match="cannot read"):
        Taxonomy.from_file(path)
    with pytest.raises(TaxonomyError, match="cannot read"):
        Taxonomy.from_file(tmp_path / "absent.txt")


def test_deep_lists_do_not_recurse() -> None:
    lines = [f"{n} - " + " > ".join(["x"] * n) for n in range(1, 1500)]
    deep = Taxonomy.from_lines(lines)
    assert deep.at(0).end == len(deep) == 1499


@given(st.lists(st.text(max_size=30) | st.from_regex(r"[0-9]{1,3} - [ab](?: > [ab]){0,2}", fullmatch=True)))
def test_any_lines_give_a_tree_or_an_error(lines: list[str]) -> None:
    try:
        tree = Taxonomy.from_lines(lines)
    except TaxonomyError:
        return
    for category in tree:
        assert isinstance(category, Category)
        assert tree.get(category.id) is category
        assert tree.get(category.full).id == category.id or category.full.isdigit()
        children = tree.children(category)
        assert category.end - category.position == 1 + sum(c.end - c.position for c in children)


@pytest.mark.parametrize(
    ("path", "coarse"),
    [
        ("Furniture > Office Furniture > Office Chairs", "Furniture > Chairs"),
        ("Furniture > Office Furniture > Workspace Tables > Conference Room Tables", "Furniture > Tables"),
        ("Furniture > Outdoor Furniture > Outdoor Seating > Outdoor Benches", "Furniture > Benches"),
        ("Furniture > Chairs > Folding Chairs & Stools", "Furniture > Chairs"),
        ("Furniture > Office Furniture", None),
    ],
)
def test_branches_elsewhere_roll_up_to_what_they_look_like(path: str, coarse: str | None) -> None:
    taxonomy = Taxonomy.builtin()
    found = taxonomy.coarse(taxonomy.get(path))
    assert (None if found is None else found.full) == coarse


def test_branches_hold_all_that_rolls_up_and_do_not_overlap() -> None:
    taxonomy = Taxonomy.builtin()
    also = resources.files("shopthelook.taxonomy").joinpath("also.tsv").read_text().splitlines()
    rows = [line.split("\t") for line in also if not line.startswith("#")]
    assert {taxonomy.get(one) for one, _ in rows} <= set(taxonomy.coarse_categories)
    assert {taxonomy.get(branch) for _, branch in rows}.isdisjoint(taxonomy.coarse_categories)
    for one in taxonomy.coarse_categories:
        branches = taxonomy.branches(one)
        assert branches[0] == one
        spans = sorted((branch.position, branch.end) for branch in branches)
        assert all(end <= start for (_, end), (start, _) in itertools.pairwise(spans))
        held = {c for c in taxonomy if any(taxonomy.covers(branch, c) for branch in branches)}
        assert held == {c for c in taxonomy if taxonomy.coarse(c) == one}
    chair = taxonomy.get("Office Chairs")
    assert taxonomy.branches(chair) == (chair,)
