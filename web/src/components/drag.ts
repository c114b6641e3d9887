/** Pulling the sheet: follows the pointer, and at the end says where to settle. */

export interface Pull {
  /** Height of the sheet when the pull started. */
  height: number;
  start: number;
  last: number;
  time: number;
  /** Pixels per millisecond, upwards positive. */
  speed: number;
  moving: boolean;
}

/** A finger has to go this far before a touch is a pull, so that taps stay taps. */
const SLACK = 8;
const FLING = 0.5;

export function begin(height: number, y: number, time: number): Pull {
  return { height, start: y, last: y, time, speed: 0, moving: false };
}

/** Takes the next position; returns the height that the sheet has now. */
export function follow(pull: Pull, y: number, time: number): number {
  const elapsed = Math.max(1, time - pull.time);
  pull.speed = 0.6 * ((pull.last - y) / elapsed) + 0.4 * pull.speed;
  pull.last = y;
  pull.time = time;
  if (Math.abs(y - pull.start) > SLACK) pull.moving = true;
  return pull.height + pull.start - y;
}

export type Rest = "closed" | "strip" | "all";

/** Where a sheet that was let go at `height` comes to rest. */
export function settle(pull: Pull, strip: number, all: number): Rest {
  const height = pull.height + pull.start - pull.last;
  const wasAll = pull.height > (strip + all) / 2;
  if (pull.speed > FLING) return "all";
  if (pull.speed < -FLING) return wasAll ? "strip" : "closed";
  if (height > (strip + all) / 2) return "all";
  return height < strip * 0.6 ? "closed" : "strip";
}
