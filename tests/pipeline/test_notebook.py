"""Results in a notebook: self-contained, and safe whatever a feed says."""

from __future__ import annotations

import re
from html.parser import HTMLParser

import numpy as np

from shopthelook import Shop
from tests.fixtures.tiny_bundles import scene
from tests.pipeline.feeds import RED, Feed

ROOM = scene(320, 240, (RED, 20, 20, 100, 120))


class Page(HTMLParser):
    """Collects tags, and fails on one that is not closed in order."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.seen: list[tuple[str, dict[str, str | None]]] = []
        self.words: list[str] = []
        self.feed(html)
        assert not self.open

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.seen.append((tag, dict(attrs)))
        if tag not in ("img", "br"):
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.words.append(data)


def test_a_search_shows_the_photo_its_boxes_and_the_products(shop: Shop, feed: Feed) -> None:
    feed.add("nasty", title='<script>alert(1)</script> & "more"', link="https://x.example/?a=1&b=<2>")
    feed.add("plain", link="https://x.example/")
    shop.import_products(feed.write().path)
    page = Page(shop.search(ROOM)._repr_html_())
    tags = [tag for tag, _ in page.seen]
    assert "script" not in tags
    assert '<script>alert(1)</script> & "more"' in page.words
    sources = [attributes["src"] or "" for tag, attributes in page.seen if tag == "img"]
    assert len(sources) == 3
    assert all(re.match(r"data:image/(jpeg|webp);base64,", source) for source in sources)
    assert any("left:6.25%" in (attributes.get("style") or "") for _, attributes in page.seen)
    links = [attributes["href"] for tag, attributes in page.seen if tag == "a"]
    assert set(links) == {"https://x.example/?a=1&b=<2>", "https://x.example/"}


def test_a_decomposition_and_an_empty_one(shop: Shop) -> None:
    page = Page(shop.decompose(ROOM)._repr_html_())
    assert any("Furniture > Chairs" in text for text in page.words)
    assert any("No objects" in text for text in Page(shop.decompose(scene())._repr_html_()).words)
    assert any("No products" in text for text in Page(shop.search(scene())._repr_html_()).words)


def test_a_lost_picture_leaves_a_gap(shop: Shop, feed: Feed) -> None:
    feed.fill(1)
    shop.import_products(feed.path)
    result = shop.search(ROOM)
    shop.pictures.path(result.objects[0].hits[0].image_hash or "").unlink()
    assert [tag for tag, _ in Page(result._repr_html_()).seen].count("img") == 1


def test_a_result_does_not_hold_a_large_photo(shop: Shop) -> None:
    large = np.zeros((3000, 4000, 3), np.uint8)
    view = shop.decompose(large).view
    assert view is not None
    assert view._photo.size < 3 * 801 * 801
