"""Keep photos with their objects, so that a shopper's tap finds products at once."""

from __future__ import annotations

import os
import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from shopthelook import images
from shopthelook.catalog import ObjectRecord, SceneRecord
from shopthelook.catalog.feeds import FeedProblem
from shopthelook.pipeline.decomposing import embed_crops, find_objects, read_photo
from shopthelook.pipeline.errors import SourceError
from shopthelook.pipeline.next_codes import next_object_code
from shopthelook.pipeline.picture_links import LinkRules, is_address, read_file
from shopthelook.pipeline.reports import ImportReport, OnProgress
from shopthelook.pipeline.scene_sources import ScenePhoto, scene_source

if TYPE_CHECKING:
    from shopthelook.pipeline.generation import Generation
    from shopthelook.pipeline.results import SceneObject
    from shopthelook.pipeline.shop import Shop


@dataclass(slots=True)
class _Counts:
    read: int = 0
    added: int = 0
    updated: int = 0
    unchanged: int = 0
    failed: int = 0
    embedded: int = 0
    fetched: int = 0


def import_scenes(
    shop: Shop,
    source: str | os.PathLike[str] | Iterable[str | os.PathLike[str]],
    *,
    limit: int | None,
    allow_private: bool,
    on_progress: OnProgress | None,
) -> ImportReport:
    """See ``Shop.import_scenes``. Each photo is one transaction."""
    started = time.monotonic()
    found = scene_source(source)
    photos = found.photos[:limit]
    counts = _Counts()
    import_id = shop.catalog.start_import(found.name, "scenes")

    def report() -> ImportReport:
        return ImportReport(
            read=counts.read,
            added=counts.added,
            updated=counts.updated,
            unchanged=counts.unchanged,
            failed=counts.failed,
            embedded=counts.embedded,
            fetched=counts.fetched,
            problems=counts.failed,
            total=len(photos),
            import_id=import_id,
            seconds=time.monotonic() - started,
        )

    links = LinkRules(folder=found.folder)
    with shop.fetcher(allow_private=allow_private) as fetcher:
        for photo in photos:
            try:
                _import_one(shop, photo, links, fetcher, counts)
            except (SourceError, images.PictureError, images.FetchError) as error:
                shop.catalog.add_problems(import_id, [FeedProblem(photo.line, photo.id, "image", str(error))])
                counts.failed += 1
            counts.read += 1
            if on_progress is not None:
                on_progress(report())
    done = report()
    names = ("read", "added", "updated", "unchanged", "failed", "embedded", "fetched")
    shop.catalog.finish_import(import_id, {name: getattr(done, name) for name in names})
    return done


def _import_one(
    shop: Shop, photo: ScenePhoto, links: LinkRules, fetcher: images.Fetcher, counts: _Counts
) -> None:
    data = _read(shop, photo, links, fetcher, counts)
    image_hash = images.content_hash(data)
    old = shop.catalog.scene(photo.id)
    now, following = shop.follow_embedder(), shop.next_generation
    detector, embedder = shop.detector_bundle.key, now.bundle.key
    title = photo.title or (old.title if old is not None else "")
    if old is not None and (old.image_hash, old.detector, old.embedder, old.title) == (
        image_hash,
        detector,
        embedder,
        title,
    ):
        counts.unchanged += 1
        return
    rgb = read_photo(shop, data)
    objects = find_objects(shop, rgb, None, now.embedder)
    height, width = rgb.shape[:2]
    shop.pictures.put(data)
    shop.catalog.put_scene(
        SceneRecord(photo.id, title, image_hash, width, height, detector, embedder),
        [
            ObjectRecord(
                id=f"{photo.id}/{number}",
                scene_id=photo.id,
                box=one.box,
                category_id=one.category.id,
                score=one.score,
                code=one.code or b"",
                position=number,
                guesses=one.guesses,
            )
            for number, one in enumerate(objects)
        ],
    )
    if following is not None and objects:
        _put_beside(shop, photo.id, rgb, objects, following)
    counts.embedded += len(objects)
    if old is None:
        counts.added += 1
    else:
        counts.updated += 1


def _put_beside(
    shop: Shop,
    scene_id: str,
    rgb: NDArray[np.uint8],
    objects: Sequence[SceneObject],
    following: Generation,
) -> None:
    """Keep the codes of the embedder that is to follow, too."""
    crops = embed_crops(following.embedder, rgb, [one.box for one in objects], shop.batching)
    heads = following.bundle.card.heads
    rows = [
        next_object_code(f"{scene_id}/{number}", one.code or b"", one.category, crop, heads)
        for number, (one, crop) in enumerate(zip(objects, crops, strict=True))
    ]
    shop.catalog.changeover.put_objects(following.bundle.key, rows)


def _read(shop: Shop, photo: ScenePhoto, links: LinkRules, fetcher: images.Fetcher, counts: _Counts) -> bytes:
    if not photo.link:
        raise SourceError("the row names no image")
    if is_address(photo.link):
        data = fetcher.fetch(photo.link)
        counts.fetched += 1
        return data
    place = links.resolve(photo.link)
    return read_file(Path(place), shop.config.max_bytes)
