"""Arbitrary input never raises anything but FeedError, and what is written comes back."""

from __future__ import annotations

import csv
import gzip
import io
import json
from xml.sax.saxutils import escape

from hypothesis import given, settings
from hypothesis import strategies as st

from shopthelook.catalog import FeedRow, parse_product
from shopthelook.taxonomy import Taxonomy
from tests.catalog.feeds.samples import read, read_until_error, rss

STARTS = [
    b"",
    b"id,title\n",
    b"id\ttitle\n",
    b'{"id": "1", "title": ',
    b"<rss><channel><item><g:id>",
    b"<feed><entry>",
    b"\xff\xfe",
    b"\xef\xbb\xbfid\n",
    b"\x1f\x8b\x08\x00",
]
# Characters that XML and the readers' own cleaning leave alone.
TEXT = st.text(
    st.characters(codec="utf-8", categories=("L", "N", "P", "S", "Zs")), min_size=1, max_size=30
).filter(lambda text: text.strip() == text)
ROWS = st.lists(st.fixed_dictionaries({"id": TEXT, "title": TEXT, "color": TEXT}), max_size=8)


@given(st.sampled_from(STARTS), st.binary(max_size=300))
@settings(deadline=None)
def test_arbitrary_bytes(start: bytes, data: bytes) -> None:
    taxonomy = Taxonomy.builtin()
    rows, _, _ = read_until_error(start + data)
    for row in rows:
        parse_product(row, taxonomy)


@given(st.sampled_from(STARTS), st.binary(max_size=200), st.integers(0, 250))
@settings(deadline=None)
def test_cut_gzip(start: bytes, data: bytes, length: int) -> None:
    read_until_error(gzip.compress(start + data)[:length])


@given(st.text(alphabet='id,\t"\n\r;a{}[]:<>/&\\\0\ud800\u00e9', max_size=120))
@settings(deadline=None)
def test_text_that_is_nearly_a_feed(text: str) -> None:
    for start in ("id,title\n", "id\ttitle\n", '{"id":1}\n', "<rss><item><id>1</id></item>"):
        rows, _, _ = read_until_error((start + text).encode(errors="surrogatepass"))
        assert [row.line for row in rows] == sorted(row.line for row in rows)


@given(
    st.dictionaries(
        st.sampled_from(
            ["id", "price", "sale_price", "link", "image_link", "google_product_category", "x\0", "gender"]
        ),
        st.one_of(st.text(), st.lists(st.text(), max_size=3)),
    )
)
@settings(deadline=None)
def test_arbitrary_fields(fields: dict[str, str | list[str]]) -> None:
    found, _ = parse_product(FeedRow(1, fields), Taxonomy.builtin())
    if found is not None:
        json.dumps(found.row_hash()).encode()
        found.title.encode()


@given(ROWS)
@settings(deadline=None)
def test_round_trips(rows: list[dict[str, str]]) -> None:
    for delimiter in "\t,;|":
        out = io.StringIO()
        writer = csv.DictWriter(out, ["id", "title", "color"], delimiter=delimiter)
        writer.writeheader()
        writer.writerows(rows)
        assert [row.fields for row in read(out.getvalue())[0]] == rows
        assert [row.fields for row in read(out.getvalue().encode("utf-16"))[0]] == rows
    if rows:
        assert [row.fields for row in read("\n".join(json.dumps(row) for row in rows))[0]] == rows
    items = ["".join(f"<g:{k}>{escape(v)}</g:{k}>" for k, v in row.items()) for row in rows]
    assert [row.fields for row in read(rss(*items))[0]] == rows
