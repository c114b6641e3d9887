"""Kinds of rooms: which products a living room or an office has, and how they stand together."""

from pathlib import Path

import numpy as np

from .library import group
from .room import Item, Room
from .stock import Stock

SMALL = group("small")


def _small(room: Room, stock: Stock, below: Item | None, count: int, keys=SMALL, high=0.5) -> None:
    for _ in range(count):
        product = stock.draw(*keys, most=(0.5, high, 0.45))
        if below and product:
            room.on_top(product, below)


def _table_lamp(room: Room, stock: Stock, below: Item | None) -> None:
    product = stock.draw("lamp", most=(0.5, 0.8, 0.5))
    if below and product:
        room.on_top(product, below)


def _wall_art(
    room: Room, stock: Stock, chance=0.85, keys=("artwork", "mirror", "wall_clock"), along=None, middle=1.62
) -> None:
    if room.rng.uniform() < chance:
        product = stock.draw(*(keys if len(keys) == 1 else [keys[room.rng.integers(len(keys))]]))
        if product:
            room.hang(product, "back", along, middle)


def _extras(room: Room, stock: Stock, count: int) -> None:
    """Floor lamp, plant, cabinet, wall pieces on what is still free."""
    rng = room.rng
    for what in rng.permutation(["lamp", "plant", "shelf", "wall", "side", "floor", "wall"])[:count]:
        wall = ("back", "left", "right")[rng.integers(3)]
        if (what == "lamp" and (p := stock.draw("lamp", least=(0, 1.0, 0)))) or (
            what == "plant"
            and (
                p := stock.draw(
                    "plant",
                    "plant",
                    "christmas_tree" if rng.uniform() < 0.1 else "plant",
                    least=(0, 0.55, 0),
                    most=(1.3, 2.1, 1.3),
                )
            )
        ):
            room.corner(p)
        elif what == "shelf" and (
            p := stock.draw(
                "bookcase",
                "sideboard",
                "dresser",
                "chest",
                "wardrobe" if rng.uniform() < 0.2 else "bookcase",
                most=(2.2, 2.3, 0.8),
            )
        ):
            item = room.against(p, wall)
            if item and item.high[1] < 1.3:
                _small(room, stock, item, 2)
        elif what == "wall" and (
            p := stock.draw(["artwork", "mirror", "wall_clock", "wall_shelf", "wall_light"][rng.integers(5)])
        ):
            room.hang(p, wall)
        elif what == "side" and (
            p := stock.draw(
                "side_table",
                "ottoman",
                "chest",
                "storage_box",
                "trash_can",
                "laundry_basket",
                "fan",
                most=(0.9, 0.8, 0.9),
            )
        ):
            item = room.against(p, wall)
            if item and p.model.category.key == "side_table":
                _table_lamp(room, stock, item)
        elif what == "floor" and (
            p := stock.draw(
                "backpack",
                "shoes",
                "handbag",
                "suitcase",
                "guitar",
                "ball",
                "basketball",
                "teddy",
                "briefcase",
                "skateboard",
                "umbrella",
                most=(0.9, 1.2, 0.6),
            )
        ):
            room.against(p, wall)


def living(room: Room, stock: Stock) -> None:
    rng = room.rng
    wall = "back" if rng.uniform() < 0.75 else ("left", "right")[rng.integers(2)]
    sofa_product = stock.draw(
        "sofa", "sofa", "futon" if rng.uniform() < 0.05 else "sofa", most=(room.width - 0.5, 1.2, 1.8)
    )
    along = (room.width if wall == "back" else room.depth * 0.85) * rng.uniform(0.4, 0.6)
    sofa = sofa_product and room.against(sofa_product, wall, along)
    if sofa:
        middle, extent = (sofa.low + sofa.high) / 2, sofa.high - sofa.low
        ahead = {"back": (0, 1), "left": (1, 0), "right": (-1, 0)}[wall]
        reach = extent[2 if wall == "back" else 0] / 2
        table_product = stock.draw(
            "coffee_table",
            "ottoman" if rng.uniform() < 0.15 else "coffee_table",
            "side_table" if rng.uniform() < 0.1 else "coffee_table",
        )
        spot = middle[[0, 2]] + np.array(ahead) * (reach + rng.uniform(0.55, 0.85))
        if rng.uniform() < 0.8 and (rug := stock.draw("rug", least=(0.9, 0, 0.9), most=(2.6, 0.1, 2.9))):
            room.put(rug, *spot, sofa.yaw + np.pi / 2 * (rng.uniform() < 0.7), collide=False)
        table = table_product and room.put(table_product, *spot, sofa.yaw, y=0.014)
        _small(room, stock, table, int(rng.integers(1, 4)), high=0.4)
        if rng.uniform() < 0.5 and (pillow := stock.draw("throw_pillow")):
            room.on_top(pillow, sofa)
        if wall == "back":
            _wall_art(room, stock, 0.9, along=middle[0])
            if rng.uniform() < 0.6 and (side := stock.draw("side_table", "nightstand")):
                x = sofa.low[0] - 0.35 if rng.uniform() < 0.5 else sofa.high[0] + 0.35
                item = room.put(side, x, 0.35, 0)
                _table_lamp(room, stock, item)
        for s in rng.permutation([-1, 1])[: int(rng.choice([0, 1, 1, 2]))]:
            chair = stock.draw("armchair", "armchair", "ottoman")
            if chair and wall == "back":
                room.put(
                    chair,
                    spot[0] + s * rng.uniform(1.25, 1.6),
                    spot[1] + rng.uniform(-0.1, 0.5),
                    -s * rng.uniform(0.9, 1.6),
                )
    if rng.uniform() < 0.45:
        other = ("left", "right")[rng.integers(2)] if wall == "back" else "back"
        stand = stock.draw("tv_stand", "sideboard", most=(2.2, 1.0, 0.8))
        item = stand and room.against(stand, other)
        if item and (tv := stock.draw("television", "television", "stereo", most=(1.1, 0.8, 0.5))):
            room.on_top(tv, item, spot=((item.low + item.high) / 2)[[0, 2]], yaw=item.yaw)
            _small(room, stock, item, 1)
    _extras(room, stock, int(rng.integers(3, 6)))


def dining(room: Room, stock: Stock) -> None:
    rng = room.rng
    table_product = stock.draw("dining_table", most=(2.0, 0.85, 1.3), least=(0.6, 0.6, 0.6))
    x, z = room.width * rng.uniform(0.42, 0.58), room.depth * rng.uniform(0.38, 0.5)
    if rng.uniform() < 0.45 and (rug := stock.draw("rug", least=(1.1, 0, 1.1))):
        room.put(rug, x, z, np.pi / 2, collide=False)
    table = table_product and room.put(table_product, x, z, 0.0, y=0.014)
    if table:
        size = table.high - table.low
        chair = stock.draw(
            "chair", "chair", "folding_chair" if rng.uniform() < 0.1 else "chair", most=(0.75, 1.2, 0.75)
        )
        depth = stock.size(chair)[2]
        out = depth / 2 - rng.uniform(0.02, 0.16)
        seats = [(x - size[0] / 2 - out, z, np.pi / 2), (x + size[0] / 2 + out, z, -np.pi / 2)]
        for dx in [-size[0] / 4, size[0] / 4] if size[0] > 1.15 else [0.0]:
            seats += [(x + dx, z - size[2] / 2 - out, 0.0), (x + dx, z + size[2] / 2 + out, np.pi)]
        for sx, sz, yaw in seats:
            if rng.uniform() < 0.82:
                room.put(chair, sx, sz, yaw + rng.normal(0, 0.1), collide=False)
        room.floor.append((table.low[0] - 0.6, table.high[0] + 0.6, table.low[2] - 0.6, table.high[2] + 0.6))
        _small(
            room,
            stock,
            table,
            int(rng.integers(1, 4)),
            group("dining_table"),
            0.5,
        )
        if rng.uniform() < 0.6:
            _pendant(room, stock, x, z)
    board = stock.draw("sideboard", "sideboard", "bookcase", "dresser", most=(2.4, 2.3, 0.7))
    item = board and room.against(board, "back")
    if item and item.high[1] < 1.3:
        _small(room, stock, item, int(rng.integers(1, 3)))
        _table_lamp(room, stock, item)
        _wall_art(room, stock, 0.8, along=float(item.low[0] + item.high[0]) / 2, middle=1.7)
    else:
        _wall_art(room, stock)
    _extras(room, stock, int(rng.integers(2, 5)))


def _pendant(room: Room, stock: Stock, x: float, z: float) -> None:
    product = stock.draw(
        "ceiling_light", "chandelier" if room.rng.uniform() < 0.15 else "ceiling_light", most=(1.3, 1.2, 1.3)
    )
    if product:
        room.put(product, x, z, 0.0, y=room.height - stock.size(product)[1] - 0.005, collide=False)


def bedroom(room: Room, stock: Stock) -> None:
    rng = room.rng
    bed_product = stock.draw("bed", "bed", "crib" if rng.uniform() < 0.1 else "bed", most=(2.2, 1.7, 2.4))
    bed = bed_product and room.against(bed_product, "back", room.width * rng.uniform(0.4, 0.6), gap=0.02)
    if bed:
        if rng.uniform() < 0.6 and (rug := stock.draw("rug", least=(0.9, 0, 0.9))):
            room.put(
                rug,
                (bed.low[0] + bed.high[0]) / 2 + rng.uniform(-0.6, 0.6),
                bed.high[2] + rng.uniform(-0.3, 0.3),
                np.pi / 2,
                collide=False,
            )
        stand = stock.draw("nightstand", "nightstand", "side_table")
        width = stock.size(stand)[0] / 2 + 0.08
        for x in rng.permutation([bed.low[0] - width, bed.high[0] + width])[: int(rng.integers(1, 3))]:
            item = room.put(stand, float(x), stock.size(stand)[2] / 2 + 0.03)
            if rng.uniform() < 0.8:
                _table_lamp(room, stock, item)
            if rng.uniform() < 0.5:
                _small(room, stock, item, 1, group("bedside"), 0.3)
        _wall_art(
            room, stock, 0.85, ("artwork", "artwork", "mirror"), float(bed.low[0] + bed.high[0]) / 2, 1.75
        )
        if rng.uniform() < 0.3 and (pillow := stock.draw("throw_pillow")):
            room.on_top(pillow, bed)
        if rng.uniform() < 0.25:
            _pendant(room, stock, room.width / 2, room.depth * 0.5)
    closet = stock.draw(
        "wardrobe", "dresser", "bookcase", "dressing_table", "sideboard", most=(2.3, 2.45, 0.8)
    )
    item = closet and room.against(closet, ("left", "right")[rng.integers(2)])
    if item and item.high[1] < 1.3:
        _small(room, stock, item, 2)
    _extras(room, stock, int(rng.integers(2, 5)))


def office(room: Room, stock: Stock) -> None:
    rng = room.rng
    desk_product = stock.draw("desk", "desk", "work_table", most=(2.2, 1.2, 1.3))
    desk = desk_product and room.against(desk_product, "back", room.width * rng.uniform(0.35, 0.65), gap=0.03)
    if desk:
        middle = (desk.low + desk.high) / 2
        chair = stock.draw("office_chair", "office_chair", "chair")
        if chair:
            room.put(
                chair,
                middle[0] + rng.uniform(-0.25, 0.25),
                desk.high[2] + stock.size(chair)[2] * rng.uniform(0.35, 0.75),
                np.pi + rng.normal(0, 0.5),
                collide=False,
            )
        room.floor.append((desk.low[0], desk.high[0], desk.high[2], desk.high[2] + 0.9))
        if computer := stock.draw("laptop", "desktop", "laptop", "desktop", "printer"):
            room.on_top(computer, desk, spot=middle[[0, 2]], yaw=0.0)
        _table_lamp(room, stock, desk)
        _small(
            room,
            stock,
            desk,
            int(rng.integers(1, 4)),
            group("desk_top"),
            0.45,
        )
        _wall_art(room, stock, 0.9, ("artwork", "wall_clock", "wall_shelf"), float(middle[0]), 1.75)
    for key in ("bookcase", "file_cabinet"):
        if rng.uniform() < 0.75 and (
            p := stock.draw(key, "locker" if rng.uniform() < 0.2 else key, most=(2.4, 2.3, 0.7))
        ):
            item = room.against(p, ("back", "left", "right")[rng.integers(3)])
            if item and item.high[1] < 1.2:
                _small(room, stock, item, 1)
    if rng.uniform() < 0.4 and (rug := stock.draw("rug", least=(0.9, 0, 0.9))):
        room.put(rug, room.width / 2, room.depth * 0.55, np.pi / 2 * rng.integers(2), collide=False)
    _extras(room, stock, int(rng.integers(2, 5)))


def kitchen(room: Room, stock: Stock) -> None:
    rng = room.rng
    x = rng.uniform(0.05, 0.5)
    for _ in range(6):
        keys = ["kitchen_cabinet"] * 3 + [["fridge", "range", "washer", "dryer", "freezer"][rng.integers(5)]]
        p = stock.draw(keys[rng.integers(4)], most=(1.3, 2.2, 1.0), least=(0.3, 0.7, 0.35))
        if not p or x + stock.size(p)[0] > room.width - 0.05:
            continue
        size = stock.size(p)
        wall_unit = size[1] < 0.8 and p.model.category.key == "kitchen_cabinet"
        item = (
            room.hang(p, "back", x + size[0] / 2, 1.85)
            if wall_unit
            else room.against(p, "back", x + size[0] / 2, 0.01)
        )
        if item and not wall_unit:
            x += size[0] + 0.03
            if item.high[1] < 1.1:
                _small(
                    room,
                    stock,
                    item,
                    2,
                    group("counter_top"),
                    0.6,
                )
    spot = (room.width * rng.uniform(0.4, 0.6), room.depth * rng.uniform(0.45, 0.58))
    centre = stock.draw("island", "dining_table", most=(1.7, 1.1, 1.2), least=(0.5, 0.6, 0.5))
    item = centre and room.put(centre, *spot)
    if item:
        _small(
            room,
            stock,
            item,
            int(rng.integers(1, 4)),
            group("kitchen_table"),
            0.45,
        )
        seat = stock.draw("stool", "chair", most=(0.7, 1.2, 0.7))
        for s in (-1, 1):
            if seat and rng.uniform() < 0.8:
                room.put(
                    seat,
                    item.low[0] - 0.25 if s < 0 else item.high[0] + 0.25,
                    spot[1] + rng.uniform(-0.1, 0.1),
                    s * -np.pi / 2 + rng.normal(0, 0.2),
                )
        if rng.uniform() < 0.6:
            _pendant(room, stock, *spot)
    if trash := stock.draw("trash_can", most=(0.7, 0.9, 0.7)):
        room.against(trash, ("left", "right")[rng.integers(2)])
    _wall_art(room, stock, 0.6, ("wall_clock",))
    _extras(room, stock, int(rng.integers(1, 4)))


def hall(room: Room, stock: Stock) -> None:
    rng = room.rng
    console = stock.draw("sideboard", "dresser", "chest", "tv_stand", "bench", most=(2.0, 1.2, 0.7))
    item = console and room.against(console, "back", room.width * rng.uniform(0.35, 0.65))
    along = float(item.low[0] + item.high[0]) / 2 if item else None
    if item:
        _table_lamp(room, stock, item)
        _small(room, stock, item, int(rng.integers(1, 4)), [*SMALL, "handbag", "hat"])
    _wall_art(room, stock, 0.95, ("mirror", "mirror", "artwork", "wall_clock"), along, 1.65)
    if rug := stock.draw("rug", "door_mat" if rng.uniform() < 0.2 else "rug"):
        room.put(
            rug,
            room.width / 2 + rng.uniform(-0.3, 0.3),
            rng.uniform(1.2, 1.7),
            np.pi / 2 * rng.integers(2),
            collide=False,
        )
    for key in ("shoes", "bench", "armchair", "coat_rack", "umbrella", "chair")[: int(rng.integers(3, 7))]:
        p = stock.draw(key, most=(1.6, 1.3, 1.2))
        if p and p.model.category.mount == "wall":
            room.hang(p, ("back", "left", "right")[rng.integers(3)])
        elif p:
            room.against(p, ("back", "left", "right")[rng.integers(3)])
    _extras(room, stock, int(rng.integers(2, 5)))


def terrace(room: Room, stock: Stock) -> None:
    """Outdoor furniture in a conservatory."""
    rng = room.rng
    if p := stock.draw("outdoor_bench", "outdoor_sofa", "sunlounger", most=(room.width - 0.3, 1.3, 2.2)):
        room.against(p, "back", room.width * rng.uniform(0.4, 0.6))
    x, z = room.width * rng.uniform(0.4, 0.6), rng.uniform(1.7, 2.1)
    table = (p := stock.draw("outdoor_table", most=(1.3, 1, 1.0))) and room.put(p, x, z)
    if table:
        _small(room, stock, table, 2, group("terrace_table"), 0.4)
        chair = stock.draw("outdoor_chair", most=(0.9, 1.2, 0.9))
        for s in (-1, 1):
            if chair:
                room.put(
                    chair,
                    x + s * ((table.high - table.low)[0] / 2 + 0.5),
                    z + rng.uniform(-0.1, 0.2),
                    -s * np.pi / 2 + rng.normal(0, 0.2),
                )
    for _ in range(3):
        if p := stock.draw("plant", least=(0, 0.3, 0)):
            room.corner(p)
    _extras(room, stock, int(rng.integers(1, 4)))


KINDS = {living: 0.34, dining: 0.17, bedroom: 0.17, office: 0.13, hall: 0.1, kitchen: 0.07, terrace: 0.02}


def furnish(stock: Stock, seed: int, libraries: Path) -> Room:
    """A room of a drawn kind with at least four objects."""
    for attempt in range(20):
        rng = np.random.default_rng([seed, attempt])
        stock.rng, stock.turn, stock.used = rng, seed, {}
        room = Room(rng, libraries, rng.uniform(3.2, 5.0), rng.uniform(3.0, 4.2))
        room.finish()
        list(KINDS)[rng.choice(len(KINDS), p=list(KINDS.values()))](room, stock)
        if len(room.items) >= 4:
            return room
    raise RuntimeError(f"room {seed}: no arrangement fitted in 20 tries; is the stock empty?")
