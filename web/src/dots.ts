/** Where the dots of a picture go. Pure geometry, in pixels. */
import type { Box } from "./api.js";

export interface Point {
  x: number;
  y: number;
}

/** Least distance of two dots: what a finger needs. */
export const APART = 46;

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
  for (let round = 0; round < 60; round += 1) {
    let moved = false;
    for (const [i, a] of points.entries()) {
      for (const [j, b] of points.entries()) {
        if (j <= i) continue;
        let dx = b.x - a.x;
        let dy = b.y - a.y;
        let distance = Math.hypot(dx, dy);
        if (distance >= apart - 0.01) continue;
        if (distance < 0.01) {
          // Two at one spot: any direction will do, as long as it is always the same.
          const angle = (i * 2.4 + j) % (2 * Math.PI);
          dx = Math.cos(angle);
          dy = Math.sin(angle);
          distance = 1;
        }
        const push = (apart - Math.hypot(b.x - a.x, b.y - a.y)) / 2 / distance;
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
