"""Rooms: what stands where, and the shell around it.

Metres; x runs right along the back wall (z = 0), z towards the viewer, y up. The side walls stand
at x = 0 and x = width. There is no front wall: the viewer stands in it, or behind it.
"""

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from . import patterns
from .geometry import Material, Part, bounds, turn_y
from .products import Product, parts_of
from .shapes import box


@dataclass
class Item:
    """A product in the room; `parts` are in world coordinates, `yaw` is the turn of its front."""

    product: Product
    parts: list[Part]
    yaw: float

    def __post_init__(self):
        self.low, self.high = bounds(self.parts)


class Room:
    """A room under construction. Every `place...` method returns the Item, or None if it does not fit."""

    def __init__(
        self, rng: np.random.Generator, libraries: Path, width: float, depth: float, height: float = 2.6
    ):
        self.rng, self.libraries = rng, libraries
        self.width, self.depth, self.height = width, depth, height
        self.items: list[Item] = []
        self.floor: list[tuple[float, float, float, float]] = []
        self.wall: dict[str, list] = {"back": [], "left": [], "right": []}

    def shape(self, product: Product, yaw: float = 0.0) -> np.ndarray:
        """(x, y, z) extent of the turned product."""
        turn = turn_y(yaw).astype(np.float32)
        low, high = zip(
            *(((q := p.positions @ turn.T).min(0), q.max(0)) for p in parts_of(product, self.libraries)),
            strict=True,
        )
        return np.max(high, axis=0) - np.min(low, axis=0)

    def put(self, product, x, z, yaw=0.0, y=0.0, collide=True, margin=0.03, outside=False) -> Item | None:
        """Centre the product on (x, z), standing at height y."""
        parts = [p.moved(turn_y(yaw)) for p in parts_of(product, self.libraries)]
        low, high = bounds(parts)
        shift = np.array([x - (low[0] + high[0]) / 2, y, z - (low[2] + high[2]) / 2])
        item = Item(product, [p.shifted(shift) for p in parts], yaw)
        a, b = item.low, item.high
        if not outside and (
            a[0] < -0.01
            or b[0] > self.width + 0.01
            or a[2] < -0.01
            or b[2] > self.depth + 0.5
            or b[1] > self.height
        ):
            return None
        area = (a[0] - margin, b[0] + margin, a[2] - margin, b[2] + margin)
        if collide:
            if any(
                area[0] < f[1] and f[0] < area[1] and area[2] < f[3] and f[2] < area[3] for f in self.floor
            ):
                return None
            self.floor.append(area)
            for wall, near, along in (
                ("back", a[2] < 0.3, (a[0], b[0])),
                ("left", a[0] < 0.3, (a[2], b[2])),
                ("right", b[0] > self.width - 0.3, (a[2], b[2])),
            ):
                if near:
                    self.wall[wall].append((*along, a[1], b[1]))
        self.items.append(item)
        return item

    def against(self, product, wall="back", along=None, gap=None, tries=14) -> Item | None:
        """Back to a wall, front to the room; `along` is the place on the wall, else it is drawn."""
        gap = self.rng.uniform(0.01, 0.06) if gap is None else gap
        yaw = {"back": 0.0, "left": np.pi / 2, "right": -np.pi / 2}[wall]
        size = self.shape(product, yaw)
        length = self.width if wall == "back" else self.depth
        half = size[0 if wall == "back" else 2] / 2
        if 2 * half > length - 0.1:
            return None
        for _ in range(1 if along is not None else tries):
            t = along if along is not None else self.rng.uniform(half + 0.05, length - half - 0.05)
            if wall == "back":
                x, z = t, gap + size[2] / 2
            else:
                x = gap + size[0] / 2 if wall == "left" else self.width - gap - size[0] / 2
                z = t
            if self._window_hit(wall, t - half, t + half, 0.0, size[1]):
                continue
            item = self.put(product, x, z, yaw)
            if item:
                return item
        return None

    def corner(self, product) -> Item | None:
        """In one of the two back corners, else beside something along the back."""
        size = self.shape(product)
        for side in self.rng.permutation(2):
            gap = self.rng.uniform(0.04, 0.2, 2)
            x = gap[0] + size[0] / 2 if side else self.width - gap[0] - size[0] / 2
            item = self.put(product, x, gap[1] + size[2] / 2, self.rng.uniform(-0.5, 0.5))
            if item:
                return item
        return self.against(product, ("back", "left", "right")[self.rng.integers(3)])

    def hang(self, product, wall="back", along=None, middle=1.6, tries=10) -> Item | None:
        """On a wall with its middle at height `middle`, clear of what stands and hangs there."""
        yaw = {"back": 0.0, "left": np.pi / 2, "right": -np.pi / 2}[wall]
        size = self.shape(product, yaw)
        length = self.width if wall == "back" else self.depth * 0.8
        half = size[0 if wall == "back" else 2] / 2
        if half > length / 2 - 0.15:
            return None
        for k in range(tries):
            t = along if along is not None and k == 0 else self.rng.uniform(half + 0.1, length - half - 0.1)
            y = middle + self.rng.uniform(-0.12, 0.12) - size[1] / 2
            taken = any(
                t - half - 0.06 < w[1]
                and w[0] < t + half + 0.06
                and y - 0.06 < w[3]
                and w[2] < y + size[1] + 0.06
                for w in self.wall[wall]
            )
            if (
                taken
                or y + size[1] > self.height - 0.1
                or self._window_hit(wall, t - half, t + half, y, y + size[1])
            ):
                continue
            depth = size[2 if wall == "back" else 0] / 2 + 0.002
            x, z = {"back": (t, depth), "left": (depth, t), "right": (self.width - depth, t)}[wall]
            item = self.put(product, x, z, yaw, y, collide=False)
            if item:
                self.wall[wall].append((t - half, t + half, y, y + size[1]))
                return item
        return None

    def on_top(self, product, below: Item, spot=None, yaw=None, tries=10) -> Item | None:
        """On the top surface of another item, where that is flat and free."""
        yaw = below.yaw + self.rng.uniform(-0.6, 0.6) if yaw is None else yaw
        size = self.shape(product, yaw)
        triangles = np.concatenate([p.positions[p.faces] for p in below.parts])
        for k in range(tries):
            if spot is not None and k == 0:
                x, z = spot
            else:
                room = np.maximum((below.high - below.low - size)[[0, 2]] / 2 - 0.02, 0.0)
                x, z = (below.low + below.high)[[0, 2]] / 2 + self.rng.uniform(-1, 1, 2) * room
            dx, dz = size[0] * 0.32, size[2] * 0.32
            heights = [
                _top(triangles, x + i * dx, z + j * dz)
                for i, j in ((0, 0), (1, 1), (1, -1), (-1, 1), (-1, -1))
            ]
            if min(heights) < 0.2 or np.ptp(heights) > 0.02 or max(heights) + size[1] > self.height:
                continue
            y = max(heights) + 0.001
            a = (x - size[0] / 2, x + size[0] / 2, z - size[2] / 2, z + size[2] / 2)
            if any(
                o is not below
                and o.low[1] > y - 0.05
                and o.low[1] < y + size[1]
                and a[0] < o.high[0]
                and o.low[0] < a[1]
                and a[2] < o.high[2]
                and o.low[2] < a[3]
                for o in self.items
            ):
                continue
            item = self.put(product, x, z, yaw, y, collide=False)
            if item:
                return item
        return None

    # The shell of the room.

    def finish(self) -> None:
        """Draw the look of walls, floor, window and light; call before placing anything."""
        rng = self.rng
        tones = [
            (236, 232, 224),
            (222, 214, 200),
            (200, 212, 214),
            (212, 220, 204),
            (226, 206, 196),
            (190, 200, 186),
            (240, 240, 240),
            (150, 170, 180),
            (120, 138, 128),
            (214, 190, 150),
            (196, 150, 130),
            (92, 104, 120),
            (206, 200, 216),
            (176, 176, 174),
        ]
        tone = np.asarray(tones[rng.integers(len(tones))]) * rng.uniform(0.92, 1.04)
        kind = int(rng.choice([0, 0, 0, 1, 2, 3, 4]))
        self.wall_look = Material(
            "wall", texture=patterns.wallpaper(kind, np.clip(tone, 0, 250), rng), roughness=0.95
        )
        other = tone if rng.uniform() < 0.7 else np.asarray(tones[rng.integers(len(tones))])
        self.side_look = Material(
            "side wall", texture=patterns.wallpaper(0, np.clip(other, 0, 250), rng), roughness=0.95
        )
        woods = [
            (168, 124, 84),
            (196, 158, 116),
            (120, 84, 58),
            (92, 66, 52),
            (214, 192, 160),
            (150, 142, 132),
        ]
        what = rng.choice(["planks", "planks", "planks", "tiles", "carpet"])
        if what == "planks":
            ground = patterns.planks(woods[rng.integers(6)], rng)
        elif what == "tiles":
            ground = patterns.tiles(
                [(206, 202, 194), (150, 148, 146), (228, 224, 216), (176, 120, 92)][rng.integers(4)], rng
            )
        else:
            ground = patterns.carpet(
                [(176, 168, 156), (128, 130, 136), (196, 184, 162), (112, 122, 116)][rng.integers(4)], rng
            )
        self.floor_look = Material(
            "floor", texture=ground, roughness={"planks": 0.45, "tiles": 0.3, "carpet": 0.95}[what]
        )
        self.window_wall = ("left", "right")[rng.integers(2)] if rng.uniform() < 0.8 else "back"
        w, h = rng.uniform(1.1, 1.9), rng.uniform(1.1, 1.5)
        length = self.width if self.window_wall == "back" else self.depth
        middle = (
            rng.uniform(0.3, 0.7) * length
            if self.window_wall != "back"
            else rng.choice([0.22, 0.78]) * length
        )
        self.window = (middle - w / 2, middle + w / 2, 0.95, 0.95 + h)
        sun = np.array([1.0, 0.96, 0.9]) if rng.uniform() < 0.5 else np.array([0.93, 0.97, 1.0])
        self.daylight = sun * rng.uniform(5, 16)
        self.ceiling_light = np.array([1.0, 0.9, 0.76]) * rng.choice([0.05, 2.0, 6.0])
        self.sky = np.array([1.0, 0.98, 0.96]) * rng.uniform(0.35, 0.8)

    def _window_hit(self, wall, a, b, low, high) -> bool:
        w = self.window
        return wall == self.window_wall and a < w[1] + 0.1 and w[0] - 0.1 < b and low < w[3] and high > w[2]

    def shell(self) -> tuple[list[Part], list]:
        """Walls, floor, ceiling, skirting and window frame; and the two lamps."""
        from .tracer import Lamp

        w, h, far = self.width, self.height, self.depth + 3.0
        white = Material("ceiling", (0.93, 0.93, 0.92), None, 0.95)
        trim = Material("trim", (0.92, 0.91, 0.89), None, 0.5)
        parts = [
            box((-0.1, -0.1, -0.1), (w + 0.1, 0, far), self.floor_look, 0.55),
            box((-0.1, h, -0.1), (w + 0.1, h + 0.1, far), white),
            box((-0.1, 0, -0.1), (w + 0.1, h, 0), self.wall_look, 0.8),
            box((-0.1, 0, 0), (0, h, far), self.side_look, 0.8),
            box((w, 0, 0), (w + 0.1, h, far), self.side_look, 0.8),
            box((0, 0, 0), (w, 0.08, 0.012), trim),
            box((0, 0, 0), (0.012, 0.08, far), trim),
            box((w - 0.012, 0, 0), (w, 0.08, far), trim),
        ]
        a, b, y0, y1 = self.window
        bars = [
            (a - 0.05, a, y0 - 0.05, y1 + 0.05),
            (b, b + 0.05, y0 - 0.05, y1 + 0.05),
            (a, b, y0 - 0.07, y0),
            (a, b, y1, y1 + 0.05),
            ((a + b) / 2 - 0.02, (a + b) / 2 + 0.02, y0, y1),
            (a, b, (y0 + y1) / 2 - 0.015, (y0 + y1) / 2 + 0.015),
        ]
        for s, t, low, high in bars:
            corners = {
                "back": ((s, low, 0), (t, high, 0.05)),
                "left": ((0, low, s), (0.05, high, t)),
                "right": ((w - 0.05, low, s), (w, high, t)),
            }
            parts.append(box(*corners[self.window_wall], trim))
        middle, size = ((a + b) / 2, (y0 + y1) / 2), (b - a, y1 - y0)
        place = {
            "back": ((middle[0], middle[1], 0.01), (0, 0, 1)),
            "left": ((0.01, middle[1], middle[0]), (1, 0, 0)),
            "right": ((w - 0.01, middle[1], middle[0]), (-1, 0, 0)),
        }
        center, facing = place[self.window_wall]
        lamps = [
            Lamp(center, facing, *size, self.daylight),
            Lamp((w / 2, h - 0.01, self.depth * 0.6), (0, -1, 0), 1.2, 0.5, self.ceiling_light),
        ]
        return parts, lamps


def _top(triangles: np.ndarray, x: float, z: float) -> float:
    """Height of the highest triangle (n, 3, 3) above the point (x, z); 0 where there is none."""
    a, b, c = triangles[:, 0][:, [0, 2]], triangles[:, 1][:, [0, 2]], triangles[:, 2][:, [0, 2]]
    p = np.array([x, z])

    def side(s, t):
        return (t[:, 0] - s[:, 0]) * (p[1] - s[:, 1]) - (t[:, 1] - s[:, 1]) * (p[0] - s[:, 0])

    ab, bc, ca = side(a, b), side(b, c), side(c, a)
    whole = ab + bc + ca
    inside = ((ab >= 0) & (bc >= 0) & (ca >= 0) | (ab <= 0) & (bc <= 0) & (ca <= 0)) & (np.abs(whole) > 1e-9)
    if not inside.any():
        return 0.0
    heights = (bc * triangles[:, 0, 1] + ca * triangles[:, 1, 1] + ab * triangles[:, 2, 1])[inside] / whole[
        inside
    ]
    return float(heights.max())
