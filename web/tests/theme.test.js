import assert from "node:assert/strict";
import { test } from "node:test";

import { load } from "./load.js";

const { themeSheet } = await load("/src/styles/theme.ts");

test("known tokens become properties", () => {
  assert.equal(
    themeSheet("accent: rgb(0 120 90 / 80%); radius:6px;"),
    ":host { --shop-the-look-accent: rgb(0 120 90 / 80%); --shop-the-look-radius: 6px; }",
  );
});

test("what is none is left out", () => {
  assert.equal(themeSheet(""), ":host {  }");
  assert.equal(themeSheet("colour: red; accent; accent: ; : red"), ":host {  }");
  assert.equal(themeSheet("accent: red } * { display: none"), ":host {  }");
});
