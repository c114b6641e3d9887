"""The pictures below a folder: the same for all kinds of data sets."""

from shopthelook.datasets.folder import SUFFIXES, PictureFolder, annotation_files

__all__ = ["SUFFIXES", "PictureFolder", "annotation_files"]
