/** What all parts of one component share: whom to ask, how to speak, where products are. */
import type { Api } from "./api.js";
import type { Voice } from "./voice.js";

export interface Context {
  readonly api: Api;
  readonly voice: Voice;
  /** Address of a page about a product and what is like it; null where there is none. */
  readonly productPage: ((id: string) => string) | null;
  /** Whether products have a button that puts them into a cart. */
  readonly cart: boolean;
}
