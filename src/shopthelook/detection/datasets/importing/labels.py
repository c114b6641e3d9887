"""The labels of a data set on its way in, and their categories."""

from __future__ import annotations

from collections.abc import Iterator

from shopthelook.datasets.labels import called, plain
from shopthelook.detection.datasets.importing.formats import Format
from shopthelook.taxonomy import Category, label_map


class ImportLabels:
    """The labels met so far, each with its category: own ones first, then the format's, then the taxonomy's names."""

    def __init__(self, form: Format, own: dict[str, Category | None]) -> None:
        self._known: dict[str, Category | None] = {**label_map(form.label_map), **own}
        self._any = form.by_name
        self._place: dict[str, int] = {}

    @property
    def names(self) -> list[str]:
        """The labels in the order in which they were met."""
        return list(self._place)

    def index(self, name: str) -> int:
        """The place of a label among the names, a new one where it is new."""
        return self._place.setdefault(plain(name), len(self._place))

    def category(self, name: str) -> Category | None:
        """The category of a label, None for what is not an object to find."""
        name = plain(name)
        if name in self._known or not self._any:
            return self._known.get(name)
        # Such a file may be anybody's: labels that are called like one category mean it.
        self._known[name] = called(name)
        return self._known[name]


def label_lines(labels: ImportLabels) -> Iterator[str]:
    """The lines of a file of labels that says every label's category."""
    yield "# Label, tab, its category in Google's taxonomy (path or id); nothing after the tab: not an object to find."
    for name in labels.names:
        category = labels.category(name)
        yield f"{plain(name)}\t{category.full if category else ''}"
