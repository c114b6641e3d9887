"""The calls of the API, as data: what is sent, and how the answer is read. `Client` and `AsyncClient` make them."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, BinaryIO, Generic, Literal, TypeAlias, TypedDict, TypeVar
from urllib.parse import quote

import httpx

from shopthelook.client import results
from shopthelook.client.errors import BadAnswer
from shopthelook.client.parsing import parsed

T = TypeVar("T")

PictureSource: TypeAlias = str | os.PathLike[str] | bytes | BinaryIO
"""A picture's path, its bytes as they are in a file (JPEG, PNG, WebP ...), or an open file."""

MOST_OFFSET = 9_800
"""The API pages no further through an object's products."""

WRITE_TIMEOUT_S = 600.0
"""Products are written when their pictures have been fetched and embedded, which takes a while for a hundred."""


class Narrowing(TypedDict, total=False):
    """What every search can be asked for.

    Attributes:
        where: a filter, as text (``brand:Norr AND price < 50``) or as JSON; see ``docs/query-language.md``.
        min_similarity: least similarity of a hit, from 0 to 1.
        relax: with too few hits, go on in the categories beside the searched one, then in the one above.
        explain: have ``explanation`` say how the hits were found.
        gender: restrict apparel to it, to unisex and to what has none; "any" for no restriction.
        sort: "price" and "-price" order the nearest ``among`` products by what a shopper pays, and list no others.
        facets: count the values of fields among the nearest ``among`` products: True for the usual ones, or names.
        among: how many of the nearest products both look at.
    """

    where: str | Mapping[str, Any] | None
    min_similarity: float | None
    relax: bool
    explain: bool
    gender: Literal["women", "men", "unisex", "any"] | None
    sort: Literal["similarity", "price", "-price"]
    facets: bool | Sequence[str]
    among: int


@dataclass(frozen=True, slots=True)
class Call(Generic[T]):
    """One call: its request, as `httpx` takes it, and how to read what it answers."""

    method: str
    path: str
    read: Callable[[httpx.Response], T]
    sent: Mapping[str, Any] = field(default_factory=dict)

    def request(self) -> dict[str, Any]:
        """The arguments of `httpx.Client.request`."""
        return {"method": self.method, "url": self.path, **self.sent}


def status() -> Call[results.Status]:
    """What the shop holds."""
    return _get("/v1/status", results.Status)


def decompose(photo: bytes, threshold: float | None, attributes: bool) -> Call[results.Decomposition]:
    """The objects of a photo."""
    return _upload("/v1/decompose", results.Decomposition, photo, threshold=threshold, attributes=attributes)


def search_photo(photo: bytes, **options: Any) -> Call[results.Search]:
    """The products like each object of a photo."""
    return _upload("/v1/search", results.Search, photo, **options)


def search_stored(**options: Any) -> Call[results.Search]:
    """The products like what ``scene_id``, ``object_id`` or ``product_id`` names."""
    given = _given(options)
    for name in ("kind", "category"):
        if name in given:
            given[name] = str(given[name])
    if "box" in given:
        given["box"] = list(given["box"])
    return Call("POST", "/v1/search", _reader(results.Search), {"json": given})


def scenes(cursor: str | None, limit: int) -> Call[results.ScenePage]:
    """A page of scenes."""
    return _get("/v1/scenes", results.ScenePage, cursor=cursor, limit=limit)


def scene(scene_id: str) -> Call[results.Scene]:
    """A scene and its objects."""
    return _get(f"/v1/scenes/{_part(scene_id)}", results.Scene)


def object_page(object_id: str, **options: Any) -> Call[results.HitPage]:
    """A page of the products like an object of a scene.

    Raises:
        ValueError: this is no object's id.
    """
    scene_id, slash, number = object_id.rpartition("/")
    if not slash or not number.isdecimal():
        raise ValueError(f"an object's id is its scene's id, a slash and a number, not {object_id!r}")
    return _get(f"/v1/scenes/{_part(scene_id)}/objects/{number}/products", results.HitPage, **options)


def similar_page(product_id: str, **options: Any) -> Call[results.HitPage]:
    """A page of the products that look like one."""
    return _get(f"/v1/products/{_part(product_id)}/similar", results.HitPage, **options)


def product(product_id: str) -> Call[results.Product]:
    """A product."""
    return _get(f"/v1/products/{_part(product_id)}", results.Product)


def upsert(products: Sequence[Mapping[str, Any]]) -> Call[results.Upserted]:
    """Add or change products."""
    sent = {"json": list(products), "timeout": WRITE_TIMEOUT_S}
    return Call("POST", "/v1/products", _reader(results.Upserted), sent)


def delete(ids: Sequence[str]) -> Call[int]:
    """Remove products; how many there were."""
    read = _reader(_Removed)
    sent = {"json": {"ids": list(ids)}, "timeout": WRITE_TIMEOUT_S}
    return Call("POST", "/v1/products/delete", lambda response: read(response).removed, sent)


def picture(image: str, width: int) -> Call[bytes]:
    """A stored picture as WebP."""
    name = image.rpartition("/")[2]
    return Call(
        "GET", f"/v1/pictures/{_part(name)}", lambda response: response.content, {"params": {"w": width}}
    )


def bytes_of(source: PictureSource) -> bytes:
    """The bytes of a picture. Raises OSError where it cannot be read."""
    if isinstance(source, bytes):
        return source
    if isinstance(source, str | os.PathLike):
        return Path(source).read_bytes()
    return source.read()


@dataclass(frozen=True, slots=True)
class _Removed:
    removed: int


def _get(path: str, kind: type[T], /, **params: Any) -> Call[T]:
    return Call("GET", path, _reader(kind), {"params": _as_text(params)})


def _upload(path: str, kind: type[T], photo: bytes, /, **fields: Any) -> Call[T]:
    sent = {"files": {"photo": ("photo", photo, "application/octet-stream")}, "data": _as_text(fields)}
    return Call("POST", path, _reader(kind), sent)


def _reader(kind: type[T]) -> Callable[[httpx.Response], T]:
    def read(response: httpx.Response) -> T:
        try:
            document = response.json()
        except ValueError:
            raise BadAnswer(f"{response.url.path} answered no JSON: is this address a shop's?") from None
        return parsed(kind, document, response.url.path)

    return read


def _given(options: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in options.items() if value is not None}


def _as_text(options: Mapping[str, Any]) -> dict[str, str]:
    return {name: _text(value) for name, value in _given(options).items()}


def _text(value: Any) -> str:
    if isinstance(value, str):
        return value
    if isinstance(value, bool | Mapping):
        return json.dumps(value)
    if isinstance(value, Sequence):
        return ",".join(str(one) for one in value)
    return str(value)


def _part(key: str) -> str:
    """An id as one part of a path, whatever is in it."""
    return quote(key, safe="") if key.strip(".") else key.replace(".", "%2E")
