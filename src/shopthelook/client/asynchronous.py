"""The client for code that runs in an event loop."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterable, Iterator, Mapping, Sequence
from typing import Any, Self, TypeVar, Unpack

import httpx

from shopthelook.client import answering, calls, results
from shopthelook.client.batching import batches, joined, offsets, only
from shopthelook.client.calls import Call, Narrowing, PictureSource
from shopthelook.client.errors import ClientError
from shopthelook.client.retrying import Retries

T = TypeVar("T")


class AsyncClient:
    """What `Client` is, for an event loop: methods are awaited, and iterators are for ``async for``.

    Example:
        >>> async with AsyncClient("http://localhost:8000") as shop:   # doctest: +SKIP
        ...     async for scene in shop.scenes():
        ...         print(scene.id, scene.title)
    """

    def __init__(
        self, url: str, key: str | None = None, *, timeout: float = 60.0, retries: Retries | None = None
    ) -> None:
        self.url = answering.without_password(url)
        self._http = httpx.AsyncClient(**answering.connection(url, key, timeout))
        self._retries = retries or Retries()

    # Search

    async def search(
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
        """See `Client.search`."""
        photo = await asyncio.to_thread(calls.bytes_of, picture)
        options = {"box": box, "kind": kind, "category": category, "k": k, "threshold": threshold}
        return await self._do(calls.search_photo(photo, **options, **narrowing))

    async def search_scene(
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
        """See `Client.search_scene`."""
        options = {"box": box, "kind": kind, "category": category, "k": k, "threshold": threshold}
        return await self._do(calls.search_stored(scene_id=scene_id, **options, **narrowing))

    async def search_object(
        self,
        object_id: str,
        *,
        category: str | int | None = None,
        k: int = 10,
        **narrowing: Unpack[Narrowing],
    ) -> results.ObjectHits:
        """See `Client.search_object`."""
        call = calls.search_stored(object_id=object_id, category=category, k=k, **narrowing)
        return only(await self._do(call))

    async def search_product(
        self, product_id: str, *, k: int = 10, **narrowing: Unpack[Narrowing]
    ) -> results.ObjectHits:
        """See `Client.search_product`."""
        return only(await self._do(calls.search_stored(product_id=product_id, k=k, **narrowing)))

    async def decompose(
        self, picture: PictureSource, *, threshold: float | None = None, attributes: bool = False
    ) -> results.Decomposition:
        """See `Client.decompose`."""
        return await self._do(
            calls.decompose(await asyncio.to_thread(calls.bytes_of, picture), threshold, attributes)
        )

    # Scenes, page by page

    async def scenes(self, *, page: int = 100) -> AsyncIterator[results.SceneCard]:
        """See `Client.scenes`."""
        cursor: str | None = None
        while True:
            found = await self._do(calls.scenes(cursor, page))
            for one in found.scenes:
                yield one
            cursor = found.next
            if cursor is None:
                return

    async def scene(self, scene_id: str) -> results.Scene:
        """See `Client.scene`."""
        return await self._do(calls.scene(scene_id))

    def object_hits(
        self, object_id: str, *, page: int = 48, **narrowing: Unpack[Narrowing]
    ) -> AsyncIterator[results.Hit]:
        """See `Client.object_hits`."""
        pages = (calls.object_page(object_id, k=page, offset=n, **narrowing) for n in offsets(page))
        return self._hits(pages)

    def similar(
        self, product_id: str, *, page: int = 48, **narrowing: Unpack[Narrowing]
    ) -> AsyncIterator[results.Hit]:
        """See `Client.similar`."""
        pages = (calls.similar_page(product_id, k=page, offset=n, **narrowing) for n in offsets(page))
        return self._hits(pages)

    async def _hits(self, pages: Iterator[Call[results.HitPage]]) -> AsyncIterator[results.Hit]:
        for call in pages:
            found = await self._do(call)
            for one in found.hits:
                yield one
            if found.next_offset is None:
                return

    # Products

    async def product(self, product_id: str) -> results.Product:
        """See `Client.product`."""
        return await self._do(calls.product(product_id))

    async def upsert(self, products: Iterable[Mapping[str, Any]], *, batch: int = 100) -> results.Upserted:
        """See `Client.upsert`."""
        return joined([await self._do(calls.upsert(some)) for some in batches(products, batch)])

    async def delete(self, ids: Iterable[str], *, batch: int = 1000) -> int:
        """See `Client.delete`."""
        return sum([await self._do(calls.delete(some)) for some in batches(ids, batch)])

    # The rest

    async def status(self) -> results.Status:
        """See `Client.status`."""
        return await self._do(calls.status())

    async def picture(self, image: str, width: int = 640) -> bytes:
        """See `Client.picture`."""
        return await self._do(calls.picture(image, width))

    async def close(self) -> None:
        """See `Client.close`."""
        await self._http.aclose()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *exc: object) -> None:
        await self.close()

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self.url!r})"

    async def _do(self, call: Call[T]) -> T:
        attempt = 0
        while True:
            attempt += 1
            found: T | ClientError
            try:
                found = answering.success(call, await self._http.request(**call.request()))
            except httpx.RequestError as error:
                found = answering.unreachable(error, self.url)
            if not isinstance(found, ClientError):
                return found
            await asyncio.sleep(answering.next_wait(self._retries, attempt, found))
