"""First weights: files, torchvision's names, checkpoints of earlier runs."""

from __future__ import annotations

import pickle
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.error import URLError

import torch
import torchvision
from torch.nn import functional

from shopthelook.errors import ShopError

if TYPE_CHECKING:
    from torch import Tensor, nn

RUN_WEIGHTS = ("average", "model")  # what a run's checkpoint calls a model's weights, the better first


def read_file(path: str | Path) -> dict[str, Any]:
    """What a file of PyTorch holds; nothing in it is run. Raises `ShopError` where it cannot be read."""
    try:
        content = torch.load(path, map_location="cpu", weights_only=True)
    except (OSError, RuntimeError, ValueError, EOFError, pickle.UnpicklingError) as error:
        reason = getattr(error, "strerror", None) or "it is no file of PyTorch weights"
        raise ShopError(f"{path}: the weights cannot be read: {reason}") from None
    if not isinstance(content, dict):
        raise ShopError(f"{path}: the weights cannot be read: a state dict is needed")
    return content


def is_run(path: str) -> bool:
    """Whether a file is a checkpoint of an earlier run, which holds a whole model."""
    return Path(path).suffix == ".pt" and any(name in read_file(path) for name in RUN_WEIGHTS)


def read_state(path: str) -> dict[str, Tensor]:
    """The state dict that a file holds, a checkpoint's averaged weights first."""
    content = read_file(path)
    for name in (*RUN_WEIGHTS, "state_dict"):
        if isinstance(content.get(name), dict):
            return content[name]  # type: ignore[no-any-return]
    return content


def torchvision_state(model: str, name: str) -> dict[str, Tensor]:
    """Weights of a torchvision model by name, as "IMAGENET1K_V2"; downloaded once, then kept by PyTorch.

    Raises:
        ShopError: there are no such weights, or no network to get them by.
    """
    choice = torchvision.models.get_model_weights(model)
    if name not in choice.__members__:
        raise ShopError(f"{model} has no weights {name!r}; torchvision has {', '.join(choice.__members__)}")
    try:
        state: dict[str, Tensor] = choice[name].get_state_dict(progress=False, check_hash=True)
    except (URLError, OSError) as error:
        raise ShopError(
            f"the weights {name} of {model} cannot be downloaded ({error}): where there is no network, get "
            f"{choice[name].url} by other means and give the file with --weights FILE"
        ) from None
    return state


def torchvision_or_file(model: str, weights: str) -> dict[str, Tensor]:
    """The state dict of a file, or of torchvision's weights by name. Raises `ShopError`."""
    path = Path(weights)
    return read_state(weights) if path.suffix or path.exists() else torchvision_state(model, weights)


def load_state(net: nn.Module, state: dict[str, Tensor], source: str) -> None:
    """Load a state dict of a backbone, its classifier left aside. Raises `ShopError` for another network's."""
    wanted = net.state_dict()
    try:
        net.load_state_dict(
            {name: state[name] for name in wanted if "num_batches_tracked" not in name}, strict=False
        )
    except (KeyError, RuntimeError) as error:
        raise ShopError(f"{source} does not hold this backbone's weights: {str(error)[:200]}") from None


def load_matching(model: nn.Module, state: dict[str, Tensor], source: str) -> list[str]:
    """Take over from ``state`` all weights of the same name and shape; return the names of those that stay.

    A convolution that reads more channels than before reads the new ones, its last, with weights of zero.

    Raises:
        ShopError: nothing fits.
    """
    wanted = model.state_dict()
    grown = {
        name: _grown(state[name], old) if state[name].ndim == old.ndim == 4 else state[name]
        for name, old in wanted.items()
        if name in state
    }
    fitting = {name: value for name, value in grown.items() if value.shape == wanted[name].shape}
    if not fitting:
        raise ShopError(f"{source}: no weight there belongs to this model")
    model.load_state_dict(fitting, strict=False)
    return sorted(set(wanted) - set(fitting))


def _grown(weight: Tensor, like: Tensor) -> Tensor:
    """A convolution's weight ``(out, in, h, w)`` with inputs of zero added where ``like`` has more."""
    missing = like.shape[1] - weight.shape[1]
    return functional.pad(weight, (0, 0, 0, 0, 0, missing)) if missing > 0 else weight
