/** A box drawn by hand: with a pointer from corner to corner, or with the arrow keys. */
import type { Box } from "../api.js";
import type { Point } from "../dots.js";

/** Smallest box worth searching, as a fraction of the picture's side. */
const LEAST = 0.03;
const STEP = 0.03;
export const START: Box = [0.3, 0.3, 0.7, 0.7];

function within(value: number): number {
  return Math.min(1, Math.max(0, value));
}

/** The box between two corners, both in fractions. */
export function between(a: Point, b: Point): Box {
  return [
    within(Math.min(a.x, b.x)),
    within(Math.min(a.y, b.y)),
    within(Math.max(a.x, b.x)),
    within(Math.max(a.y, b.y)),
  ];
}

export function bigEnough([x1, y1, x2, y2]: Box): boolean {
  return x2 - x1 >= LEAST && y2 - y1 >= LEAST;
}

/** The box after an arrow key: moved, or with `resize` its right or lower side moved. */
export function nudged(box: Box, key: string, resize: boolean): Box | null {
  const dx = key === "ArrowLeft" ? -STEP : key === "ArrowRight" ? STEP : 0;
  const dy = key === "ArrowUp" ? -STEP : key === "ArrowDown" ? STEP : 0;
  if (dx === 0 && dy === 0) return null;
  const [x1, y1, x2, y2] = box;
  if (resize) {
    return [x1, y1, within(Math.max(x1 + LEAST, x2 + dx)), within(Math.max(y1 + LEAST, y2 + dy))];
  }
  const x = Math.min(1 - x2, Math.max(-x1, dx));
  const y = Math.min(1 - y2, Math.max(-y1, dy));
  return [x1 + x, y1 + y, x2 + x, y2 + y];
}
