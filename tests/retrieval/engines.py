"""The engines that the conformance suite runs on. A new engine is one more entry here."""

from __future__ import annotations

from collections.abc import Callable

from shopthelook.retrieval import ExactIndex, ProductIndex

ENGINES: dict[str, Callable[[int], ProductIndex]] = {"exact": ExactIndex}
