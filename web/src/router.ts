/** Addresses of the page, and the history that back, forward and Escape walk through. */
import { idPath } from "./api.js";
import { type Open, SHUT } from "./open.js";

export type { Open };

export type Route =
  | { name: "wall" }
  | { name: "scene"; id: string; open: Open }
  | { name: "photo"; open: Open }
  | { name: "product"; id: string }
  | { name: "lost" };

function parseOpen(hash: string): Open {
  const match = /^#(object-\d+|box-[\d.]+(?:,[\d.]+){3})(-all)?$/.exec(hash);
  return match?.[1] ? { key: match[1], all: match[2] !== undefined } : SHUT;
}

export function parse(path: string, hash: string): Route {
  let words: string;
  try {
    words = decodeURIComponent(path);
  } catch {
    return { name: "lost" };
  }
  if (words === "/") return { name: "wall" };
  if (words === "/photo") return { name: "photo", open: parseOpen(hash) };
  if (words.startsWith("/scene/")) return { name: "scene", id: words.slice(7), open: parseOpen(hash) };
  if (words.startsWith("/product/")) return { name: "product", id: words.slice(9) };
  return { name: "lost" };
}

export function address(route: Route): string {
  switch (route.name) {
    case "scene":
      return `/scene/${idPath(route.id)}${fragment(route.open)}`;
    case "photo":
      return `/photo${fragment(route.open)}`;
    case "product":
      return `/product/${idPath(route.id)}`;
    default:
      return "/";
  }
}

function fragment(open: Open): string {
  return open.key === null ? "" : `#${open.key}${open.all ? "-all" : ""}`;
}

function parseAddress(written: string): Route {
  const url = new URL(written, location.origin);
  return parse(url.pathname, url.hash);
}

/** Which view, and how deep in it; not which of its objects. */
function height(route: Route): string {
  const depth = "open" in route ? (route.open.key === null ? "picture" : route.open.all ? "feed" : "strip") : "";
  return [route.name, "id" in route ? route.id : "", depth].join("#");
}

interface Entry {
  /** The address that this entry was opened from. */
  from: string | null;
}

/** Keeps the route in the address bar. */
export class Router extends EventTarget {
  route = parse(location.pathname, location.hash);
  /** Address to put into the entry that a step back is about to reach. */
  #aim: string | null = null;

  constructor() {
    super();
    addEventListener("popstate", () => {
      const aim = this.#aim;
      this.#aim = null;
      if (aim !== null) history.replaceState(history.state, "", aim);
      this.#read();
    });
  }

  /** Goes one step deeper (`push`) or changes the place at the same depth (`replace`). */
  go(route: Route, how: "push" | "replace" = "push"): void {
    const here = location.pathname + location.hash;
    const next = address(route);
    if (next === here) return;
    const from = how === "push" ? here : this.#from();
    const entry: Entry = { from };
    if (how === "push") history.pushState(entry, "", next);
    else history.replaceState(entry, "", next);
    this.#read();
  }

  /** Goes one step up: back where the step before is of that height, else in place. The step
   * before may show another object, if the shopper changed over since; it then shows this one. */
  up(route: Route): void {
    const from = this.#from();
    if (from !== null && height(parseAddress(from)) === height(route)) {
      this.#aim = address(route);
      history.back();
    } else this.go(route, "replace");
  }

  /** Back to wherever this was opened from; to `route` where it was opened from outside. */
  back(route: Route): void {
    if (this.#from() === null) this.go(route, "replace");
    else history.back();
  }

  #from(): string | null {
    return (history.state as Entry | null)?.from ?? null;
  }

  #read(): void {
    this.route = parse(location.pathname, location.hash);
    this.dispatchEvent(new Event("change"));
  }
}

export const router = new Router();
