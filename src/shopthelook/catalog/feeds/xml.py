"""RSS 2.0 and Atom with Google's "g:" elements."""

import re
from collections.abc import Iterator
from xml.sax import SAXException, SAXParseException
from xml.sax.handler import ContentHandler
from xml.sax.xmlreader import AttributesImpl

from defusedxml.common import DefusedXmlException  # type: ignore[import-untyped]
from defusedxml.expatreader import DefusedExpatParser  # type: ignore[import-untyped]

from shopthelook.catalog.feeds.row import FeedError, FeedProblem, FeedRow, Fields, add_field, normal_name
from shopthelook.catalog.feeds.source import DamagedError

MAX_ITEM = 1 << 20
"""Longest item, in characters. A longer one is reported and left out."""

_MAX_DEPTH = 64
_MAX_TOKEN = 1 << 21  # bytes in which at least one tag has to end; expat holds an unfinished tag in memory
_ITEMS = {"rss": "item", "rdf": "item", "feed": "entry", "channel": "item"}
_GOOGLE = ("http://base.google.com/ns/1.0", "http://base.google.com/cns/1.0")
# What RSS and Atom say about the entry and not about the product.
_NOT_PRODUCT = {"guid", "pubdate", "author", "comments", "source", "updated", "published", "rights"}


def read_xml(blocks: Iterator[bytes], name: str) -> Iterator[FeedRow | FeedProblem]:
    """Rows of an RSS 2.0 or Atom feed; `line` is where the item starts.

    Raises FeedError, after the rows before it, where the XML is not well-formed or ends too early, and
    for any document type declaration: feeds need none, and entities are how XML attacks work.
    """
    parser = DefusedExpatParser(forbid_dtd=True)
    items = _Items(parser)
    parser.setContentHandler(items)
    quiet = 0
    start = block = b""
    try:
        for block in blocks:
            start = start or block
            seen = items.events
            parser.feed(block)
            quiet = quiet + len(block) if items.events == seen else 0
            yield from items.take()
            if quiet > _MAX_TOKEN:
                raise FeedError(f"no tag ends within {_MAX_TOKEN} bytes", name, parser.getLineNumber())
        parser.close()
        yield from items.take()
    except SAXParseException as error:
        yield from items.take()
        column = (error.getColumnNumber() or 0) + 1
        reason = f"not well-formed XML: {error.getMessage()}{_encoding_hint(start, block)}"
        raise FeedError(reason, name, error.getLineNumber(), column) from None
    except DefusedXmlException:
        yield from items.take()
        reason = "a document type declaration (DTD, entities) is not allowed in a feed; remove <!DOCTYPE ...>"
        raise FeedError(reason, name, parser.getLineNumber()) from None
    except DamagedError as damage:
        raise FeedError(str(damage), name, parser.getLineNumber()) from None
    except _RefusedError as refused:
        yield from items.take()
        raise FeedError(str(refused), name, parser.getLineNumber()) from None
    except (SAXException, ValueError, LookupError) as error:
        # An encoding that expat does not know.
        yield from items.take()
        raise FeedError(f"cannot be read as XML: {error}", name, parser.getLineNumber()) from None


def _encoding_hint(start: bytes, block: bytes) -> str:
    """What expat does not say of the block in which it stopped: that bytes of it are not UTF-8."""
    declared = re.match(rb"<\?xml[^>]*\bencoding\s*=\s*[\"']([^\"']+)", start)
    if start.startswith((b"\xff\xfe", b"\xfe\xff")) or (declared and declared[1].lower() != b"utf-8"):
        return ""
    try:
        # A block can start in the middle of a character, or end there.
        block.lstrip(bytes(range(0x80, 0xC0))).decode()
    except UnicodeDecodeError as error:
        if error.end < len(error.object):
            byte = error.object[error.start]
            advice = "save the feed as UTF-8, or name its encoding in the first line"
            return f"; the byte 0x{byte:02X} is not UTF-8: {advice}"
    return ""


class _RefusedError(Exception):
    """Well-formed XML that is no feed."""


class _Items(ContentHandler):
    """Collects the item that is open; finished ones wait in a list until they are taken."""

    def __init__(self, parser: DefusedExpatParser):
        super().__init__()
        self._parser = parser
        self._done: list[FeedRow | FeedProblem] = []
        self._depth = 0
        self._item_name = ""
        self._item_depth = 0  # 0: outside of items
        self._google = {"g", "c"}  # prefixes; without the namespace declared "g:" is still meant
        self.events = 0

    def take(self) -> list[FeedRow | FeedProblem]:
        """Finished rows since the last call."""
        done, self._done = self._done, []
        return done

    def startElement(self, name: str, attrs: AttributesImpl) -> None:  # noqa: N802
        self.events += 1
        self._depth += 1
        if self._depth > _MAX_DEPTH:
            raise _RefusedError(f"elements are nested more than {_MAX_DEPTH} deep")
        for key, value in attrs.items():
            if key.startswith("xmlns:") and value in _GOOGLE:
                self._google.add(key[6:])
        prefix, _, local = name.rpartition(":")
        if self._depth == 1:
            self._item_name = _ITEMS.get(local.lower(), "")
            if not self._item_name:
                raise _RefusedError(
                    f"the root element is <{name[:100]}>; a feed is RSS 2.0 (<rss>) or Atom (<feed>)"
                )
        if not self._item_depth:
            if local == self._item_name:
                self._item_depth = self._depth
                self._line = self._parser.getLineNumber()
                self._plain: Fields = {}
                self._google_fields: Fields = {}
                self._size = 0
                self._text: list[str] = []
            return
        self._size += len(name)
        if self._depth == self._item_depth + 1:
            self._prefix, self._name = prefix, local
            self._text = []
            self._parts: list[str] = []
            if local == "link" and not prefix and attrs.get("rel", "alternate") == "alternate":
                self._text.append(attrs.get("href", ""))
        else:
            self._part()

    def characters(self, content: str) -> None:
        self.events += 1
        if not self._item_depth:
            return
        self._size += len(content)
        if self._size <= MAX_ITEM and self._depth > self._item_depth:
            self._text.append(content)

    def endElement(self, name: str) -> None:  # noqa: N802, ARG002
        self.events += 1
        if self._item_depth:
            if self._depth == self._item_depth:
                self._finish_item()
            elif self._depth == self._item_depth + 1:
                self._finish_field()
            else:
                self._part()
        self._depth -= 1

    def _part(self) -> None:
        """End one piece of text of a field that has elements inside, such as <g:shipping>."""
        text = "".join(self._text).strip()
        if text:
            self._parts.append(text)
        self._text = []

    def _finish_field(self) -> None:
        self._part()
        google = self._prefix in self._google
        # The text formats write groups ("US:Ground:5 USD") with colons; markup in a text becomes spaces.
        value = (":" if google else " ").join(self._parts)
        if not value or self._size > MAX_ITEM:
            return
        if google:
            add_field(self._google_fields, normal_name(self._name), value)
        elif self._prefix:
            add_field(self._plain, normal_name(f"{self._prefix}:{self._name}"), value)
        elif self._name.lower() not in _NOT_PRODUCT:
            add_field(self._plain, normal_name(self._name), value)

    def _finish_item(self) -> None:
        self._item_depth = 0
        fields = {**self._plain, **self._google_fields}
        if self._size > MAX_ITEM:
            identity = fields.get("id")
            reason = f"the item has more than {MAX_ITEM} characters"
            product_id = identity if isinstance(identity, str) else None
            self._done.append(FeedProblem(self._line, product_id, None, reason))
            return
        for name in ("summary", "content"):
            text = fields.pop(name, None) if self._item_name == "entry" else None
            if text is not None:
                fields.setdefault("description", text)
        self._done.append(FeedRow(self._line, fields))
