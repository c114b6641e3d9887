"""What is known in a federated picture, once boxes of it have changed."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from shopthelook.detection.datasets.dataset import ABSENT, PARTIAL

Labels = dict[int | str, set[int | str]]


def boxed(whole: Mapping[str, Any]) -> Labels:
    """The ids of the categories that each image of a COCO file has boxes of."""
    found: Labels = {image["id"]: set() for image in whole["images"]}
    for one in whole["annotations"]:
        if not one.get("iscrowd"):
            found[one["image_id"]].add(one["category_id"])
    return found


def settle(whole: Mapping[str, Any], before: Labels) -> None:
    """Have the images of a COCO file say what is known now; ``before`` is what `boxed` said before the change.

    A label that lost its last box is absent where each object had a box. One that got its first box is absent no more;
    where nobody had said that it is absent, nobody says that there is no other object of it.
    """
    now = boxed(whole)
    for image in whole["images"]:
        if image.get(ABSENT) is None:
            continue
        absent, partial = list(image[ABSENT]), list(image.get(PARTIAL) or ())
        lost = before[image["id"]] - now[image["id"]] - {*absent, *partial}
        new = now[image["id"]] - before[image["id"]]
        partial += sorted(new - {*absent, *partial}, key=str)
        image[ABSENT] = [one for one in absent if one not in new] + sorted(lost, key=str)
        image[PARTIAL] = partial
