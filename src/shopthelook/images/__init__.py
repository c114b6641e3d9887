"""Pictures: decoding, cutting, fetching and keeping them, with untrusted data in mind."""

from shopthelook.images.crop import crop, trim_background
from shopthelook.images.cutting import Piece, cut_out, lay_over
from shopthelook.images.decode import PictureLike, Rgb, picture_size, read
from shopthelook.images.errors import PictureError, PictureLimits, PictureStoreError
from shopthelook.images.fetch import Fetcher
from shopthelook.images.remote import Remote
from shopthelook.images.rules import FetchError, FetchRules
from shopthelook.images.sizes import WIDTHS
from shopthelook.images.store import PictureStore, Size, content_hash

__all__ = [
    "WIDTHS",
    "FetchError",
    "FetchRules",
    "Fetcher",
    "PictureError",
    "PictureLike",
    "PictureLimits",
    "PictureStore",
    "PictureStoreError",
    "Piece",
    "Remote",
    "Rgb",
    "Size",
    "content_hash",
    "crop",
    "cut_out",
    "lay_over",
    "picture_size",
    "read",
    "trim_background",
]
