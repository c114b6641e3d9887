"""A client of the HTTP API of a shop, for programs that do not have the shop's folder.

Needs neither the models nor the database: importing it loads httpx and nothing else of weight.

Example:
    >>> from shopthelook.client import Client
    >>> with Client("http://localhost:8000") as shop:              # doctest: +SKIP
    ...     for found in shop.search("room.jpg", k=3).objects:
    ...         print(found.category, [hit.title for hit in found.hits])
"""

from shopthelook.client.asynchronous import AsyncClient
from shopthelook.client.errors import ApiError, BadAnswer, ClientError, Unreachable
from shopthelook.client.results import (
    Attribute,
    Category,
    Decomposition,
    Explanation,
    Facet,
    FacetValue,
    Hit,
    HitPage,
    Object,
    ObjectHits,
    Problem,
    Product,
    Scene,
    SceneCard,
    ScenePage,
    Search,
    Status,
    Step,
    Upserted,
    UpsertResult,
)
from shopthelook.client.retrying import Retries
from shopthelook.client.synchronous import Client

__all__ = [
    "ApiError",
    "AsyncClient",
    "Attribute",
    "BadAnswer",
    "Category",
    "Client",
    "ClientError",
    "Decomposition",
    "Explanation",
    "Facet",
    "FacetValue",
    "Hit",
    "HitPage",
    "Object",
    "ObjectHits",
    "Problem",
    "Product",
    "Retries",
    "Scene",
    "SceneCard",
    "ScenePage",
    "Search",
    "Status",
    "Step",
    "Unreachable",
    "UpsertResult",
    "Upserted",
]
