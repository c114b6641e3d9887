/** How prices and likenesses are said. */
import type { Product } from "./api.js";

export interface PriceWords {
  now: string;
  before: string | null;
}

function money(amount: string, currency: string | null): string {
  const value = Number(amount);
  if (!Number.isFinite(value)) return amount;
  if (currency === null) return value.toLocaleString(undefined, { minimumFractionDigits: 2 });
  try {
    return new Intl.NumberFormat(undefined, { style: "currency", currency }).format(value);
  } catch {
    return `${amount} ${currency}`;
  }
}

export function priceWords(product: Product): PriceWords | null {
  const { price, sale_price: sale, currency } = product;
  if (sale !== null && price !== null && Number(sale) < Number(price)) {
    return { now: money(sale, currency), before: money(price, currency) };
  }
  const now = price ?? sale;
  return now === null ? null : { now: money(now, currency), before: null };
}

/** A likeness in words. Codes of unrelated pictures agree in half of their bits, so that is nothing. */
export function likeness(similarity: number): string | null {
  if (similarity >= 0.95) return "Top match";
  if (similarity >= 0.85) return "Very similar";
  if (similarity >= 0.72) return "Similar";
  return null;
}
