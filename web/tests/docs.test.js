import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";

import { load } from "./load.js";

const told = readFileSync(new URL("../../docs/web-component.md", import.meta.url), "utf8");
const { TOKENS } = await load("/src/styles/tokens.ts");
const parts = await load("/src/components/parts.ts");

function rows(start) {
  return [...told.matchAll(new RegExp(`^\\| \`(${start}[a-z-]+)\``, "gm"))].map(([, name]) => name).sort();
}

test("the documentation lists every token", () => {
  assert.deepEqual(rows("--shop-the-look-"), [...TOKENS].map((name) => `--shop-the-look-${name}`).sort());
});

test("the documentation lists every event", () => {
  const source = readFileSync(new URL("../src/events.ts", import.meta.url), "utf8");
  const events = [...source.matchAll(/^ {2}"(stl-[a-z]+)":/gm)].map(([, name]) => name);
  assert.ok(events.length > 10);
  assert.deepEqual(rows("stl-"), events.sort());
});

test("the documentation lists every part", () => {
  const all = new Set(Object.values(parts).flatMap((list) => list.split(", ")));
  const section = told.slice(told.indexOf("## Parts"), told.indexOf("## Room"));
  const listed = [...section.matchAll(/`([a-z-]+)`/g)].map(([, name]) => name);
  assert.deepEqual(listed.sort(), [...all, "tools"].sort());
});
