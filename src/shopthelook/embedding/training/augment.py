"""One view into one training picture."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from shopthelook.models.preprocess import square

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from shopthelook.embedding.training.recipe import PictureRule
    from shopthelook.images import Rgb

GREY = np.array([0.299, 0.587, 0.114], np.float32)


def training_picture(rgb: Rgb, rule: PictureRule, rng: np.random.Generator) -> NDArray[np.uint8]:
    """A random part (crop, crop, 3) of a view, now and then mirrored, in another light."""
    picture = square(rgb, rule.resize, rule.mode)
    top, left = rng.integers(0, rule.resize - rule.crop + 1, 2)
    picture = picture[top : top + rule.crop, left : left + rule.crop]
    if rng.random() < rule.flip:
        picture = picture[:, ::-1]
    return recoloured(picture, rule, rng)


def recoloured(picture: NDArray[np.uint8], rule: PictureRule, rng: np.random.Generator) -> NDArray[np.uint8]:
    """Another brightness, contrast and saturation, each by a random factor around 1."""
    brightness, contrast, saturation = (
        1 + most * float(rng.uniform(-1, 1)) for most in (rule.brightness, rule.contrast, rule.saturation)
    )
    if brightness == contrast == saturation == 1:
        return np.ascontiguousarray(picture)
    x = picture.astype(np.float32) * np.float32(brightness)
    grey = (x @ GREY)[..., None]
    x = grey + np.float32(saturation) * (x - grey)
    middle = np.float32(grey.mean())
    x = middle + np.float32(contrast) * (x - middle)
    return np.clip(x, 0, 255, out=x).astype(np.uint8)
