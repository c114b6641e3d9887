/** How things are said: words, numbers and prices of one locale. */
import type { Category, Product } from "./api.js";
import { type Choice, type Field, priceOf } from "./filters.js";
import { type Table, type Tables, TABLES, type Word } from "./messages/index.js";
import { CATEGORY_NAMES, VALUE_NAMES } from "./messages/names/index.js";

const GENDERS = { female: "women", male: "men", unisex: "everyone" } as const;
const AVAILABILITIES = new Set<string>(["in_stock", "out_of_stock", "preorder", "backorder"] satisfies Word[]);

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

  number(n: number): string {
    return new Intl.NumberFormat(this.locale).format(n);
  }

  /** The form of a sentence that fits a number: of `products`, `products_one` or `products_other`. */
  count(stem: Stem<Key>, n: number): string {
    const form = `${stem}_${new Intl.PluralRules(this.language).select(n)}`;
    const key = (form in this.#table ? form : `${stem}_other`) as Key;
    return this.say(key, { n: this.number(n) });
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

  /** The name of a category; as the server says it where there is none in this language. */
  category({ path, name }: Category): string {
    return CATEGORY_NAMES[path]?.[this.language] ?? name;
  }

  /** A category with those above it. */
  path(category: Category): string {
    const names = category.path.split(" > ");
    return names.map((name, i) => this.category({ id: 0, name, path: names.slice(0, i + 1).join(" > ") })).join(" › ");
  }

  /** A value of a field, as a shopper reads it. */
  value(field: Field, value: string): string {
    if (field === "gender" && value in GENDERS) return this.say(GENDERS[value as keyof typeof GENDERS]);
    if (field === "availability") return AVAILABILITIES.has(value) ? this.say(value as Word) : value.replaceAll("_", " ");
    if (field !== "color" && field !== "pattern") return value;
    const named = VALUE_NAMES[value.toLowerCase()]?.[this.language] ?? value;
    return named.charAt(0).toLocaleUpperCase(this.locale) + named.slice(1);
  }

  /** What a chosen value is called, where that takes no look at what was counted. */
  choice({ field, value }: Choice, currency: string | null): string {
    const price = field === "price" ? priceOf(value) : null;
    return price ? this.range(price.low, price.high, price.currency ?? currency) : this.value(field, value);
  }

  /** Whole amounts from one to the other. */
  range(low: number, high: number, currency: string | null): string {
    const whole = { maximumFractionDigits: 0 };
    const style = currency === null ? whole : ({ ...whole, style: "currency", currency, currencyDisplay: "narrowSymbol" } as const);
    try {
      return new Intl.NumberFormat(this.locale, style).formatRange(low, high);
    } catch {
      return `${low}–${high} ${currency ?? ""}`.trim();
    }
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
