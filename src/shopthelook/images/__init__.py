"""Pictures: decoding, cutting, fetching and keeping them, with untrusted data in mind."""

from shopthelook.images.crop import crop, trim_background
from shopthelook.images.cutting import Piece, cut_out, lay_over
from shopthelook.images.decode import PictureLike, Rgb, picture_size, read
from shopthelook.images.errors import PictureError, PictureLimits, PictureStoreError
from shopthelook.images.fetch import Fetcher
from shopthelook.images.rules import FetchError, FetchRules
from shopthelook.images.store import THUMBNAIL_WIDTHS, PictureStore, content_hash

__all__ = [
    "THUMBNAIL_WIDTHS",
    "FetchError",
    "FetchRules",
    "Fetcher",
    "PictureError",
    "PictureLike",
    "PictureLimits",
    "PictureStore",
    "PictureStoreError",
    "Piece",
    "Rgb",
    "content_hash",
    "crop",
    "cut_out",
    "lay_over",
    "picture_size",
    "read",
    "trim_background",
]
