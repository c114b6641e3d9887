"""Made photos."""

from tests.fixtures.photos import photo

__all__ = ["photo"]
