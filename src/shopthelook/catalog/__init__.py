"""Products, scenes and their objects: feeds in, one SQL database, a change log out."""

from shopthelook.catalog.feeds import (
    FeedError,
    FeedProblem,
    FeedRow,
    feed_file,
    parse_product,
    read_feed,
    row_from_mapping,
)
from shopthelook.catalog.product import CategorySource, Product
from shopthelook.catalog.records import (
    CatalogError,
    Change,
    CodeBatch,
    Fingerprint,
    ImportRecord,
    ObjectRecord,
    ProblemRecord,
    ProductRecord,
    SceneRecord,
)
from shopthelook.catalog.store import Catalog

__all__ = [
    "Catalog",
    "CatalogError",
    "CategorySource",
    "Change",
    "CodeBatch",
    "FeedError",
    "FeedProblem",
    "FeedRow",
    "Fingerprint",
    "ImportRecord",
    "ObjectRecord",
    "ProblemRecord",
    "Product",
    "ProductRecord",
    "SceneRecord",
    "feed_file",
    "parse_product",
    "read_feed",
    "row_from_mapping",
]
