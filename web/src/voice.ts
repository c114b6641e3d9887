/** How things are said: words, numbers and prices of one locale. */
import type { Product } from "./api.js";
import { type Table, type Tables, TABLES, type Word } from "./messages/index.js";

export interface PriceWords {
  now: string;
  before: string | null;
}

type Stem<Key extends string> = Key extends `${infer Start}_other` ? Start : never;

/** The locale as `Intl` takes it; English where what is given is none. */
export function canonical(locale: string): string {
  try {
    return Intl.getCanonicalLocales(locale.replaceAll("_", "-"))[0] ?? "en";
  } catch {
    return "en";
  }
}

/** Sentences of one language; English where there is no table of it. */
export class Words<Key extends string> {
  readonly locale: string;
  /** The language of the sentences, which may not be that of the locale. */
  readonly language: string;
  readonly #table: Table<Key>;

  /** @param own sentences that replace those of the table, for another language or another tone */
  constructor(locale: string, tables: Tables<Key>, own: Partial<Table<Key>> = {}) {
    this.locale = canonical(locale);
    const language = this.locale.split("-")[0] ?? "en";
    this.language = language in tables || Object.keys(own).length > 0 ? language : "en";
    this.#table = { ...tables.en, ...tables[language], ...own };
  }

  say(key: Key, values: Readonly<Record<string, string | number>> = {}): string {
    return this.#table[key].replace(/\{(\w+)\}/g, (whole, name: string) => `${values[name] ?? whole}`);
  }

  /** The form of a sentence that fits a number: of `products`, `products_one` or `products_other`. */
  count(stem: Stem<Key>, n: number): string {
    const form = `${stem}_${new Intl.PluralRules(this.language).select(n)}`;
    const key = (form in this.#table ? form : `${stem}_other`) as Key;
    return this.say(key, { n: new Intl.NumberFormat(this.locale).format(n) });
  }
}

/** What the component says, with prices. */
export class Voice extends Words<Word> {
  /** @param currency the one that shoppers expect: others are named by their code */
  constructor(
    locale: string,
    readonly currency = "",
    own: Partial<Table<Word>> = {},
  ) {
    super(locale, TABLES, own);
  }

  /** An amount in its own currency. Nothing is ever converted. */
  money(amount: string, currency: string | null): string {
    const value = Number(amount);
    if (!Number.isFinite(value)) return amount;
    if (currency === null) return value.toLocaleString(this.locale, { minimumFractionDigits: 2 });
    const expected = this.currency.toUpperCase();
    const currencyDisplay = expected === "" ? "symbol" : expected === currency ? "narrowSymbol" : "code";
    try {
      return new Intl.NumberFormat(this.locale, { style: "currency", currency, currencyDisplay }).format(value);
    } catch {
      return `${amount} ${currency}`;
    }
  }

  price(product: Product): PriceWords | null {
    const { price, sale_price: sale, currency } = product;
    if (sale !== null && price !== null && Number(sale) < Number(price)) {
      return { now: this.money(sale, currency), before: this.money(price, currency) };
    }
    const now = price ?? sale;
    return now === null ? null : { now: this.money(now, currency), before: null };
  }

  /** A likeness in words. Codes of unrelated pictures agree in half of their bits, so that is nothing. */
  likeness(similarity: number): string | null {
    if (similarity >= 0.95) return this.say("top_match");
    if (similarity >= 0.85) return this.say("very_similar");
    if (similarity >= 0.72) return this.say("similar");
    return null;
  }
}

/** The language that an element stands in: of itself, of what is around it, of the browser. */
export function localeOf(start: Element): string {
  let at: Element | null = start;
  while (at) {
    const lang = at.closest("[lang]")?.getAttribute("lang");
    if (lang) return lang;
    const root = at.getRootNode();
    at = root instanceof ShadowRoot ? root.host : null;
  }
  return navigator.language;
}
