"""What a frozen backbone makes of views, kept on disk: what does not learn need not run in every step."""

from __future__ import annotations

import hashlib
import shutil
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np
import onnxruntime
import torch

from shopthelook.embedding.training.augment import training_picture
from shopthelook.embedding.training.export import export_module
from shopthelook.embedding.training.loop import resize_of
from shopthelook.embedding.views import load
from shopthelook.errors import ShopError
from shopthelook.models.preprocess import for_embedder, normalise
from shopthelook.training.journal import Line

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from numpy.typing import NDArray

    from shopthelook.embedding.training.loop import Built
    from shopthelook.embedding.training.recipe import Recipe
    from shopthelook.embedding.views import View
    from shopthelook.images import Rgb

FOLDER = "features"
BLOCK = 16  # views at a time


class KeptFeatures:
    """Features of views in files of ``folder``, one a list of views; runs of the same backbone can share it.

    Args:
        built: the network with its first weights, of which the frozen backbone is run.
        recipe: how views become pictures.
        device: where the backbone runs.
        folder: where files are; made when there is something to keep.
    """

    def __init__(self, built: Built, recipe: Recipe, device: torch.device, folder: Path) -> None:
        self._built, self._recipe, self._device, self._folder = built, recipe, device, folder
        self._backbone = _fingerprint(built, recipe)

    def of(self, views: Sequence[View], looks: int, what: str) -> NDArray[np.float16]:
        """Features (n, looks, width) of views: first of the picture as in use, then of training pictures.

        What was stopped is gone on with; ``what`` is said of the views while it lasts.

        Raises:
            ShopError: a picture or the folder cannot be used.
        """
        path = self._folder / self._name(views, looks)
        try:
            kept = self._open(path, len(views), looks)
            line = Line()
            # Blocks are always the same: a row comes out a little otherwise in another batch.
            for at in range(0, len(views), BLOCK):
                block = range(at, min(at + BLOCK, len(views)))
                # A row of no numbers is one that nobody has been at yet; its first number is written last.
                if np.isnan(kept[block.start : block.stop, 0, 0]).any():
                    pictures = [one for row in block for one in self._pictures(views, row, looks)]
                    made = self._features(pictures).reshape(len(block), looks, -1)
                    kept[block.start : block.stop, :, 1:] = made[:, :, 1:]
                    kept[block.start : block.stop, :, 0] = made[:, :, 0]
                    text = f"features of {what} {block.stop}/{len(views)}"
                    line.show(block.stop / len(views), text, block.stop == len(views))
            line.clear()
            kept.flush()
            found: NDArray[np.float16] = np.load(path, mmap_mode="r")
            return found
        except (OSError, ValueError) as error:
            # A ValueError is of a file that is no array, or of another shape.
            said = getattr(error, "strerror", None) or error
            raise ShopError(f"{path}: features cannot be kept there: {said}") from None

    def _name(self, views: Sequence[View], looks: int) -> str:
        name = hashlib.sha256(self._backbone)
        name.update(str(looks).encode())
        for view in views:
            try:
                name.update(_piece(view))
            except OSError as error:
                raise ShopError(f"{error.filename}: cannot be read: {error.strerror}") from None
        return f"{name.hexdigest()[:24]}.npy"

    def _open(self, path: Path, count: int, looks: int) -> np.memmap[tuple[int, ...], np.dtype[np.float16]]:
        if not path.exists():
            self._folder.mkdir(parents=True, exist_ok=True)
            aside = path.with_suffix(".new")
            width = self._built.model.bits.in_features
            # What is written through a memory map ends the process where the disk is full.
            needed, free = 2 * count * looks * width, shutil.disk_usage(self._folder).free
            if needed > free:
                raise OSError(f"{needed / 1e6:,.0f} MB are needed, and {free / 1e6:,.0f} MB are free")
            empty = np.lib.format.open_memmap(aside, "w+", np.float16, (count, looks, width))
            empty[:] = np.nan
            empty.flush()
            aside.replace(path)
        np.lib.format.open_memmap(path, "r")  # a file cut short would be filled up with zeros below
        return np.lib.format.open_memmap(path, "r+")

    def _pictures(self, views: Sequence[View], row: int, looks: int) -> list[Rgb]:
        rgb = load(views[row])
        rule, seed = self._recipe.picture, self._recipe.training.seed
        others = (
            training_picture(rgb, rule, np.random.default_rng((seed, row, look))) for look in range(1, looks)
        )
        return [for_embedder(rgb, resize_of(self._recipe.picture)), *others]

    @torch.no_grad()
    def _features(self, pictures: Sequence[Rgb]) -> NDArray[np.float16]:
        pixels = normalise(np.stack(pictures), self._built.mean, self._built.std)
        if self._device.type == "cpu":
            # A third of PyTorch's time there.
            found = self._session.run(None, {"image": pixels})[0]
        else:
            shown = torch.from_numpy(pixels).to(self._device).contiguous(memory_format=torch.channels_last)
            found = self._built.model.body.eval()(shown).float().cpu().numpy()
        most = np.finfo(np.float16).max
        return np.asarray(np.clip(found, -most, most), np.float16)

    @cached_property
    def _session(self) -> onnxruntime.InferenceSession:
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = torch.get_num_threads()
        graph = export_module(self._built.model.body.eval(), self._recipe.picture.crop, ["features"])
        return onnxruntime.InferenceSession(graph.SerializeToString(), options, ["CPUExecutionProvider"])


def _fingerprint(built: Built, recipe: Recipe) -> bytes:
    """Of all that features depend on besides the views."""
    found = hashlib.sha256(repr((recipe.picture, recipe.training.seed, built.mean, built.std)).encode())
    for name, value in built.model.body.state_dict().items():
        found.update(name.encode())
        found.update(value.cpu().contiguous().numpy().tobytes())
    return found.digest()


def _piece(view: View) -> bytes:
    files = [view.path, *([view.mask[0]] if view.mask else [])]
    stats = [one.stat() for one in files]
    return repr((view.key, view.role, [(one.st_size, one.st_mtime_ns) for one in stats])).encode()
