"""Models beside each other in a comparison, each with a name that is its alone."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from shopthelook.models import Bundle


@dataclass(frozen=True, slots=True)
class Variant:
    """A model in a comparison; ``name`` is its alone there."""

    name: str
    bundle: Bundle
    megabytes: float

    @property
    def input(self) -> str:
        """The size that pictures are scaled to."""
        resize = self.bundle.card.input.resize
        return f"{resize.shorter}–{resize.longer}" if resize.shorter else f"{resize.size}"


def name_variants(bundles: Sequence[Bundle]) -> tuple[Variant, ...]:
    """Name each by the shortest of id, folder and sha256 that tells all of them apart."""
    ids = [bundle.id for bundle in bundles]
    folders = [bundle.path.resolve().name for bundle in bundles]
    keys = [bundle.key for bundle in bundles]
    names = next((some for some in (ids, folders, keys) if len(set(some)) == len(some)), None)
    names = names or [f"{i}. {name}" for i, name in enumerate(ids, 1)]
    sizes = [bundle.model_path.stat().st_size / 1e6 for bundle in bundles]
    return tuple(Variant(*one) for one in zip(names, bundles, sizes, strict=True))
