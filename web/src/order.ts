/** The order of the objects of a picture: that of its dots, thumbnails and arrow keys. */
import type { Box } from "./api.js";

interface Placed {
  key: string;
  box: Box;
}

/** As the eye goes along a line of text; the picture itself is the same in both directions. */
export function inReadingOrder<One extends Placed>(objects: readonly One[], rtl: boolean): One[] {
  const middle = ({ box }: One) => (box[0] + box[2]) * (rtl ? -1 : 1);
  return [...objects].sort((a, b) => middle(a) - middle(b));
}

/** The key `by` places on from `key`, around the ends; from nothing on, that of an end. Null where there is none. */
export function neighbour(objects: readonly Placed[], key: string | null, by: number): string | null {
  const count = objects.length;
  const here = objects.findIndex((one) => one.key === key);
  const next = here < 0 ? (by > 0 ? 0 : count - 1) : (here + by + count) % count;
  return objects[next]?.key ?? null;
}
