"""Product categories: Google's taxonomy as a tree, and the names that data sets use for its parts."""

from shopthelook.taxonomy.category import Category, TaxonomyError, UnknownCategory
from shopthelook.taxonomy.labels import LABEL_MAPS, label_map
from shopthelook.taxonomy.tree import Taxonomy

__all__ = ["LABEL_MAPS", "Category", "Taxonomy", "TaxonomyError", "UnknownCategory", "label_map"]
