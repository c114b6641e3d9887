"""The client for plain code."""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, Self, TypeVar, Unpack

import httpx

from shopthelook.client import answering, calls, results
from shopthelook.client.batching import batches, joined, offsets, only
from shopthelook.client.calls import Call, Narrowing, PictureSource
from shopthelook.client.errors import ClientError
from shopthelook.client.retrying import Retries

T = TypeVar("T")


class Client:
    """A shop's HTTP API. Threads may share it; close it, or use it as a context manager.

    Every method raises ``ApiError`` where the API says no, ``Unreachable`` where the server is not reached or does not
    answer in time, and ``BadAnswer`` where something else answers; all are ``ClientError``. What may succeed a moment
    later is tried again, see ``Retries``.

    Args:
        url: where the server is, as "http://localhost:8000".
        key: an API key, made with ``shopthelook keys create``; none where the server asks for none.
        timeout: seconds to wait for the connection, and for a part of the answer.

    Example:
        >>> with Client("http://localhost:8000") as shop:              # doctest: +SKIP
        ...     for scene in shop.scenes():
        ...         print(scene.id, scene.title)
    """

    def __init__(
        self, url: str, key: str | None = None, *, timeout: float = 60.0, retries: Retries | None = None
    ) -> None:
        self.url = answering.without_password(url)
        self._http = httpx.Client(**answering.connection(url, key, timeout))
        self._retries = retries or Retries()

    # Search

    def search(
        self,
        picture: PictureSource,
        *,
        box: Sequence[float] | None = None,
        kind: str | int | None = None,
        category: str | int | None = None,
        k: int = 10,
        threshold: float | None = None,
        **narrowing: Unpack[Narrowing],
    ) -> results.Search:
        """The products like each object of a picture.

        Args:
            picture: a path, the bytes of a file, or an open file.
            box: search this part of it (x1, y1, x2, y2 in [0, 1]) instead of looking for objects.
            kind: what is in the box, as the detector would call it: it is searched like a found object.
            category: search this category's subtree, whatever the detector says.
            k: hits of each object, at most.
            threshold: least score of an object.
            narrowing: see `Narrowing`.
        """
        photo = calls.bytes_of(picture)
        options = {"box": box, "kind": kind, "category": category, "k": k, "threshold": threshold}
        return self._do(calls.search_photo(photo, **options, **narrowing))

    def search_scene(
        self,
        scene_id: str,
        *,
        box: Sequence[float] | None = None,
        kind: str | int | None = None,
        category: str | int | None = None,
        k: int = 10,
        threshold: float | None = None,
        **narrowing: Unpack[Narrowing],
    ) -> results.Search:
        """The products like each object of a stored scene, or like a part of it."""
        options = {"box": box, "kind": kind, "category": category, "k": k, "threshold": threshold}
        return self._do(calls.search_stored(scene_id=scene_id, **options, **narrowing))

    def search_object(
        self,
        object_id: str,
        *,
        category: str | int | None = None,
        k: int = 10,
        **narrowing: Unpack[Narrowing],
    ) -> results.ObjectHits:
        """The products like an object of a stored scene."""
        call = calls.search_stored(object_id=object_id, category=category, k=k, **narrowing)
        return only(self._do(call))

    def search_product(
        self, product_id: str, *, k: int = 10, **narrowing: Unpack[Narrowing]
    ) -> results.ObjectHits:
        """Others that look like a product."""
        return only(self._do(calls.search_stored(product_id=product_id, k=k, **narrowing)))

    def decompose(
        self, picture: PictureSource, *, threshold: float | None = None, attributes: bool = False
    ) -> results.Decomposition:
        """The objects of a picture, best first; with ``attributes`` also what the embedder says of them."""
        return self._do(calls.decompose(calls.bytes_of(picture), threshold, attributes))

    # Scenes, page by page

    def scenes(self, *, page: int = 100) -> Iterator[results.SceneCard]:
        """All stored scenes, in a fixed order; ``page`` are fetched at a time."""
        cursor: str | None = None
        while True:
            found = self._do(calls.scenes(cursor, page))
            yield from found.scenes
            cursor = found.next
            if cursor is None:
                return

    def scene(self, scene_id: str) -> results.Scene:
        """A stored scene and its objects."""
        return self._do(calls.scene(scene_id))

    def object_hits(
        self, object_id: str, *, page: int = 48, **narrowing: Unpack[Narrowing]
    ) -> Iterator[results.Hit]:
        """The products like an object of a stored scene, closest first, up to some 10,000."""
        pages = (calls.object_page(object_id, k=page, offset=n, **narrowing) for n in offsets(page))
        return self._hits(pages)

    def similar(
        self, product_id: str, *, page: int = 48, **narrowing: Unpack[Narrowing]
    ) -> Iterator[results.Hit]:
        """Others that look like a product, closest first, up to some 10,000."""
        pages = (calls.similar_page(product_id, k=page, offset=n, **narrowing) for n in offsets(page))
        return self._hits(pages)

    def _hits(self, pages: Iterator[Call[results.HitPage]]) -> Iterator[results.Hit]:
        for call in pages:
            found = self._do(call)
            yield from found.hits
            if found.next_offset is None:
                return

    # Products

    def product(self, product_id: str) -> results.Product:
        """A product as the shop holds it."""
        return self._do(calls.product(product_id))

    def upsert(self, products: Iterable[Mapping[str, Any]], *, batch: int = 100) -> results.Upserted:
        """Add or change products, given as Google Merchant attributes, ``batch`` (up to 1000) at a time.

        A product that is refused is among the results, and the rest goes on. Where a call fails, the batches before it
        are kept; the same products given again come to the same.
        """
        return joined([self._do(calls.upsert(some)) for some in batches(products, batch)])

    def delete(self, ids: Iterable[str], *, batch: int = 1000) -> int:
        """Remove products, ``batch`` (up to 10,000) at a time; how many there were. Unknown ids are passed over."""
        return sum(self._do(calls.delete(some)) for some in batches(ids, batch))

    # The rest

    def status(self) -> results.Status:
        """What the shop holds, and how far its index is."""
        return self._do(calls.status())

    def picture(self, image: str, width: int = 640) -> bytes:
        """A picture that ``image`` of a product or scene names, as WebP, 160, 320, 640 or 1280 pixels wide."""
        return self._do(calls.picture(image, width))

    def close(self) -> None:
        """Close the connections."""
        self._http.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exc: object) -> None:
        self.close()

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self.url!r})"

    def _do(self, call: Call[T]) -> T:
        attempt = 0
        while True:
            attempt += 1
            found: T | ClientError
            try:
                found = answering.success(call, self._http.request(**call.request()))
            except httpx.RequestError as error:
                found = answering.unreachable(error, self.url)
            if not isinstance(found, ClientError):
                return found
            time.sleep(answering.next_wait(self._retries, attempt, found))
