"""Products, scenes and their objects: feeds in, one SQL database, a change log out."""

from shopthelook.catalog.changeover import Coded
from shopthelook.catalog.feeds import (
    FeedError,
    FeedProblem,
    FeedRow,
    feed_file,
    parse_product,
    read_feed,
    row_from_mapping,
)
from shopthelook.catalog.guess import Guess, Guesses
from shopthelook.catalog.keys import SCOPES, ApiKey, Keys
from shopthelook.catalog.next_object_rows import NextObjectCode
from shopthelook.catalog.next_rows import NextCode
from shopthelook.catalog.product import CategorySource, Product
from shopthelook.catalog.records import (
    CatalogError,
    Change,
    CodeBatch,
    EmbedderChanged,
    Fingerprint,
    ImportRecord,
    IndexBatch,
    ObjectRecord,
    ProblemRecord,
    ProductRecord,
    Said,
    SceneRecord,
)
from shopthelook.catalog.store import Catalog

__all__ = [
    "SCOPES",
    "ApiKey",
    "Catalog",
    "CatalogError",
    "CategorySource",
    "Change",
    "CodeBatch",
    "Coded",
    "EmbedderChanged",
    "FeedError",
    "FeedProblem",
    "FeedRow",
    "Fingerprint",
    "Guess",
    "Guesses",
    "ImportRecord",
    "IndexBatch",
    "Keys",
    "NextCode",
    "NextObjectCode",
    "ObjectRecord",
    "ProblemRecord",
    "Product",
    "ProductRecord",
    "Said",
    "SceneRecord",
    "feed_file",
    "parse_product",
    "read_feed",
    "row_from_mapping",
]
