"""Each format gives the same rows; damage in one row stays in that row."""

from __future__ import annotations

import gzip
import io
import json
from pathlib import Path

import pytest

from shopthelook.catalog import FeedError, read_feed
from tests.catalog.feeds.samples import ATOM, read, read_until_error, rss, split

ROW = {"id": "p1", "title": "Tom & Jerry chair", "price": "15.00 USD", "custom_label_0": "new"}
TSV = "id\ttitle\tprice\tcustom label 0\np1\tTom & Jerry chair\t15.00 USD\tnew\n"
CSV = TSV.replace("\t", ",")
XML = (
    "<g:id>p1</g:id><title>Tom &amp; Jerry chair</title>"
    "<g:price>15.00 USD</g:price><g:custom_label_0>new</g:custom_label_0>"
)


@pytest.mark.parametrize(
    ("data", "line"),
    [
        (TSV, 2),
        (TSV.replace("\n", "\r\n"), 2),
        (CSV, 2),
        (CSV.replace(",", ";"), 2),
        (CSV.replace(",", "|"), 2),
        ("\n\n" + CSV, 4),
        (CSV.rstrip("\n"), 2),
        ('"id","title","price","custom label 0"\n"p1","Tom & Jerry chair","15.00 USD","new"', 2),
        (TSV.replace("id", "g:id", 1).replace("title", " Title "), 2),
        (json.dumps(ROW), 1),
        ("\n" + json.dumps(ROW) + "\n\n", 2),
        (rss(XML).decode(), 2),
        (rss(XML).decode().replace(' xmlns:g="http://base.google.com/ns/1.0"', ""), 2),
        (rss(XML).decode().replace("g:", "goo:").replace(":g=", ":goo="), 2),
        (ATOM.format(f"<entry>{XML}</entry>"), 2),
    ],
)
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
@pytest.mark.parametrize("packed", [False, True])
def test_every_format_gives_the_same_row(data: str, line: int, encoding: str, packed: bool) -> None:
    raw = data.encode(encoding)
    rows, problems = read(gzip.compress(raw) if packed else raw)
    assert problems == []
    assert [(row.line, row.fields) for row in rows] == [(line, ROW)]


def test_white_space_before_the_xml_declaration_is_forgiven() -> None:
    for mark in (b"", b"\xef\xbb\xbf"):
        rows, _ = read(mark + b"\n\n<?xml version='1.0'?>" + rss(XML))
        assert [(row.line, row.fields) for row in rows] == [(4, ROW)]


def test_streams_that_give_one_byte_at_a_time() -> None:
    class Slow(io.BytesIO):
        def read(self, size: int | None = -1, /) -> bytes:
            return super().read(1)

    for data in (TSV.encode(), gzip.compress(TSV.encode()), rss(XML), TSV.encode("utf-16")):
        assert [row.fields for row in split(read_feed(Slow(data)))[0]] == [ROW]


def test_several_gzip_members_and_padding() -> None:
    data = gzip.compress(b"id,title\n") + gzip.compress(b"a,b\n") + b"\0" * 512
    assert [row.fields for row in read(data)[0]] == [{"id": "a", "title": "b"}]


def test_quoted_values_with_newlines_count_their_lines() -> None:
    rows, _ = read('id,title\np1,"two\nlines, ""quoted"""\np2,x\n')
    assert [(r.line, r.fields["title"]) for r in rows] == [(2, 'two\nlines, "quoted"'), (4, "x")]


def test_repeated_fields_are_lists() -> None:
    picture = "additional_image_link"
    rows, _ = read(f"id,{picture},{picture}\np1,a.jpg,b.jpg\n")
    assert rows[0].fields[picture] == ["a.jpg", "b.jpg"]
    rows, _ = read(rss(f"<g:id>1</g:id><g:{picture}>a.jpg</g:{picture}><g:{picture}>b.jpg</g:{picture}>"))
    assert rows[0].fields[picture] == ["a.jpg", "b.jpg"]
    rows, _ = read(json.dumps({"id": 1, picture: ["a.jpg", None, "b.jpg"]}))
    assert rows[0].fields == {"id": "1", picture: ["a.jpg", "b.jpg"]}


def test_xml_details() -> None:
    item = (
        "<title>RSS</title><g:title>Google</g:title><guid>g1</guid><g:id>1</g:id>"
        "<g:shipping><g:country>US</g:country><g:price>5 USD</g:price></g:shipping>"
        "<description><![CDATA[a <b>bold</b> chair]]></description><media:rating>4</media:rating>"
    )
    rows, _ = read(rss(item))
    assert rows[0].fields == {
        "id": "1",
        "title": "Google",
        "shipping": "US:5 USD",
        "description": "a <b>bold</b> chair",
        "media_rating": "4",
    }
    entry = '<entry><id>1</id><link rel="self" href="no"/><link href="https://a.example/1"/><summary>s</summary></entry>'
    rows, _ = read(ATOM.format(entry))
    assert rows[0].fields == {"id": "1", "link": "https://a.example/1", "description": "s"}
    rows, _ = read(
        b"<?xml version='1.0' encoding='windows-1252'?>"
        + rss("<g:id>caf\xe9</g:id>").decode().encode("cp1252")
    )
    assert rows[0].fields == {"id": "caf\xe9"}


def test_json_values() -> None:
    line = '{"id": 12345678901234567890, "price": {"value": 15.10, "currency": "USD"}, "x": true, "y": null}'
    assert read(line)[0][0].fields == {
        "id": "12345678901234567890",
        "price": "15.10 USD",
        "x": "true",
    }


@pytest.mark.parametrize(
    ("data", "line", "product_id", "words"),
    [
        ("id,title\na,b,c\nok,t\n", 2, "a", "the row has 3 columns where the header has 2"),
        ("id,title,size\na,b\nok,t,s\n", 2, "a", "the row has 2 columns where the header has 3"),
        ('id,title\na,"open\nok,t\n', 2, None, "a quote opened in this row is never closed"),
        ("id,title\na,b\rc\nok,t\n", 2, None, "new-line character"),
        (f"id,title\na,{'x' * 2_000_000}\nok,t\n", 2, None, "longer than 1048576 bytes"),
        ('{"id": 1, }\n{"id": "ok"}', 1, None, "not valid JSON: "),
        ('{"id": NaN}\n{"id": "ok"}', 1, None, "NaN is not a number"),
        ('{"id": "a"}\n[1]\n{"id": "ok"}', 2, None, "must be a JSON object, this one is a list"),
        ('{"id": "a"}\n' + "[" * 100_000 + '\n{"id": "ok"}', 2, None, "nested too deeply"),
        ('{"x":"' + "x" * 2_000_000 + '"}\n{"id": "ok"}', 1, None, "longer than 1048576 bytes"),
        (
            rss(f"<g:id>a</g:id><title>{'x' * 2_000_000}</title>", "<g:id>ok</g:id>"),
            2,
            "a",
            "more than 1048576",
        ),
    ],
)
def test_a_broken_row_is_reported_and_the_rest_goes_on(
    data: str | bytes, line: int, product_id: str | None, words: str
) -> None:
    rows, problems = read(data)
    assert [(p.line, p.product_id) for p in problems] == [(line, product_id)]
    assert words in problems[0].reason
    assert rows[-1].fields["id"] == "ok"


def test_empty_cells_too_many_do_no_harm() -> None:
    rows, problems = read("id,title,\na,b,\nc,d,,,\n")
    assert [row.fields for row in rows] == [{"id": "a", "title": "b"}, {"id": "c", "title": "d"}]
    assert problems == []


def test_one_stray_quote_costs_one_row() -> None:
    lines = [f"p{i},title {i}" for i in range(5000)]
    lines[10] = 'p10,"title'
    rows, problems = read("id,title\n" + "\n".join(lines))
    assert len(rows) == 4999
    assert [p.line for p in problems] == [12]


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"", "feed: is empty"),
        (b"\n \n", "is empty"),
        (gzip.compress(b""), "is empty"),
        (b"sku,title\na,b\n", "line 1: there is no column `id`; the columns are: sku, title"),
        (b"id,t\xe9\na,b\n", "is not UTF-8"),
        (b"id,a\rb,c\n", "the header cannot be read"),
        (b"PK\x03\x04rest", "is a ZIP or Excel file"),
        (b"i\0d\0,\0", "zero bytes"),
        (b'[{"id": 1}]', "is a JSON array; write one object per line"),
        (b"<html><body/></html>", "the root element is <html>"),
        (b"<rss><channel><item></rss>", "line 1, column 23: not well-formed XML: mismatched tag"),
        (b"<?xml version='1.0' encoding='klingon'?><rss/>", "unknown encoding"),
        (
            b"<?xml version='1.0'?><rss><channel><title>caf\xe9 x</title></channel></rss>",
            "byte 0xE9 is not UTF-8",
        ),
        (b"<?xml version='1.0' encoding='UTF-8'?><rss><t>caf\xe9 x</t></rss>", "byte 0xE9 is not UTF-8"),
        (b"<rss>" + b"<a>" * 100, "nested more than 64 deep"),
        (b"<rss a='" + b"x" * 3_000_000, "no tag ends within"),
        (b"<!DOCTYPE rss SYSTEM 'http://evil.example/x.dtd'><rss/>", "document type declaration"),
        (
            b'<!DOCTYPE x [<!ENTITY a "aa"><!ENTITY b "&a;&a;">]><rss><item>&b;</item></rss>',
            "document type declaration",
        ),
        (b"<rss><channel><item><id>&b;</id></item></channel></rss>", "undefined entity"),
    ],
)
def test_feeds_that_cannot_be_read(data: bytes, words: str) -> None:
    rows, problems, error = read_until_error(data)
    assert (rows, problems) == ([], [])
    assert error is not None
    assert words in str(error)
    assert str(error).startswith("feed")


def test_bytes_of_another_named_encoding_are_not_blamed() -> None:
    data = b"<?xml version='1.0' encoding='ISO-8859-1'?><rss><t>caf\xe9 < x</t></rss>"
    _, _, error = read_until_error(data)
    assert "invalid token" in str(error)
    assert "UTF-8" not in str(error)


def test_a_cut_off_file_gives_the_rows_before() -> None:
    text = "id,title\n" + "".join(f"p{i},title {i * 7919 % 1000}\n" for i in range(20_000))
    packed = gzip.compress(text.encode())
    rows, problems, error = read_until_error(packed[: len(packed) // 2])
    assert problems == []
    assert len(rows) > 5000
    assert error is not None
    assert error.line == rows[-1].line + 1
    assert "gzip data ends too early" in str(error)
    assert rows == read(text)[0][: len(rows)]

    damaged = bytearray(packed)
    damaged[len(packed) // 2 : len(packed) // 2 + 64] = bytes(64)
    rows, _, error = read_until_error(bytes(damaged))
    assert error is not None
    assert "gzip data" in str(error)

    xml = rss(*(f"<g:id>p{i}</g:id>" for i in range(5000)))
    rows, _, error = read_until_error(xml[: len(xml) // 2])
    assert len(rows) > 2000
    assert error is not None
    assert error.line == rows[-1].line + 1
    packed_xml = gzip.compress(xml)
    rows, _, error = read_until_error(packed_xml[: len(packed_xml) // 2])
    assert len(rows) > 1000
    assert error is not None


def test_half_a_character_at_the_end_of_utf_16() -> None:
    rows, _, error = read_until_error("id\na\nb".encode("utf-16") + b"x")
    assert [row.fields["id"] for row in rows] == ["a"]
    assert error is not None
    assert "UTF-16" in str(error)


def test_reading_failures_of_the_stream_are_feed_errors() -> None:
    class Broken(io.BytesIO):
        def read(self, size: int | None = -1, /) -> bytes:
            data = super().read(8)
            if not data:
                raise OSError(5, "Input/output error")
            return data

    with pytest.raises(FeedError, match="line 3: cannot be read further: input/output error"):
        list(read_feed(Broken(b"id,title\na,b\n"), "feed"))
    with pytest.raises(FeedError, match="open it in binary mode"):
        list(read_feed(io.StringIO("id\n1"), "feed"))  # type: ignore[arg-type]


def test_folder_with_pictures(tmp_path: Path) -> None:
    with pytest.raises(FeedError, match="has no CSV or TSV file"):
        list(read_feed(tmp_path))
    (tmp_path / "a.jpg").write_bytes(b"")
    (tmp_path / "list.csv").write_text("id,title,image\n1,Chair,a.jpg\n")
    rows, _ = split(read_feed(tmp_path))
    assert rows[0].fields == {"id": "1", "title": "Chair", "image": "a.jpg"}
    (tmp_path / "other.tsv").write_text("id\n")
    with pytest.raises(FeedError, match=r"2 CSV or TSV files \(list.csv, other.tsv\)"):
        list(read_feed(str(tmp_path)))


def test_paths_that_are_no_feeds(tmp_path: Path) -> None:
    with pytest.raises(FeedError, match=r"none\.csv: there is no such file"):
        list(read_feed(tmp_path / "none.csv"))
    with pytest.raises(FeedError, match="open it with a Fetcher"):
        list(read_feed("https://shop.example/feed.xml"))
