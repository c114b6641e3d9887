"""Views of a furnished room: the camera, the picture, and the exact boxes of what is seen."""

import numpy as np
from PIL import Image

from .room import Room
from .tracer import Camera, Scene, linear_to_srgb

LEAST_VISIBLE = 0.3
LEAST_SHARE = 0.002


def camera_for(room: Room, rng: np.random.Generator, size: tuple[int, int]):
    """A camera: whole-room views mostly, closer views of a few objects for the rest."""
    for _ in range(20):
        focus = np.mean([(i.low + i.high) / 2 for i in room.items], axis=0)
        close = rng.uniform() < 0.35
        if close:
            item = room.items[rng.integers(len(room.items))]
            focus = (item.low + item.high) / 2
            reach = max(1.6, float(np.linalg.norm(item.high - item.low)) * rng.uniform(1.1, 1.6))
            a = rng.uniform(-0.6, 0.6) + item.yaw * 0.6
            origin = focus + np.array([np.sin(a), 0, np.cos(a)]) * reach
            origin[1] = rng.uniform(0.9, 1.6)
            fov = rng.uniform(48, 62)
        else:
            origin = np.array(
                [
                    room.width * rng.uniform(0.15, 0.85),
                    rng.uniform(1.15, 1.75),
                    room.depth + rng.uniform(-0.3, 0.9),
                ]
            )
            focus = focus * 0.6 + np.array([room.width / 2, 0.8, room.depth * 0.25]) * 0.4
            fov = rng.uniform(50, 68)
        focus = focus + rng.normal(0, 0.15, 3)
        origin[0] = np.clip(origin[0], 0.25, room.width - 0.25)
        origin[2] = np.clip(origin[2], 0.6, room.depth + 1.5)
        if not any(np.all(origin > i.low - 0.45) and np.all(origin < i.high + 0.45) for i in room.items):
            break
    return Camera(tuple(origin), tuple(focus), float(fov), size)


def develop(linear: np.ndarray, rng: np.random.Generator) -> Image.Image:
    """Linear radiance (h, w, 3) to a picture: exposed for its middle tones, highlights rolled off."""
    light = linear.mean(-1)
    exposure = rng.uniform(0.30, 0.42) / max(float(np.exp(np.log(light + 1e-3).mean())), 1e-3)
    exposed = linear * exposure
    exposed = np.where(exposed > 0.6, 0.6 + 0.4 * (1 - np.exp(-(exposed - 0.6) / 0.4)), exposed)
    return Image.fromarray((linear_to_srgb(exposed) * 255 + 0.5).astype(np.uint8))


class Studio:
    """A finished room, ready for any number of views."""

    def __init__(self, room: Room):
        self.room = room
        shell, self.lamps = room.shell()
        self.scene = Scene([i.parts for i in room.items] + [shell], self.lamps, room.sky)
        self._alone: dict[int, Scene] = {}

    def _own_pixels(self, k: int, camera) -> int:
        """Pixels item `k` would cover with nothing before it, in and around the picture."""
        if k not in self._alone:
            self._alone[k] = Scene([self.room.items[k].parts], self.lamps, self.room.sky)
        # Every second pixel each way, in a window twice as wide and high as the picture, and there
        # only where the item's bounding box is seen.
        w, h = camera.size
        low, high = np.array([-(w // 4) * 2, -(h // 4) * 2]), np.array([w + w // 2, h + h // 2])
        item = self.room.items[k]
        corners = np.array(np.meshgrid(*zip(item.low, item.high, strict=True))).reshape(3, -1).T
        seen = camera.project(corners)
        if not np.isnan(seen).any():
            low = np.maximum(low, np.floor(seen.min(0) / 2).astype(int) * 2 - 2)
            high = np.minimum(high, np.ceil(seen.max(0)).astype(int) + 2)
        rays = camera.rays(low, high, 2)
        return 4 * int((self._alone[k].owners(camera.origin, rays) == 0).sum()) if len(rays) else 0

    def objects(self, camera) -> list[dict]:
        """An entry per object seen well enough: box, category, product_id, visible."""
        w, h = camera.size
        directions = camera.rays()
        owner = self.scene.owners(camera.origin, directions).reshape(h, w)
        found = []
        for k, item in enumerate(self.room.items):
            ys, xs = np.nonzero(owner == k)
            if len(xs) < LEAST_SHARE * w * h:
                continue
            visible = min(1.0, len(xs) / max(self._own_pixels(k, camera), 1))
            if visible < LEAST_VISIBLE:
                continue
            edges = (xs.min() / w, ys.min() / h, (xs.max() + 1) / w, (ys.max() + 1) / h)
            found.append(
                {
                    "box": [round(float(e), 4) for e in edges],
                    "category": item.product.model.category.path,
                    "product_id": item.product.id,
                    "visible": round(visible, 3),
                }
            )
        return found

    def picture(self, camera, spp: int, seed: int) -> Image.Image:
        """The room as the camera sees it."""
        return develop(self.scene.render(camera, spp, seed), np.random.default_rng(seed))
