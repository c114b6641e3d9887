"""Products: read, add, change, remove, and more like one."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Body

from shopthelook.pipeline.reports import UpsertReport
from shopthelook.serving import schemas
from shopthelook.serving.errors import ApiError, not_found
from shopthelook.serving.guarded import GuardedRoute
from shopthelook.serving.keys import needs
from shopthelook.serving.routes.common import Hits, Narrowing, Offset, ProductId, errors
from shopthelook.serving.state import Serving, ServingDep
from shopthelook.serving.upserts import results

router = APIRouter(prefix="/v1/products", tags=["products"], route_class=GuardedRoute)


async def _upsert(serving: Serving, products: list[dict[str, Any]]) -> schemas.UpsertAnswer:
    with serving.metrics.stage("upsert"):
        report: UpsertReport = await serving.models.run(serving.shop.upsert_products, products)
    ids = [str(product.get("id", "")).strip() for product in products]
    return schemas.UpsertAnswer(results=results(ids, report), seq=report.seq)


@router.post("", summary="Add or change products", responses=errors(413, 422, 503))
@needs("write")
async def upsert(
    serving: ServingDep,
    body: Annotated[schemas.ProductsIn, Body(description="one product, or a list of up to 1000")],
) -> schemas.UpsertAnswer:
    """Google Merchant attributes. The answer says what became of each product; those that were
    taken are committed, and the next search finds them."""
    products = body if isinstance(body, list) else [body]
    return await _upsert(serving, [one.model_dump(exclude_none=True) for one in products])


@router.post("/delete", summary="Remove products", responses=errors(422))
@needs("write")
async def delete_many(serving: ServingDep, body: schemas.DeleteRequest) -> schemas.DeleteAnswer:
    """Ids that are not there are passed over; the answer says how many were."""
    removed = await serving.reads.run(serving.shop.delete_products, body.ids)
    return schemas.DeleteAnswer(removed=removed)


@router.get(
    "/{product_id:path}/similar", summary="Products that look like this one", responses=errors(404, 422)
)
@needs("read", shoppers=True)
async def similar(
    serving: ServingDep, product_id: ProductId, narrowing: Narrowing, k: Hits = 24, offset: Offset = 0
) -> schemas.HitPage:
    """More like this: others in its category, closest first, from the stored code."""
    if await serving.reads.run(serving.shop.catalog.product, product_id) is None:
        raise not_found("product", product_id, "product_id")
    with serving.metrics.stage("search_product"):
        found = await serving.reads.run(
            serving.shop.search_product, product_id, k=k, offset=offset, **narrowing
        )
    serving.metrics.hits.inc(len(found.hits))
    return serving.views.hit_page(found, k, offset)


@router.get("/{product_id:path}", summary="One product", responses=errors(404))
@needs("read", shoppers=True)
async def product(serving: ServingDep, product_id: ProductId) -> schemas.ProductOut:
    """The product as the shop holds it."""
    record = await serving.reads.run(serving.shop.catalog.product, product_id)
    if record is None:
        raise not_found("product", product_id, "product_id")
    return serving.views.product(record)


@router.put("/{product_id:path}", summary="Add or change one product", responses=errors(413, 422, 503))
@needs("write")
async def put(
    serving: ServingDep, product_id: ProductId, body: schemas.ProductChange
) -> schemas.UpsertResult:
    """Like the list, for one product; a product that is refused answers 422 with the field."""
    if body.id not in (None, product_id):
        raise ApiError(422, "invalid", f"id: the address says {product_id!r}.", "id")
    attributes = body.model_dump(exclude_none=True) | {"id": product_id}
    result = (await _upsert(serving, [attributes])).results[0]
    if result.status == "failed":
        problem = result.problems[0] if result.problems else schemas.Problem(field=None, reason="refused")
        raise ApiError(422, "refused", problem.reason, problem.field)
    return result


@router.delete("/{product_id:path}", summary="Remove one product", responses=errors(404))
@needs("write")
async def delete(serving: ServingDep, product_id: ProductId) -> schemas.DeleteAnswer:
    """The next search does not find it any more."""
    removed = await serving.reads.run(serving.shop.delete_products, [product_id])
    if not removed:
        raise not_found("product", product_id, "product_id")
    return schemas.DeleteAnswer(removed=removed)
