/** What the views of the shop's own page share: its server, its language, its addresses. */
import { Api } from "./api.js";
import type { Context } from "./context.js";
import type { LookEvent, StepDetail } from "./events.js";
import { PAGE_TABLES } from "./messages/page/index.js";
import { address, type Open, type Route, router } from "./router.js";
import { Voice, Words } from "./voice.js";

export const words = new Words(navigator.language, PAGE_TABLES);

export const context: Context = {
  api: new Api(),
  voice: new Voice(navigator.language),
  productPage: (id) => address({ name: "product", id, filters: "" }),
  cart: false,
};

const STEPS = ["stl-open", "stl-switch", "stl-expand", "stl-collapse", "stl-close"] as const;

/** Keeps the address in step with what the shopper opens, closes and filters in the picture of a view. */
export function followSteps(view: HTMLElement, to: (open: Open, filters: string) => Route): void {
  const step = (event: CustomEvent<StepDetail>) => {
    const { object, expanded, filters } = event.detail;
    const route = to({ key: object?.key ?? null, all: expanded }, filters);
    if (event.type === "stl-close" || event.type === "stl-collapse") router.up(route);
    else router.go(route, event.type === "stl-switch" ? "replace" : "push");
  };
  for (const name of STEPS) view.addEventListener(name, step);
  view.addEventListener("stl-filter", ({ detail }: LookEvent<"stl-filter">) => {
    router.go(to({ key: detail.object?.key ?? null, all: detail.expanded }, detail.filters));
  });
  view.addEventListener("stl-leave", () => {
    router.back({ name: "wall" });
  });
}
