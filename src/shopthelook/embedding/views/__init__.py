"""Views: pictures of things, by which thing they show; what an embedder learns from and is measured on.

Needs no PyTorch.
"""

from shopthelook.datasets.errors import DataError
from shopthelook.embedding.views.loading import cut, load, load_whole
from shopthelook.embedding.views.rows import Row
from shopthelook.embedding.views.view import BoxPixels, Role, View
from shopthelook.embedding.views.viewset import ViewSet, coarse_categories, open_all, open_views
from shopthelook.embedding.views.writing import write_views

__all__ = [
    "BoxPixels",
    "DataError",
    "Role",
    "Row",
    "View",
    "ViewSet",
    "coarse_categories",
    "cut",
    "load",
    "load_whole",
    "open_all",
    "open_views",
    "write_views",
]
