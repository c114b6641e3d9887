/** Where the dots of a picture go. Pure geometry, in pixels. */
import type { Box } from "./api.js";

export interface Point {
  x: number;
  y: number;
}

/** Distance of two dots where there is room: what a finger needs. */
export const APART = 46;
/** Least distance of two dots: they can be told apart, and hit with care. */
export const CLOSEST = 26;
/** The share of a picture that circles of this distance may take and still be moved freely. */
const FULL = 0.6;
const ROUNDS = 120;

/** How many dots a picture has room for. */
export function room(width: number, height: number): number {
  return Math.max(1, Math.floor((FULL * width * height) / CLOSEST ** 2));
}

/** The distance that `count` dots can keep in a picture: less than a finger's where they are many. */
export function distance(count: number, width: number, height: number): number {
  if (count < 2) return APART;
  const fits = Math.sqrt((FULL * width * height) / count);
  return Math.min(APART, Math.max(CLOSEST, fits));
}

/** One point per box: its centre, pushed away from the others until no two are closer than
 * `apart`, and kept inside the picture. */
export function spread(boxes: readonly Box[], width: number, height: number, apart = APART): Point[] {
  const edge = apart / 2;
  const inside = (value: number, size: number) =>
    size <= apart ? size / 2 : Math.min(Math.max(value, edge), size - edge);
  const points = boxes.map(([x1, y1, x2, y2]) => ({
    x: inside(((x1 + x2) / 2) * width, width),
    y: inside(((y1 + y2) / 2) * height, height),
  }));
  for (let round = 0; round < ROUNDS; round += 1) {
    let moved = false;
    for (const [i, a] of points.entries()) {
      for (const [j, b] of points.entries()) {
        if (j <= i) continue;
        let dx = b.x - a.x;
        let dy = b.y - a.y;
        const between = Math.hypot(dx, dy);
        if (between >= apart - 0.01) continue;
        if (between < 0.01) {
          // Two at one spot: any direction will do, as long as it is always the same.
          const angle = (i * 2.4 + j) % (2 * Math.PI);
          dx = Math.cos(angle);
          dy = Math.sin(angle);
        } else {
          dx /= between;
          dy /= between;
        }
        const push = (apart - between) / 2;
        a.x = inside(a.x - dx * push, width);
        a.y = inside(a.y - dy * push, height);
        b.x = inside(b.x + dx * push, width);
        b.y = inside(b.y + dy * push, height);
        moved = true;
      }
    }
    if (!moved) break;
  }
  return points;
}
