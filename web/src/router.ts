/** Addresses of the page, and the history that back, forward and Escape walk through. */
import { idPath } from "./api.js";

/** What is open of a picture: one object (or a box drawn by hand), its strip or its full feed. */
export interface Open {
  key: string | null;
  all: boolean;
}

export type Route =
  | { name: "wall" }
  | { name: "scene"; id: string; open: Open }
  | { name: "photo"; open: Open }
  | { name: "product"; id: string }
  | { name: "lost" };

const CLOSED: Open = { key: null, all: false };

function parseOpen(hash: string): Open {
  const match = /^#(object-\d+|box-[\d.]+(?:,[\d.]+){3})(-all)?$/.exec(hash);
  return match?.[1] ? { key: match[1], all: match[2] !== undefined } : CLOSED;
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

interface Entry {
  /** The address that this entry was opened from. */
  from: string | null;
}

/** Keeps the route in the address bar. */
export class Router extends EventTarget {
  route = parse(location.pathname, location.hash);

  constructor() {
    super();
    addEventListener("popstate", () => {
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

  /** Goes one step up: back where that is the step before, else in place. */
  up(route: Route): void {
    if (this.#from() === address(route)) history.back();
    else this.go(route, "replace");
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
