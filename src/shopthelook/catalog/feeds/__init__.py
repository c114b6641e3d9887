"""Product feeds: XML, TSV, CSV and JSON Lines, as rows and as products."""

from shopthelook.catalog.feeds.attributes import parse_product
from shopthelook.catalog.feeds.jsonl import row_from_mapping
from shopthelook.catalog.feeds.reader import read_feed
from shopthelook.catalog.feeds.row import FeedError, FeedProblem, FeedRow
from shopthelook.catalog.feeds.source import feed_file

__all__ = [
    "FeedError",
    "FeedProblem",
    "FeedRow",
    "feed_file",
    "parse_product",
    "read_feed",
    "row_from_mapping",
]
