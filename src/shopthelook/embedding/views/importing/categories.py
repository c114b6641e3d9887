"""From a data set's labels to Google's categories."""

from __future__ import annotations

from collections.abc import Mapping

from shopthelook.datasets.labels import called, plain
from shopthelook.taxonomy import Category, Taxonomy, UnknownCategory, label_map


class Categories:
    """Says the category of each label: a file of one's own first, then the format's map.

    Without a map (``label_map_name`` None) labels are Google's own paths, names or ids; what is none of these is kept
    as it is, for the built-in taxonomy leaves out branches.
    """

    def __init__(
        self, label_map_name: str | None, own: Mapping[str, Category | None], by_name: bool = False
    ) -> None:
        """``by_name``: a label that the map lacks is the category of the same name, if there is one."""
        self._google = label_map_name is None
        self._known: dict[str, Category | None] = {
            **({} if label_map_name is None else label_map(label_map_name)),
            **own,
        }
        self._by_name = by_name
        self.unmapped: dict[str, None] = {}
        """The labels that were asked for and have no category, in the order in which they were."""

    def text(self, label: str) -> str:
        """What goes into ``views.csv``: a path, "" where the label has no category."""
        label = plain(label)
        if not label:
            return ""
        if label not in self._known:
            self._known[label] = self._find(label)
        category = self._known[label]
        if category is not None:
            return category.full
        self.unmapped[label] = None
        return label if self._google else ""

    def _find(self, label: str) -> Category | None:
        if not self._google:
            return called(label) if self._by_name else None
        try:
            return Taxonomy.builtin().get(label)
        except UnknownCategory:
            return None
