"""Model bundles: what a model takes and gives (card), where it lies (bundle), and running it (session)."""

from shopthelook.models.bundle import Bundle, BundleError, list_bundles, open_bundle
from shopthelook.models.card import Card, CardError, DataUse, Head, Input, Label, Metric, Resize
from shopthelook.models.session import ModelRunError, Session
from shopthelook.models.verify import verify

__all__ = [
    "Bundle",
    "BundleError",
    "Card",
    "CardError",
    "DataUse",
    "Head",
    "Input",
    "Label",
    "Metric",
    "ModelRunError",
    "Resize",
    "Session",
    "list_bundles",
    "open_bundle",
    "verify",
]
