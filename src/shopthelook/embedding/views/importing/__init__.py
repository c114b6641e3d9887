"""Importers: data sets of matching pictures as they are published, to views."""

from shopthelook.datasets.problems import PROBLEMS_FILE
from shopthelook.embedding.views.importing.formats import FORMATS, Format
from shopthelook.embedding.views.importing.importer import Imported, Order, import_views

__all__ = ["FORMATS", "PROBLEMS_FILE", "Format", "Imported", "Order", "import_views"]
