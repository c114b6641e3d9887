import assert from "node:assert/strict";
import { test } from "node:test";

import { load } from "./load.js";

const { APART, CLOSEST, distance, room, spread } = await load("/src/dots.ts");

/** The same numbers in [0, 1) every time. */
function random(seed) {
  let state = seed;
  return () => {
    state = (state * 1664525 + 1013904223) % 2 ** 32;
    return state / 2 ** 32;
  };
}

function boxes(count, next) {
  return Array.from({ length: count }, () => {
    const [x, y] = [next() * 0.9, next() * 0.9];
    return [x, y, x + 0.1, y + 0.1];
  });
}

function nearest(points) {
  let least = Infinity;
  for (const [i, a] of points.entries()) {
    for (const b of points.slice(i + 1)) least = Math.min(least, Math.hypot(a.x - b.x, a.y - b.y));
  }
  return least;
}

test("dots keep their distance and stay inside, in any picture", () => {
  for (let seed = 1; seed <= 150; seed += 1) {
    const next = random(seed);
    const [width, height] = [140 + next() * 1100, 140 + next() * 900];
    const count = 1 + Math.floor(next() * Math.min(40, room(width, height)));
    const apart = distance(count, width, height);
    assert.ok(apart >= CLOSEST && apart <= APART);
    const points = spread(boxes(count, next), width, height, apart);
    assert.equal(points.length, count);
    for (const { x, y } of points) assert.ok(x >= 0 && x <= width && y >= 0 && y <= height);
    const what = `${count} dots in ${Math.round(width)} x ${Math.round(height)}: ${nearest(points)} of ${apart}`;
    // Crowds at an edge may end a little closer; a dot's own circle is 22 wide.
    assert.ok(nearest(points) >= 0.85 * apart, what);
  }
});

test("many objects at one spot are told apart", () => {
  const same = Array.from({ length: 12 }, () => [0.4, 0.4, 0.6, 0.6]);
  const points = spread(same, 360, 270, distance(12, 360, 270));
  assert.ok(nearest(points) >= CLOSEST);
});

test("dots with room stay on their objects", () => {
  const points = spread([[0, 0, 0.4, 0.4], [0.6, 0.6, 1, 1]], 400, 300);
  assert.deepEqual(points, [{ x: 80, y: 60 }, { x: 320, y: 240 }]);
});
