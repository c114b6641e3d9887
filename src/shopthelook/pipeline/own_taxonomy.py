"""A shop's own category list in place of the one that ships."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

from shopthelook.pipeline import layout
from shopthelook.pipeline.errors import SourceError
from shopthelook.pipeline.picture_links import is_address
from shopthelook.taxonomy import Taxonomy, UnknownCategory

if TYPE_CHECKING:
    from shopthelook.pipeline.shop import Shop

MAX_BYTES = 50_000_000


def load_taxonomy(shop: Shop, source: str | os.PathLike[str], *, allow_private: bool) -> Taxonomy:
    """See ``Shop.load_taxonomy``."""
    name = os.fspath(source)
    data = _read(shop, name, allow_private)
    if len(data) > MAX_BYTES:
        raise SourceError(f"{name} has more than {MAX_BYTES:,} bytes; that is no category list")
    try:
        lines = data.decode("utf-8-sig").splitlines()
    except UnicodeDecodeError:
        raise SourceError(
            f"{name} is not UTF-8 text; a category list has lines such as: 436 - Furniture"
        ) from None
    taxonomy = Taxonomy.from_lines(lines)
    if not len(taxonomy):
        raise SourceError(f"{name} holds no category; each line is an id and a path: 436 - Furniture")
    for bundle in (shop.detector_bundle, shop.embedder_bundle, shop.wanted_bundle):
        for label in bundle.card.labels:
            try:
                taxonomy.get(label.category_id)
            except UnknownCategory:
                raise SourceError(
                    f"{name} has no category {label.category_id} ({label.path}), which {bundle.id} "
                    "speaks of; load a complete list, or set another model in shop.toml first"
                ) from None
    try:
        layout.write_atomically(layout.taxonomy(shop.directory), data)
    except OSError as error:
        raise SourceError(
            f"cannot write {layout.taxonomy(shop.directory)}: {error.strerror or error}; the shop keeps the list "
            "that it had"
        ) from error
    return taxonomy


def _read(shop: Shop, name: str, allow_private: bool) -> bytes:
    if is_address(name):
        with shop.fetcher(allow_private=allow_private) as fetcher, fetcher.stream(name) as body:
            return body.read(MAX_BYTES + 1)
    try:
        with Path(name).open("rb") as file:
            return file.read(MAX_BYTES + 1)
    except OSError as error:
        raise SourceError(f"cannot read {name}: {error.strerror or error}") from None
