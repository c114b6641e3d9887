/** What the views of the shop's own page share: its server, its language, its addresses. */
import { Api } from "./api.js";
import type { Context } from "./context.js";
import type { StepDetail } from "./events.js";
import { PAGE_TABLES } from "./messages/page/index.js";
import { address, type Open, type Route, router } from "./router.js";
import { Voice, Words } from "./voice.js";

export const words = new Words(navigator.language, PAGE_TABLES);

export const context: Context = {
  api: new Api(),
  voice: new Voice(navigator.language),
  productPage: (id) => address({ name: "product", id }),
  cart: false,
};

/** Keeps the address in step with what the shopper opens and closes in a picture. */
export function followStep(event: CustomEvent<StepDetail>, to: (open: Open) => Route): void {
  const { object, expanded } = event.detail;
  const route = to({ key: object?.key ?? null, all: expanded });
  if (event.type === "stl-close" || event.type === "stl-collapse") router.up(route);
  else router.go(route, event.type === "stl-switch" ? "replace" : "push");
}
