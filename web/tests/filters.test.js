import assert from "node:assert/strict";
import { test } from "node:test";

import { load } from "./load.js";

const { readFilters, toggled, whereOf, writeFilters } = await load("/src/filters.ts");

const one = (field, value) => ({ field, value });

test("an address says what was chosen, in one way", () => {
  const written = "category=443&color=Red&color=Light+blue&price=50-100&sort=-price";
  const filters = readFilters(`?sort=-price&color=Red&price=50-100&color=Light%20blue&category=443&color=red`);
  assert.deepEqual(filters.sort, "-price");
  assert.equal(filters.choices.length, 4);
  assert.equal(writeFilters(filters), written);
  assert.equal(writeFilters(readFilters(written)), written);
  assert.equal(writeFilters(readFilters("")), "");
});

test("what makes no sense in an address is left out", () => {
  const wrong = "color=&price=cheap&price=5&price=1-2+euro&category=Chairs&size=M&sort=best&utm_source=x";
  assert.deepEqual(readFilters(wrong), { choices: [], sort: "similarity" });
  assert.deepEqual(readFilters(`brand=${"x".repeat(256)}`).choices, []);
  const many = Array.from({ length: 100 }, (_, i) => `brand=b${i}`).join("&");
  assert.equal(readFilters(many).choices.length, 40);
});

test("a choice is made and taken back", () => {
  const none = readFilters("");
  const red = toggled(none, one("color", "Red"));
  assert.deepEqual(red.choices, [one("color", "Red")]);
  assert.deepEqual(toggled(red, one("color", "red")).choices, []);
  assert.deepEqual(toggled(red, one("brand", "Red")).choices.length, 2);
  assert.deepEqual(none.choices, []);
});

test("values of one field are alternatives, fields restrict each other", () => {
  const where = (query) => whereOf(readFilters(query));
  assert.equal(where(""), "");
  assert.equal(where("color=Red"), 'color:"Red"');
  assert.equal(
    where("color=Red&brand=Norr&color=Blue&price=50-100"),
    '(color:"Red" OR color:"Blue") AND price:[50 TO 100} AND brand:"Norr"',
  );
  assert.equal(where("price=20-50+EUR"), "(currency:EUR AND price:[20 TO 50})");
  assert.equal(where("sort=price&category=443"), 'category:"443"');
});

test("no value gets out of its quotes", () => {
  const where = whereOf(readFilters(new URLSearchParams({ brand: 'a" OR brand:"b\\' }).toString()));
  assert.equal(where, 'brand:"a\\" OR brand:\\"b\\\\"');
});
