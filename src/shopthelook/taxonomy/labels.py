"""What the labels of known data sets and detectors are called in the taxonomy."""

from __future__ import annotations

from functools import cache
from importlib import resources

from shopthelook.taxonomy.category import Category, TaxonomyError
from shopthelook.taxonomy.tree import Taxonomy

_FILES: dict[str, tuple[str, ...]] = {
    "clothing-co-parsing": ("fashion-scenes",),
    "coco": ("coco",),
    "deepfashion2": ("deepfashion2",),
    "fashion-scenes": ("fashion-scenes",),
    "fashion-scenes-tagged": ("fashion-scenes",),
    "fashionpedia": ("fashionpedia",),
    "garments": ("garments",),
    "home-scenes": ("coco", "home-scenes"),
    "luma": ("luma",),
    "modanet": ("modanet",),
    "oidv4": ("oidv4",),
    "open-images": ("open-images",),
    "street2shop": ("street2shop",),
}
LABEL_MAPS: tuple[str, ...] = tuple(_FILES)
"""The names that `label_map` takes."""


def label_map(name: str) -> dict[str, Category]:
    """The category of each label of a data set, as fine as the taxonomy has one.

    Labels that are nothing to buy (people, walls) or too vague ("accessories") are absent; use
    `Taxonomy.coarse` to roll a category up. Raises `TaxonomyError` for a name not in `LABEL_MAPS`.
    """
    if name not in _FILES:
        raise TaxonomyError(f"no label map is called {name!r}; there are: {', '.join(LABEL_MAPS)}")
    return dict(_read(name))


@cache
def _read(name: str) -> dict[str, Category]:
    taxonomy = Taxonomy.builtin()
    labels: dict[str, Category] = {}
    for stem in _FILES[name]:
        source = resources.files(__package__).joinpath("labels", f"{stem}.tsv")
        for line in source.read_text(encoding="utf-8").splitlines():
            if line and not line.startswith("#"):
                label, _, path = line.partition("\t")
                labels[label] = taxonomy.get(path)
    return labels
