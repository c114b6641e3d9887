"""What the routes share: the shop, its workers and the measures."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, cast

from fastapi import Depends, Request

from shopthelook.pipeline import Shop
from shopthelook.serving.loading import Loading
from shopthelook.serving.metrics import Metrics
from shopthelook.serving.views import Views
from shopthelook.serving.workers import Workers


@dataclass(frozen=True, slots=True)
class Serving:
    """One application's parts.

    Attributes:
        models: threads for what runs a model; as many as pay off.
        reads: threads for the database, the index and thumbnails, so that they never wait for a model.
        loading: what opens models and index; None where the first request that needs them does.
    """

    shop: Shop
    views: Views
    metrics: Metrics
    models: Workers
    reads: Workers
    loading: Loading | None = None

    @property
    def title(self) -> str:
        """The shop's own name, for the page's head."""
        return self.shop.config.title


async def _serving(request: Request) -> Serving:
    return cast(Serving, request.app.state.serving)


ServingDep = Annotated[Serving, Depends(_serving)]
