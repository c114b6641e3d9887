"""Train an embedder on the data sets of a folder and export it as a bundle.

    python -m shopthelook.embedding.training --data DIR --renders DIR --out DIR

`--out` becomes the bundle (model.onnx, card.json); `--work` keeps features and checkpoints, so that a killed
run goes on where it was. Measure the bundle with `python -m shopthelook.embedding.training.evaluate`.
"""

from __future__ import annotations

import argparse
import importlib
import sys
from collections.abc import Sequence
from pathlib import Path
from types import ModuleType

from shopthelook.errors import ShopError


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(
        prog="python -m shopthelook.embedding.training", description=(__doc__ or "").split("\n")[0]
    )
    parser.add_argument("--data", type=Path, required=True, help="folder of the data sets, unpacked")
    parser.add_argument("--renders", type=Path, help="folder of rendered rooms and products")
    parser.add_argument("--out", type=Path, required=True, help="folder that becomes the bundle")
    parser.add_argument("--work", type=Path, help="folder for features and checkpoints (default: OUT.work)")
    parser.add_argument("--name", default="embedder-lite", help="the bundle's name")
    parser.add_argument("--version", default="1", help="the bundle's version")
    parser.add_argument("--size", type=int, default=192, help="side of the network's input in pixels")
    parser.add_argument("--bits", type=int, default=512)
    parser.add_argument("--steps", type=int, default=400)
    parser.add_argument("--variants", type=int, default=4, help="looks at each view, augmented but for one")
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--seed", type=int, default=0)
    chosen = parser.parse_args(arguments)
    try:
        recipe = _recipe()
        recipe.run(
            data=chosen.data,
            renders=chosen.renders,
            out=chosen.out,
            work=chosen.work or chosen.out.with_name(chosen.out.name + ".work"),
            name=chosen.name,
            version=chosen.version,
            size=chosen.size,
            variants=chosen.variants,
            threads=chosen.threads,
            settings=recipe.Settings(bits=chosen.bits, steps=chosen.steps, seed=chosen.seed),
        )
    except ShopError as error:
        print(f"error: {error}", file=sys.stderr)
        return 1
    return 0


def _recipe() -> ModuleType:
    """Import what needs PyTorch only now, so that a plain install says what it lacks."""
    try:
        return importlib.import_module("shopthelook.embedding.training.recipe")
    except ModuleNotFoundError as error:
        if (error.name or "").startswith("shopthelook"):
            raise
        raise ShopError(
            f"training needs {error.name}, which is not installed: pip install 'shopthelook[train]'"
        ) from None


if __name__ == "__main__":
    sys.exit(main())
