"""Shop The Look: tap an object in a photo, see products like it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from shopthelook.pipeline.shop import Shop as Shop

__version__ = "0.1.0"
__all__ = ["Shop", "__version__"]


def __getattr__(name: str) -> Any:
    """Load ``Shop`` when it is first asked for, so that importing the package stays light."""
    if name == "Shop":
        from shopthelook.pipeline.shop import Shop

        return Shop
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
