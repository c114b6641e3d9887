"""Shop The Look of Kang et al., "Complete the Look" (CVPR 2019): products, and where they are in scenes.

``fashion.json`` and ``home.json`` hold a line for each pair, ``{"product": SIGNATURE, "scene": SIGNATURE, "bbox":
[left, top, right, bottom]}`` with the box in fractions of the scene; ``fashion-cat.json`` and ``home-cat.json`` say the
category of a product, as in "Furniture|Chairs". Pictures are named by signature. https://github.com/kang205/STL-Dataset
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from shopthelook.datasets.entries import Entry, read_json, read_json_lines
from shopthelook.datasets.errors import DataError
from shopthelook.datasets.folder import PictureFolder, annotation_files
from shopthelook.datasets.problems import Problem
from shopthelook.embedding.views.importing.found import FoundView, Reading

_CATEGORIES = "-cat"


def read_shop_the_look(source: Path, pictures: PictureFolder, _made: Path) -> Reading:
    """All pairs found: of ``fashion.json``, of ``home.json``, or of the file that ``source`` is."""
    files = annotation_files(source, ("[!.]*-cat.json",), "fashion.json and fashion-cat.json")
    pairs: list[tuple[str, Entry | DataError, str]] = []
    for file in files:
        stem = file.stem.removesuffix(_CATEGORIES)
        categories = read_json(file.with_name(f"{stem}{_CATEGORIES}.json"))
        for number, entry in enumerate(read_json_lines(file.with_name(f"{stem}.json")), 1):
            pairs.append((f"{stem}.json: pair {number}", entry, _category(entry, categories)))
    pairs.sort(key=_scene)  # pairs of one scene stand apart, and its picture should be read once
    return Reading(len(pairs), _units(pairs, pictures))


def _units(
    pairs: list[tuple[str, Entry | DataError, str]], pictures: PictureFolder
) -> Iterator[list[FoundView | Problem]]:
    asked: dict[str, Path | None] = {}
    shown: set[str] = set()
    for where, entry, category in pairs:
        unit: list[FoundView | Problem] = []
        try:
            if isinstance(entry, DataError):
                raise entry
            product, scene = entry.text("product"), entry.text("scene")
            box = entry.four("bbox")
        except DataError as error:
            yield [Problem(where, str(error))]
            continue
        for signature in (product, scene):
            if signature not in asked:
                asked[signature] = found = _picture(signature, pictures)
                if found is None:
                    unit.append(Problem(f"{where}: {signature}", "no picture has this name"))
        instance = f"shop-the-look/{product}"
        alone, around = asked[product], asked[scene]
        if alone is not None and product not in shown:
            shown.add(product)
            unit.append(FoundView(alone, "product", instance, category, main=True))
        if around is not None:
            unit.append(FoundView(around, "scene", instance, category, box, fractions=True))
        yield unit


def _scene(pair: tuple[str, Entry | DataError, str]) -> str:
    entry = pair[1]
    try:
        return "" if isinstance(entry, DataError) else entry.text("scene")
    except DataError:
        return ""


def _category(entry: Entry | DataError, categories: Entry) -> str:
    """The path of a pair's product, "" where nobody says it."""
    try:
        return (
            ""
            if isinstance(entry, DataError)
            else categories.text(entry.text("product"), "").replace("|", " > ")
        )
    except DataError:
        return ""


def _picture(signature: str, pictures: PictureFolder) -> Path | None:
    found = pictures.by_stem.get(signature, [])
    return found[0] if found else None
