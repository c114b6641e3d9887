"""Models made by code, for kinds the furniture libraries have few of: rugs, mirrors, clocks, lamps.

`CATALOGUE` names every one ("own/<kind>-<number>"); `build(name)` makes its parts. Metres, y up,
front towards +z; a wall piece has its back on z = 0.
"""

import hashlib

import numpy as np

from ..geometry import Part
from . import lamps, pottery, storage, textiles, walls

# kind: (maker, how many, category key, title). A maker takes the number and a random generator.
KINDS = {
    "rug": (textiles.rug, 22, "rug", "Woven rug"),
    "round-rug": (textiles.round_rug, 8, "rug", "Round rug"),
    "mirror": (walls.mirror, 16, "mirror", "Wall mirror"),
    "clock": (walls.clock, 14, "wall_clock", "Wall clock"),
    "art": (walls.art, 20, "artwork", "Framed print"),
    "vase": (pottery.vase, 16, "vase", "Vase"),
    "table-lamp": (lamps.table_lamp, 14, "lamp", "Table lamp"),
    "floor-lamp": (lamps.floor_lamp, 16, "lamp", "Floor lamp"),
    "pendant": (lamps.pendant, 10, "ceiling_light", "Pendant light"),
    "bookcase": (storage.bookcase, 8, "bookcase", "Open bookcase"),
    "wall-shelf": (walls.wall_shelf, 8, "wall_shelf", "Wall shelf"),
    "sideboard": (storage.sideboard, 10, "sideboard", "Sideboard"),
    "tv-stand": (storage.tv_stand, 6, "tv_stand", "TV stand"),
    "nightstand": (storage.nightstand, 6, "nightstand", "Nightstand"),
    "side-table": (storage.side_table, 8, "side_table", "Side table"),
    "pillow": (textiles.pillow, 10, "throw_pillow", "Throw pillow"),
    "potted-plant": (pottery.potted_plant, 14, "plant", "Potted plant"),
    "ottoman": (textiles.ottoman, 6, "ottoman", "Round ottoman"),
}
CATALOGUE = {f"own/{kind}-{k:02d}": (kind, k) for kind, (_, n, _, _) in KINDS.items() for k in range(n)}


def build(name: str) -> list[Part]:
    """Parts of a procedural model; the same name always gives the same model."""
    kind, number = CATALOGUE[name]
    seed = int.from_bytes(hashlib.sha256(name.encode()).digest()[:4], "big")
    return KINDS[kind][0](number, np.random.default_rng(seed))
