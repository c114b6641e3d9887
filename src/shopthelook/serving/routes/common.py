"""What several routes declare alike."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import Path, Query

from shopthelook.serving.schemas import ErrorAnswer, Text


def errors(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """The documented failures of a route."""
    return {status: {"model": ErrorAnswer} for status in statuses}


SceneId = Annotated[Text, Path(description="a stored scene's id", examples=["living-room"])]
ProductId = Annotated[Text, Path(description="the merchant's id", examples=["chair-41"])]
Hits = Annotated[int, Query(ge=1, le=200, description="products at most")]
Offset = Annotated[int, Query(ge=0, le=9_800, description="products to skip")]
