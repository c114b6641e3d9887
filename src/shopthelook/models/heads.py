"""What heads of well-known names are about."""

from collections.abc import Mapping

GENDER = "gender"

_DRESSES = "Apparel & Accessories > Clothing > Dresses"
_LOWER = tuple(
    f"Apparel & Accessories > Clothing > {name}" for name in ("Pants", "Shorts", "Skirts", "Skorts")
)
_OF_CLOTH = (
    "Apparel & Accessories",
    "Luggage & Bags",
    "Furniture",
    "Home & Garden > Linens & Bedding",
    *(f"Home & Garden > Decor > {name}" for name in ("Rugs", "Throw Pillows", "Window Treatments")),
)
WITHIN: Mapping[str, tuple[str, ...]] = {
    GENDER: ("Apparel & Accessories",),
    "dress_style": (_DRESSES,),
    "lower_body_length": (*_LOWER, _DRESSES, "Apparel & Accessories > Clothing > One-Pieces"),
    "fabric": _OF_CLOTH,
}
"""Where heads of these names make sense, as paths of categories, if their card does not say it; others do anywhere."""
