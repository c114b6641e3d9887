"""Procedural pictures: rug patterns, wall art, clock faces, floor and wall surfaces. uint8 sRGB."""

import numpy as np
from PIL import Image, ImageDraw
from scipy.ndimage import gaussian_filter

PALETTES = [
    ("red", (150, 40, 38), (228, 208, 176), (40, 46, 74)),
    ("navy blue", (35, 52, 92), (226, 222, 210), (178, 134, 66)),
    ("grey", (120, 122, 126), (232, 230, 226), (60, 62, 68)),
    ("mustard yellow", (204, 150, 42), (244, 234, 208), (84, 70, 52)),
    ("green", (62, 96, 70), (226, 226, 204), (160, 120, 64)),
    ("terracotta", (186, 92, 58), (240, 222, 200), (88, 58, 48)),
    ("beige", (212, 194, 162), (246, 240, 228), (140, 112, 84)),
    ("teal", (30, 116, 120), (228, 236, 230), (216, 140, 90)),
    ("pink", (214, 142, 150), (248, 234, 230), (110, 80, 96)),
    ("black", (40, 40, 42), (238, 236, 230), (146, 146, 148)),
    ("purple", (96, 62, 116), (232, 222, 234), (202, 168, 86)),
    ("light blue", (132, 174, 204), (244, 244, 240), (62, 88, 124)),
]


def _paint(mask: np.ndarray, colors) -> np.ndarray:
    return np.asarray(colors, float)[mask.astype(int) % len(colors)]


def rug(kind: int, palette: int, rng: np.random.Generator, h: int = 384, w: int = 256) -> np.ndarray:
    """(h, w, 3) rug pattern of one of eight kinds in one of the palettes."""
    colors = PALETTES[palette % len(PALETTES)][1:]
    y, x = np.mgrid[:h, :w]
    u, v = (x - w / 2) / w, (y - h / 2) / w
    edge = np.minimum(np.minimum(x, w - 1 - x), np.minimum(y, h - 1 - y))
    if kind % 8 == 0:  # nested borders with a medallion
        ring = np.digitize(edge, [8, 14, 34, 40])
        image = _paint(np.array([0, 1, 2, 1, 0])[ring], colors)
        r, a = np.hypot(u, v * 0.7), np.arctan2(v, u)
        flower = np.digitize(r + 0.03 * np.cos(8 * a), [0.08, 0.11, 0.2, 0.23, 0.3])
        image = np.where((ring == 4)[..., None], _paint(np.array([2, 1, 0, 1, 2, 0])[flower], colors), image)
        dots = (np.sin(x * 0.42) * np.sin(y * 0.42) > 0.55) & (ring == 2)
        image[dots] = colors[1]
    elif kind % 8 == 1:
        image = _paint((y // int(rng.integers(14, 40))) % 2, colors[:2])
    elif kind % 8 == 2:
        step = int(rng.integers(28, 52))
        image = _paint((x // step + y // step) % 2, colors[:2])
    elif kind % 8 == 3:  # diamond lattice
        f = rng.uniform(0.05, 0.09)
        lines = (np.abs(np.sin((x + y) * f)) < 0.16) | (np.abs(np.sin((x - y) * f)) < 0.16)
        image = _paint(lines, colors[1::-1])
    elif kind % 8 == 4:  # zigzag
        step = rng.integers(18, 34)
        image = _paint(((y + np.abs((x % (2 * step)) - step)) // step) % 3, colors)
    elif kind % 8 == 5:  # soft blobs
        field = gaussian_filter(rng.normal(size=(h, w)), 22, mode="wrap")
        image = _paint(np.digitize(field, np.quantile(field, [0.45, 0.8])), colors)
    elif kind % 8 == 6:  # plain with a border
        image = _paint(np.digitize(edge, [10, 18]) == 1, colors[:2])
    else:  # concentric
        image = _paint((np.maximum(np.abs(u), np.abs(v) * w / h) * rng.integers(10, 18)).astype(int), colors)
    image = image + rng.normal(0, 7, (h, w, 1)) + 5 * np.sin(y * 1.6)[..., None]
    return np.clip(image, 0, 255).astype(np.uint8)


def art(kind: int, palette: int, rng: np.random.Generator, h: int = 256, w: int = 256) -> np.ndarray:
    """(h, w, 3) abstract picture: landscape bands, circles, blocks, brush field or line leaves."""
    a, b, c = PALETTES[palette % len(PALETTES)][1:]
    second = PALETTES[(palette * 5 + 3) % len(PALETTES)]
    big = Image.new("RGB", (w * 2, h * 2), b)
    draw = ImageDraw.Draw(big)
    if kind % 5 == 0:
        for i, color in enumerate([second[2], a, second[1], c]):
            xs = np.linspace(0, 2 * w, 60)
            ys = 2 * h * (0.35 + 0.15 * i) + 18 * np.sin(xs / rng.uniform(30, 90) + rng.uniform(0, 6))
            draw.polygon([(0, 2 * h), *zip(xs, ys, strict=True), (2 * w, 2 * h)], fill=tuple(color))
        r = rng.integers(24, 52)
        cx = rng.integers(80, 2 * w - 80)
        draw.ellipse([cx - r, 90 - r, cx + r, 90 + r], fill=second[1])
    elif kind % 5 == 1:
        for color in (a, c, second[1], second[3], a):
            r, cx, cy = rng.integers(40, 150), rng.integers(60, 2 * w - 60), rng.integers(60, 2 * h - 60)
            draw.ellipse([cx - r, cy - r, cx + r, cy + r], fill=tuple(color))
    elif kind % 5 == 2:
        xs = [0, *sorted(rng.integers(40, 2 * w - 40, 3).tolist()), 2 * w]
        ys = [0, *sorted(rng.integers(40, 2 * h - 40, 3).tolist()), 2 * h]
        for i in range(4):
            for j in range(4):
                color = [b, a, b, second[1], c][rng.integers(5)]
                draw.rectangle(
                    [xs[i], ys[j], xs[i + 1], ys[j + 1]], fill=tuple(color), outline=(24, 24, 26), width=8
                )
    elif kind % 5 == 3:
        field = gaussian_filter(rng.normal(size=(2 * h, 2 * w)), (10, 40))
        colors = np.array([a, b, second[1], c])
        big = Image.fromarray(
            colors[np.digitize(field, np.quantile(field, [0.3, 0.6, 0.85]))].astype(np.uint8)
        )
    else:
        for k in range(9):
            t = np.linspace(0, 1, 30)
            lean = (k - 4) / 4
            x = w + lean * t * w * 0.7
            y = 2 * h - 20 - t * h * (1.7 - abs(lean))
            half = 26 * np.sin(np.pi * t)
            draw.polygon(
                [*zip(x - half, y, strict=True), *zip((x + half)[::-1], y[::-1], strict=True)],
                fill=a if k % 2 else c,
            )
    return np.asarray(big.resize((w, h), Image.Resampling.LANCZOS))


def clock_face(palette: int, rng: np.random.Generator, side: int = 256) -> np.ndarray:
    """(side, side, 3) dial with ticks and two hands."""
    a, b, c = PALETTES[palette % len(PALETTES)][1:]
    dark = bool(rng.integers(2))
    ground, ink = (a, b) if dark else (b, (30, 30, 32))
    s = side * 2
    image = Image.new("RGB", (s, s), ground)
    draw = ImageDraw.Draw(image)
    middle = s / 2

    def hand(turn, length, width, start=-0.06, color=ink):
        d = np.array([np.sin(2 * np.pi * turn), -np.cos(2 * np.pi * turn)]) * s
        draw.line([*(middle + d * start), *(middle + d * length)], fill=tuple(color), width=width)

    for k in range(60):
        if k % 5 == 0:
            hand(k / 60, 0.45, 14 if k % 15 == 0 else 8, 0.36)
        elif rng.integers(4):
            hand(k / 60, 0.45, 3, 0.43)
    minute = rng.uniform()
    hand((10 + minute) / 12, 0.24, 16)
    hand(minute, 0.36, 11)
    hand(rng.uniform(), 0.38, 4, -0.1, c)
    draw.ellipse([middle - 14, middle - 14, middle + 14, middle + 14], fill=tuple(ink))
    return np.asarray(image.resize((side, side), Image.Resampling.LANCZOS))


def planks(tone, rng: np.random.Generator, side: int = 512, rows: int = 8) -> np.ndarray:
    """(side, side, 3) tiling wooden floor; `tone` is the mean sRGB colour."""
    image = np.zeros((side, side, 3))
    step = side // rows
    for i in range(rows):
        shift = int(rng.integers(side))
        grain = gaussian_filter(rng.normal(size=(step, side)), (0.8, 26), mode="wrap") * 60
        for j in range(2):
            shade = rng.normal(1, 0.09)
            strip = np.asarray(tone) * shade + grain[:, j * side // 2 : (j + 1) * side // 2, None]
            strip[:, :2] *= 0.6
            columns = (np.arange(side // 2) + j * side // 2 + shift) % side
            image[i * step : (i + 1) * step, columns] = strip
        image[i * step : i * step + 2] *= 0.6
    return np.clip(image, 0, 255).astype(np.uint8)


def tiles(tone, rng: np.random.Generator, side: int = 512, count: int = 4) -> np.ndarray:
    """(side, side, 3) tiling square tiles with joints."""
    step = side // count
    shade = np.kron(rng.normal(1, 0.035, (count, count)), np.ones((step, step)))[..., None]
    image = (
        np.asarray(tone) * shade
        + gaussian_filter(rng.normal(size=(side, side, 1)), (9, 9, 0), mode="wrap") * 90
    )
    y, x = np.mgrid[:side, :side]
    image[((x % step) < 4) | ((y % step) < 4)] = np.asarray(tone) * 0.72
    return np.clip(image, 0, 255).astype(np.uint8)


def carpet(tone, rng: np.random.Generator, side: int = 256) -> np.ndarray:
    """(side, side, 3) tiling short pile."""
    noise = gaussian_filter(rng.normal(size=(side, side, 1)), (0.7, 0.7, 0), mode="wrap") * 26
    return np.clip(np.asarray(tone) + noise, 0, 255).astype(np.uint8)


def wallpaper(kind: int, tone, rng: np.random.Generator, side: int = 256) -> np.ndarray:
    """(side, side, 3) tiling wall: plain plaster, stripes, lattice, bricks or panels."""
    tone = np.asarray(tone, float)
    y, x = np.mgrid[:side, :side]
    image = np.broadcast_to(tone, (side, side, 3)).copy()
    if kind == 1:
        image[(x // (side // 8)) % 2 == 0] *= 0.93
    elif kind == 2:
        f = 2 * np.pi * 4 / side
        image[np.abs(np.sin((x + y) * f / 2) * np.sin((x - y) * f / 2)) < 0.06] *= 0.88
    elif kind == 3:
        row = y // (side // 8)
        joint = (y % (side // 8) < 3) | ((x + (row % 2) * side // 8) % (side // 4) < 3)
        shade = rng.normal(1, 0.06, (8, 4))[row, ((x + (row % 2) * side // 8) // (side // 4)) % 4]
        image = image * shade[..., None]
        image[joint] = tone * 0.85 + 30
    elif kind == 4:
        image[(x % (side // 4)) < 3] *= 0.85
    noise = gaussian_filter(rng.normal(size=(side, side, 1)), (1.5, 1.5, 0), mode="wrap") * 6
    return np.clip(image + noise, 0, 255).astype(np.uint8)


def wood(tone, rng: np.random.Generator, side: int = 256) -> np.ndarray:
    """(side, side, 3) wood grain along x."""
    grain = gaussian_filter(rng.normal(size=(side, side)), (1.2, 40), mode="wrap") * 120
    rings = 6 * np.sin(
        np.mgrid[:side, :side][0] / 9 + gaussian_filter(rng.normal(size=(side, side)), 30, mode="wrap") * 60
    )
    return np.clip(np.asarray(tone) + (grain + rings)[..., None], 0, 255).astype(np.uint8)
