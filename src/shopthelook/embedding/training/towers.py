"""Picture towers of CLIP and SigLIP models, from a folder of transformers' form or by a name of its hub."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

from torch import nn

from shopthelook.errors import ShopError
from shopthelook.models.card import DataUse

if TYPE_CHECKING:
    from torch import Tensor

HALF = (127.5, 127.5, 127.5)
# OpenAI's CLIP, also where a folder does not say how its pictures are normalised.
CLIP_MEAN, CLIP_STD = (122.7709, 116.746, 104.0937), (68.5005, 66.6322, 70.3232)
CONFIG, PREPROCESSOR = "config.json", "preprocessor_config.json"


class Tower(nn.Module):
    """The picture tower alone: pictures ``(n, 3, side, side)`` to its pooled output ``(n, width)``."""

    def __init__(self, tower: nn.Module) -> None:
        super().__init__()
        self.tower = tower

    def forward(self, pictures: Tensor) -> Tensor:
        found: Tensor = self.tower(pixel_values=pictures).pooler_output
        return found


def open_tower(
    source: str, side: int
) -> tuple[Tower, tuple[float, float, float], tuple[float, float, float], str, tuple[DataUse, ...]]:
    """The tower of ``source``, the mean and deviation of its pictures, what it is and what it was learnt from.

    Raises:
        ShopError: transformers is not installed, ``source`` is no such model or cannot be had, or it takes pictures
            of another size.
    """
    try:
        import transformers
    except ModuleNotFoundError:
        raise ShopError(
            "the backbone 'transformers' needs transformers: pip install 'shopthelook[plug-in]'"
        ) from None
    if source in ("none", "package", "later"):
        raise ShopError(
            "the backbone 'transformers' needs a model's folder or name as weights, also to go on from a run: its "
            "network is described there"
        )
    try:
        config = transformers.AutoConfig.from_pretrained(source)
        whole: Any = transformers.AutoModel.from_pretrained(source)
        shown: dict[str, Any] = {}
        try:
            reader: Any = transformers.AutoImageProcessor
            shown = reader.from_pretrained(source).to_dict()
        except (OSError, ValueError):  # a folder of the model alone
            shown = _local(source)
    except Exception as error:  # noqa: BLE001 - transformers and the hub's client raise of every kind
        raise ShopError(
            f"{source}: no model of transformers can be opened there ({str(error)[:300]}): give a folder with "
            f"{CONFIG} and weights, or, where there is a network, a name of its hub"
        ) from None
    tower = getattr(whole, "vision_model", whole)
    vision = getattr(config, "vision_config", config)
    if not hasattr(vision, "patch_size") or not isinstance(tower, nn.Module):
        raise ShopError(f"{source}: a {config.model_type} has no picture tower")
    if vision.image_size != side:
        raise ShopError(
            f"{source}: its tower takes pictures of {vision.image_size} pixels; set the recipe's crop to that"
        )
    clip = str(config.model_type).startswith("clip")
    mean = _scaled(shown.get("image_mean"), CLIP_MEAN if clip else HALF)
    std = _scaled(shown.get("image_std"), CLIP_STD if clip else HALF)
    start = DataUse(f"what {Path(source).name} was learnt from", "as its model card states")
    return (
        Tower(tower),
        mean,
        std,
        f"the picture tower of {Path(source).name} ({config.model_type})",
        (start,),
    )


def _local(source: str) -> dict[str, Any]:
    file = Path(source) / PREPROCESSOR
    if not file.exists():
        return {}
    found: dict[str, Any] = json.loads(file.read_text(encoding="utf-8"))
    return found


def _scaled(values: list[float] | None, otherwise: tuple[float, float, float]) -> tuple[float, float, float]:
    if values is None:
        return otherwise
    red, green, blue = (round(255 * value, 4) for value in values)
    return red, green, blue
