"""What several routes declare alike."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import Depends, Path, Query
from pydantic import AfterValidator

from shopthelook.pipeline.listing import AMONG, MOST_AMONG, Listing, Sort
from shopthelook.serving import search_request as asked
from shopthelook.serving.schemas import ErrorAnswer, Text


def errors(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """The documented failures of a route."""
    return {status: {"model": ErrorAnswer} for status in statuses}


SceneId = Annotated[Text, Path(description="a stored scene's id", examples=["living-room"])]
ProductId = Annotated[Text, Path(description="the merchant's id", examples=["chair-41"])]
Hits = Annotated[int, Query(ge=1, le=200, description="products at most")]
Offset = Annotated[int, Query(ge=0, le=9_800, description="products to skip")]


async def _narrowing(
    where: Annotated[Text | None, Query(description=asked.WHERE)] = None,
    min_similarity: Annotated[float | None, Query(ge=0, le=1, description=asked.MIN_SIMILARITY)] = None,
    relax: Annotated[bool, Query(description=asked.RELAX)] = False,
    explain: Annotated[bool, Query(description=asked.EXPLAIN)] = False,
    gender: Annotated[asked.Gender | None, Query(description=asked.GENDER)] = None,
    sort: Annotated[Sort, Query(description=asked.SORT)] = "similarity",
    facets: Annotated[
        str, AfterValidator(asked.facet_fields), Query(max_length=2100, description=asked.FACET_FIELDS)
    ] = "",
    among: Annotated[int, Query(ge=1, le=MOST_AMONG, description=asked.AMONG_NEAREST)] = AMONG,
) -> dict[str, Any]:
    return {
        "where": where,
        "min_similarity": min_similarity,
        "relax": relax,
        "explain": explain,
        "gender": gender,
        "listing": Listing(sort, tuple(facets), among),
    }


Narrowing = Annotated[dict[str, Any], Depends(_narrowing)]
"""What every search can be asked for, as the shop's arguments."""
