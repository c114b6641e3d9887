import assert from "node:assert/strict";
import { test } from "node:test";

import { load } from "./load.js";

const { canonical, Voice } = await load("/src/voice.ts");

const product = (price, sale_price, currency) => ({ price, sale_price, currency });
/** Without the spaces that do not break, which differ from one version of Unicode's data to the next. */
const plain = (text) => text.replace(/[\u00a0\u202f]/g, " ");

test("prices are written as the locale writes them, in the product's own currency", () => {
  assert.equal(plain(new Voice("en-US").money("1299.5", "EUR")), "€1,299.50");
  assert.equal(plain(new Voice("de-DE").money("1299.5", "EUR")), "1.299,50 €");
  assert.equal(plain(new Voice("fr-FR").money("1299.5", "EUR")), "1 299,50 €");
  assert.equal(plain(new Voice("ja-JP").money("1299", "JPY")).replace("￥", "¥"), "¥1,299");
  assert.equal(plain(new Voice("en-US").money("12", null)), "12.00");
  assert.equal(new Voice("en-US").money("on request", "EUR"), "on request");
});

test("a currency that shoppers do not expect is named", () => {
  assert.equal(plain(new Voice("en-CA", "CAD").money("5", "CAD")), "$5.00");
  assert.equal(plain(new Voice("en-CA", "CAD").money("5", "USD")), "USD 5.00");
  assert.equal(plain(new Voice("en-CA", "cad").money("5", "CAD")), "$5.00");
});

test("a sale shows both prices, and only a real one", () => {
  const voice = new Voice("en-US");
  assert.deepEqual(voice.price(product("10", "8", "USD")), { now: "$8.00", before: "$10.00" });
  assert.deepEqual(voice.price(product("10", "12", "USD")), { now: "$10.00", before: null });
  assert.deepEqual(voice.price(product(null, "8", "USD")), { now: "$8.00", before: null });
  assert.equal(voice.price(product(null, null, "USD")), null);
});

test("numbers of products take the form of their language", () => {
  assert.equal(new Voice("en").count("products", 1), "1 product");
  assert.equal(new Voice("en").count("products", 1200), "1,200 products");
  assert.equal(new Voice("fr").count("products", 0), "0 produit");
  assert.equal(new Voice("de").count("products", 2), "2 Produkte");
  assert.equal(new Voice("ja").count("products", 1), "1 件の商品");
  assert.equal(new Voice("es").count("products", 1_000_000), "1.000.000 productos");
});

test("a locale without a table speaks English and keeps its numbers", () => {
  const voice = new Voice("it-IT");
  assert.equal(voice.language, "en");
  assert.equal(voice.say("close"), "Close");
  assert.equal(plain(voice.money("1299.5", "EUR")), "1299,50 €");
});

test("a site can bring its own sentences", () => {
  const voice = new Voice("it", "", { close: "Chiudi" });
  assert.equal(voice.language, "it");
  assert.equal(voice.say("close"), "Chiudi");
  assert.equal(voice.say("cancel"), "Cancel");
});

test("what is no locale is English", () => {
  assert.equal(canonical("de_ch"), "de-CH");
  assert.equal(canonical("not a locale"), "en");
  assert.equal(canonical(""), "en");
});
