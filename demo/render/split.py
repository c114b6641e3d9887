"""Which models the demo shows and which the recogniser trains on.

The two never share a model, nor two variants of one model ("vase1", "vase2"), so that the demo
says something about products nobody trained on.
"""

import hashlib
import re
from collections import defaultdict

DEMO_SHARE = 0.55


def family(model: str) -> str:
    """Base name shared by a model's variants: `lib/chair-02` and `lib/chair3` -> `lib/chair`.

    Procedural models ("own/...") differ in every part, so each is its own family.
    """
    if model.startswith("own/"):
        return model
    return re.sub(r"(_?2seats|[-_ ]?(v?\d+|closed|opened|rect))+$", "", model)


def _rank(name: str) -> str:
    return hashlib.sha256(("shopthelook/" + name).encode()).hexdigest()


def split(categories: dict[str, str]) -> dict[str, str]:
    """Side ("demo" or "train") of each model, given its category.

    Families are taken in hash order within each category; a family goes to the side that is
    furthest below its share, so that small categories reach both sides.
    """
    groups: dict[str, dict[str, list[str]]] = defaultdict(lambda: defaultdict(list))
    # A family that spans categories (chair and armchair) is placed with its first one.
    home: dict[str, str] = {}
    for model in sorted(categories):
        home.setdefault(family(model), categories[model])
        groups[home[family(model)]][family(model)].append(model)
    sides = {}
    for category in sorted(groups):
        counts = {"demo": 0, "train": 0}
        for name in sorted(groups[category], key=_rank):
            total = sum(counts.values()) + 1
            if total == 1:
                side = "demo" if int(_rank(category + name)[:8], 16) / 2**32 < DEMO_SHARE else "train"
            else:
                side = "demo" if counts["demo"] / total < DEMO_SHARE - 0.5 / total else "train"
            counts[side] += len(groups[category][name])
            sides.update(dict.fromkeys(groups[category][name], side))
    return sides
