"""python -m shopthelook.detection.training: train the small detector on scenes with boxes, and export it."""

from __future__ import annotations

import argparse
import sys
from dataclasses import fields
from pathlib import Path

from shopthelook.errors import ShopError

LICENCES = {
    "fashion-scenes": "Apache-2.0 (Clothing Co-Parsing, Yang, Luo and Lin, CVPR 2014)",
    "home-scenes": "annotations CC BY 4.0 (COCO), photos under their own Flickr terms",
    "renders": "CC BY 3.0 and CC0 (rendered from the models of sweethome3d-furniture)",
}


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m shopthelook.detection.training", description=__doc__)
    parser.add_argument(
        "--scenes",
        action="append",
        required=True,
        metavar="DIR[=WEIGHT]",
        help="a data set (boxes_coco.json or rooms.json); repeat for several",
    )
    parser.add_argument("--out", type=Path, required=True, help="folder of the run; goes on if unfinished")
    parser.add_argument("--bundle", type=Path, help="write the trained bundle here")
    parser.add_argument("--weights", type=Path, help="of the backbone, where it is not a package's")
    parser.add_argument("--threads", type=int, default=0)
    from shopthelook.detection.training.train import Recipe

    for field in fields(Recipe):
        kind = type(field.default)
        parser.add_argument(f"--{field.name.replace('_', '-')}", type=kind, default=field.default)
    asked = parser.parse_args()
    recipe = Recipe(**{field.name: getattr(asked, field.name) for field in fields(Recipe)})

    import torch

    from shopthelook.detection.datasets import read_scenes
    from shopthelook.detection.training.export import export_bundle
    from shopthelook.detection.training.train import train
    from shopthelook.models.card import DataUse
    from shopthelook.taxonomy import Taxonomy

    if asked.threads:
        torch.set_num_threads(asked.threads)
    groups, weights = [], []
    for text in asked.scenes:
        folder, _, weight = text.partition("=")
        scenes = [scene for scene in read_scenes(Path(folder)) if scene.split == "train"]
        print(f"{folder}: {len(scenes)} scenes to train on", file=sys.stderr)
        groups.append(scenes)
        weights.append(float(weight or 1))
    categories = Taxonomy.builtin().coarse_categories
    detector = train(groups, weights, len(categories), asked.out, recipe, asked.weights)
    if asked.bundle:
        names = [Path(text.partition("=")[0]).name for text in asked.scenes]
        data = [
            DataUse(name, LICENCES.get(name, "as its source states"), len(group))
            for name, group in zip(names, groups, strict=True)
        ]
        export_bundle(detector, asked.bundle, recipe, data)
        print(f"bundle written to {asked.bundle}", file=sys.stderr)
    return 0


if __name__ == "__main__":
    try:
        sys.exit(main())
    except ShopError as error:
        print(f"error: {error}", file=sys.stderr)
        sys.exit(1)
    except KeyboardInterrupt:
        print("stopped; run the same command again to go on from the last checkpoint", file=sys.stderr)
        sys.exit(130)
