"""A shop on tiny models, and feeds of coloured pictures for it."""

from __future__ import annotations

from tests.pipeline.conftest import feed, new_shop, shop

__all__ = ["feed", "new_shop", "shop"]
