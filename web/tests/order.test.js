import assert from "node:assert/strict";
import { test } from "node:test";

import { load } from "./load.js";

const { inReadingOrder, neighbour } = await load("/src/order.ts");

const left = { key: "a", box: [0, 0, 0.2, 1] };
const middle = { key: "b", box: [0.3, 0, 0.6, 1] };
const right = { key: "c", box: [0.5, 0, 1, 1] };

test("objects are read as a line of text is", () => {
  const keys = (rtl) => inReadingOrder([middle, right, left], rtl).map((one) => one.key);
  assert.deepEqual(keys(false), ["a", "b", "c"]);
  assert.deepEqual(keys(true), ["c", "b", "a"]);
});

test("neighbours go around the ends", () => {
  const all = [left, middle, right];
  assert.equal(neighbour(all, "a", 1), "b");
  assert.equal(neighbour(all, "c", 1), "a");
  assert.equal(neighbour(all, "a", -1), "c");
  assert.equal(neighbour(all, null, 1), "a");
  assert.equal(neighbour(all, null, -1), "c");
  assert.equal(neighbour([], null, 1), null);
});
