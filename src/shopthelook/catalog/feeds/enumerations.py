"""Attributes for which the Google Merchant specification lists the values, and how feeds spell them."""

ALLOWED: dict[str, tuple[str, ...]] = {
    "availability": ("in_stock", "out_of_stock", "preorder", "backorder"),
    "condition": ("new", "refurbished", "used"),
    "gender": ("male", "female", "unisex"),
    "age_group": ("newborn", "infant", "toddler", "kids", "adult"),
}

# Spellings as letters only, beside the specification's own.
_ALSO: dict[str, dict[str, str]] = {
    "availability": {
        "available": "in_stock",
        "availablefororder": "in_stock",
        "limitedavailability": "in_stock",
        "soldout": "out_of_stock",
        "presale": "preorder",
    },
    "condition": {"newcondition": "new", "usedcondition": "used", "refurbishedcondition": "refurbished"},
    "gender": {
        "men": "male",
        "man": "male",
        "mens": "male",
        "women": "female",
        "woman": "female",
        "womens": "female",
    },
    "age_group": {"adults": "adult", "child": "kids", "children": "kids", "kid": "kids", "baby": "infant"},
}

_SPELLINGS = {
    name: {value.replace("_", ""): value for value in values} | _ALSO[name]
    for name, values in ALLOWED.items()
}


def normal_value(name: str, text: str) -> str | None:
    """The specification's value of `text` ("In Stock", "https://schema.org/InStock": "in_stock"), or None."""
    letters = "".join(c for c in text.rpartition("/")[2].lower() if c.isalpha())
    return _SPELLINGS[name].get(letters)
