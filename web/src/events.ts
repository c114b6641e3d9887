/** The events of `<shop-the-look>`: what a page around it can listen to. All bubble and leave the shadow. */
import type { Box, Category, Hit } from "./api.js";

/** One object of the picture. */
export interface ObjectDetail {
  /** `object-2`, or `box-0.1,0.2,0.5,0.6` for a box drawn by hand. */
  key: string;
  /** The server's id; null for a drawn box. */
  id: string | null;
  label: string;
  category: Category | null;
  /** x1, y1, x2, y2 as fractions of the picture. */
  box: Box;
}

/** Which picture: the id of the scene; empty for a photo. */
interface Where {
  scene: string;
}

/** A step of the shopper. */
export interface StepDetail extends Where {
  /** What is open after the step; null: nothing. */
  object: ObjectDetail | null;
  /** What was open before it. */
  previous: ObjectDetail | null;
  /** Whether the full feed is open after the step. */
  expanded: boolean;
  /** What its products are filtered by after the step, and how they are sorted: `color=Red&sort=price`. */
  filters: string;
}

export interface ProductDetail extends Where {
  object: ObjectDetail | null;
  product: Hit;
  /** Place in the list, from 0. */
  position: number;
}

export interface LookEvents {
  /** The scene is there, with its objects. */
  "stl-load": Where & { title: string; objects: ObjectDetail[] };
  /** The scene or products could not be had. */
  "stl-error": Where & { step: "scene" | "products"; status: number; code: string; message: string };
  /** An object was opened. Cancelable. */
  "stl-open": StepDetail;
  /** Another object was opened instead of the one that was open. Cancelable. */
  "stl-switch": StepDetail;
  /** The sheet was pulled up to the full feed. Cancelable. */
  "stl-expand": StepDetail;
  /** The full feed was pulled down to the strip. Cancelable. */
  "stl-collapse": StepDetail;
  /** The object was closed. Cancelable. */
  "stl-close": StepDetail;
  /** The shopper chose or took back a filter, or sorted. Cancelable. */
  "stl-filter": StepDetail;
  /** A box was drawn; `stl-open` for it follows. */
  "stl-draw": Where & { box: Box };
  /** Products of the open object came in. */
  "stl-products": Where & { object: ObjectDetail | null; offset: number; products: Hit[]; end: boolean };
  /** At least half of a product's card came into view, once for each. */
  "stl-impression": ProductDetail;
  /** A product was chosen. Cancelable: then its link is not followed. */
  "stl-product": ProductDetail & { href: string | null };
  /** The cart button of a product was pressed. */
  "stl-cart": ProductDetail;
  /** Escape was pressed with nothing open. */
  "stl-leave": Where;
}

export type LookEvent<Name extends keyof LookEvents = keyof LookEvents> = CustomEvent<LookEvents[Name]>;

type EventMap = { [Name in keyof LookEvents]: CustomEvent<LookEvents[Name]> };

declare global {
  // eslint-disable-next-line @typescript-eslint/no-empty-object-type -- this is how the map is extended
  interface HTMLElementEventMap extends EventMap {}
}

const CANCELABLE: ReadonlySet<string> = new Set<keyof LookEvents>([
  "stl-open",
  "stl-switch",
  "stl-expand",
  "stl-collapse",
  "stl-close",
  "stl-filter",
  "stl-product",
]);

/** Fires an event; false where a listener of the page prevents what follows. */
export function tell<Name extends keyof LookEvents>(from: EventTarget, name: Name, detail: LookEvents[Name]): boolean {
  const cancelable = CANCELABLE.has(name);
  return from.dispatchEvent(new CustomEvent(name, { detail, bubbles: true, composed: true, cancelable }));
}
