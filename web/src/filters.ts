/** What a shopper chose among the values that products have, and in which order they are listed. */
import type { Sort } from "./api.js";

/** The fields that have chips, in their order; also their names in addresses. */
export const FIELDS = ["category", "color", "price", "brand", "pattern", "gender", "availability"] as const;
export type Field = (typeof FIELDS)[number];

export interface Choice {
  field: Field;
  /** As the server counts it: a category's id, `50-100` for a price. */
  value: string;
}

export interface Filters {
  choices: readonly Choice[];
  sort: Sort;
}

export const SORTS: readonly Sort[] = ["similarity", "price", "-price"];
/** More than anybody chooses; addresses come from anywhere. */
const MOST = 40;
const LONGEST = 255;
const PRICE = /^(\d{1,9}(?:\.\d{1,4})?)-(\d{1,9}(?:\.\d{1,4})?)(?: ([A-Z]{3}))?$/;

export function isField(name: string): name is Field {
  return (FIELDS as readonly string[]).includes(name);
}

/** The limits of a price's value, and its currency where products have several. */
export function priceOf(value: string): { low: number; high: number; currency: string | null } | null {
  const [, low, high, currency] = PRICE.exec(value) ?? [];
  return low === undefined || high === undefined ? null : { low: Number(low), high: Number(high), currency: currency ?? null };
}

function makesSense({ field, value }: Choice): boolean {
  if (value === "" || value.length > LONGEST) return false;
  if (field === "price") return priceOf(value) !== null;
  return field !== "category" || /^\d{1,18}$/.test(value);
}

/** Reads `color=Red&color=Blue&sort=price`; what makes no sense is left out. */
export function readFilters(written: string): Filters {
  const choices: Choice[] = [];
  let sort: Sort = "similarity";
  for (const [name, value] of new URLSearchParams(written)) {
    if (name === "sort") sort = SORTS.find((one) => one === value) ?? sort;
    else if (isField(name)) {
      const choice = { field: name, value };
      if (makesSense(choice) && !has(choices, choice) && choices.length < MOST) choices.push(choice);
    }
  }
  return { choices, sort };
}

/** The one way to write filters: equal filters are equal texts. */
export function writeFilters({ choices, sort }: Filters): string {
  const query = new URLSearchParams();
  for (const field of FIELDS) {
    for (const one of choices) if (one.field === field) query.append(field, one.value);
  }
  if (sort !== "similarity") query.set("sort", sort);
  return query.toString();
}

export function has(choices: readonly Choice[], { field, value }: Choice): boolean {
  const wanted = value.toLowerCase();
  return choices.some((one) => one.field === field && one.value.toLowerCase() === wanted);
}

/** The filters with a choice made or taken back. */
export function toggled(filters: Filters, choice: Choice): Filters {
  const { choices } = filters;
  if (!has(choices, choice)) return { ...filters, choices: [...choices, choice] };
  const value = choice.value.toLowerCase();
  return { ...filters, choices: choices.filter((one) => one.field !== choice.field || one.value.toLowerCase() !== value) };
}

/** The filter in the server's language: any of the values of one field, all of the fields. */
export function whereOf({ choices }: Filters): string {
  const conditions = FIELDS.flatMap((field) => {
    const values = choices.filter((one) => one.field === field).map(({ value }) => condition(field, value));
    return values.length === 0 ? [] : [values.length === 1 ? values.join("") : `(${values.join(" OR ")})`];
  });
  return conditions.join(" AND ");
}

function condition(field: Field, value: string): string {
  const price = field === "price" ? priceOf(value) : null;
  if (price === null) return `${field}:"${value.replace(/[\\"]/g, "\\$&")}"`;
  const range = `price:[${price.low} TO ${price.high}}`;
  return price.currency === null ? range : `(currency:${price.currency} AND ${range})`;
}
