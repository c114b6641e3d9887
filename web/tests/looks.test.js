import assert from "node:assert/strict";
import { test } from "node:test";

import { load } from "./load.js";

const { looks } = await load("/src/looks.ts");
const { Voice } = await load("/src/voice.ts");

const said = (name, value, by = "merchant") => ({ name, value, by, confidence: by === "model" ? 0.9 : null });

test("colour, pattern and whose it is stand in one line", () => {
  const all = [said("size", "M"), said("gender", "female"), said("pattern", "Striped", "model"), said("color", "Red")];
  assert.equal(looks(all, new Voice("en")), "Red · Striped · Women");
  assert.equal(looks(all, new Voice("de")), "Rot · Gestreift · Damen");
  assert.equal(looks([said("color", "Red", "model")], new Voice("en")), "Red");
  assert.equal(looks([], new Voice("en")), "");
});

test("unisex is news only where the merchant says so", () => {
  assert.equal(looks([said("gender", "unisex")], new Voice("en")), "Women and men");
  assert.equal(looks([said("gender", "unisex", "model")], new Voice("en")), "");
  assert.equal(looks([said("gender", "whoever")], new Voice("en")), "");
});
