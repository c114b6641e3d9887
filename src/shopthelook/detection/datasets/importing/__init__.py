"""Importers: published data sets, each in its own format, made into the one that everything here reads."""

from shopthelook.datasets.problems import PROBLEMS_FILE
from shopthelook.detection.datasets.importing.formats import FORMATS, Format
from shopthelook.detection.datasets.importing.importer import Imported, Order, import_data

__all__ = ["FORMATS", "PROBLEMS_FILE", "Format", "Imported", "Order", "import_data"]
