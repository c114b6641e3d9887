/** What the parts of the component tell it. None of these reaches the page around it. */
import type { ApiFailure, Hit } from "./api.js";

const UP = { bubbles: true, composed: true };

/** Something happened to the card of a product: it was seen, chosen, or put into the cart. */
export class CardSignal extends Event {
  constructor(
    readonly what: "impression" | "product" | "cart",
    readonly product: Hit,
    readonly position: number,
    readonly href: string | null = null,
  ) {
    super("card-signal", { ...UP, cancelable: true });
  }
}

/** The shopper wants other filters, written as `writeFilters` does. */
export class FilterSignal extends Event {
  constructor(readonly filters: string) {
    super("filter-signal", UP);
  }
}

/** Products came in, or did not. */
export class FeedSignal extends Event {
  constructor(
    readonly offset: number,
    readonly products: readonly Hit[],
    readonly end: boolean,
    readonly failure: ApiFailure | null = null,
  ) {
    super("feed-signal", UP);
  }
}
