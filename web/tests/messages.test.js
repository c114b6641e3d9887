import assert from "node:assert/strict";
import { test } from "node:test";

import { load } from "./load.js";

const { TABLES } = await load("/src/messages/index.ts");
const { PAGE_TABLES } = await load("/src/messages/page/index.ts");

function places(sentence) {
  return [...sentence.matchAll(/\{(\w+)\}/g)].map(([, name]) => name).sort();
}

for (const [what, tables] of Object.entries({ component: TABLES, page: PAGE_TABLES })) {
  test(`the ${what} speaks five languages`, () => {
    assert.deepEqual(Object.keys(tables).sort(), ["de", "en", "es", "fr", "ja"]);
  });

  for (const [language, table] of Object.entries(tables)) {
    test(`nothing is missing in ${language} of the ${what}`, () => {
      assert.deepEqual(Object.keys(table).sort(), Object.keys(tables.en).sort());
      for (const [key, sentence] of Object.entries(table)) {
        assert.notEqual(sentence.trim(), "", key);
        assert.deepEqual(places(sentence), places(tables.en[key]), key);
        if (language !== "en") assert.notEqual(sentence, tables.en[key], `${key} is still English`);
      }
    });
  }
}
