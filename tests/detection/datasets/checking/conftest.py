"""Made photos."""

from collections.abc import Callable

import numpy as np
import pytest
from PIL import Image


@pytest.fixture(scope="session")
def photo() -> Callable[[int], Image.Image]:
    """Draw something with large and small forms, as a photo has them, 240 x 160 pixels."""
    size = (240, 160)

    def draw(seed: int) -> Image.Image:
        rng = np.random.default_rng(seed)
        large = Image.fromarray(rng.integers(0, 256, (6, 9, 3), dtype=np.uint8)).resize(
            size, Image.Resampling.BICUBIC
        )
        small = Image.fromarray(rng.integers(0, 256, (24, 36, 3), dtype=np.uint8)).resize(size)
        return Image.blend(large, small, 0.3)

    return draw
