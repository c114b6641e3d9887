import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { test } from "node:test";

import { load } from "./load.js";

const { CATEGORY_NAMES, VALUE_NAMES } = await load("/src/messages/names/index.ts");
const { TABLES } = await load("/src/messages/index.ts");
const { Voice } = await load("/src/voice.ts");

const languages = Object.keys(TABLES).filter((one) => one !== "en");
const taxonomy = new URL("../../src/shopthelook/taxonomy/", import.meta.url);

async function rows(name) {
  const text = await readFile(new URL(name, taxonomy), "utf-8");
  return text.split("\n").filter((line) => line !== "" && !line.startsWith("#")).map((line) => line.split("\t"));
}

function hasAllNames(path) {
  const names = CATEGORY_NAMES[path];
  assert.ok(names, `${path} has no names`);
  assert.deepEqual(Object.keys(names).sort(), [...languages].sort(), path);
  for (const name of Object.values(names)) assert.notEqual(name.trim(), "", path);
}

test("every category that the detector speaks of has a name in every language", async () => {
  const detected = await rows("coarse.tsv");
  assert.ok(detected.length > 30);
  for (const [, path] of detected) hasAllNames(path);
});

test("so have the branches that are searched with them", async () => {
  const clothes = /^Apparel & Accessories > .*Baby & Toddler/;
  for (const [, branch] of await rows("also.tsv")) if (!clothes.test(branch)) hasAllNames(branch);
});

test("names are of categories that there are", async () => {
  const paths = new Set((await readFile(new URL("google.tsv", taxonomy), "utf-8")).split("\n").map((line) => line.split("\t").at(-1)));
  for (const path of Object.keys(CATEGORY_NAMES)) assert.ok(paths.has(path), path);
});

test("values are known in every language", () => {
  for (const [value, names] of Object.entries(VALUE_NAMES)) {
    assert.equal(value, value.toLowerCase());
    assert.deepEqual(Object.keys(names).sort(), [...languages].sort(), value);
  }
});

test("a voice names categories and values, and falls back to the server's words", () => {
  const chairs = { id: 443, name: "Chairs", path: "Furniture > Chairs" };
  const odd = { id: 9, name: "Odd Things", path: "Furniture > Odd Things" };
  assert.equal(new Voice("en").category(chairs), "Chairs");
  assert.equal(new Voice("de-AT").category(chairs), "Stühle & Sessel");
  assert.equal(new Voice("ja").path(chairs), "家具 › 椅子");
  assert.equal(new Voice("fr").category(odd), "Odd Things");
  assert.equal(new Voice("fr").path(odd), "Meubles › Odd Things");
  assert.equal(new Voice("es").value("color", "blue"), "Azul");
  assert.equal(new Voice("en").value("color", "light blue"), "Light blue");
  assert.equal(new Voice("de").value("gender", "female"), "Damen");
  assert.equal(new Voice("de").value("availability", "in_stock"), "Auf Lager");
  assert.equal(new Voice("de").value("brand", "black"), "black");
});

test("a stretch of prices is written as its locale does", () => {
  assert.equal(new Voice("en").choice({ field: "price", value: "50-100" }, "USD"), "$50 – $100");
  assert.equal(new Voice("de").choice({ field: "price", value: "50-100 EUR" }, "USD"), "50–100\u00a0€");
  assert.equal(new Voice("en").choice({ field: "price", value: "50-100" }, null), "50–100");
});
