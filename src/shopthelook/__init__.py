"""Shop The Look: tap an object in a photo, see products like it."""

__version__ = "0.1.0"
