/** Addresses of the page, and the history that back, forward and Escape walk through. */
import { idPath } from "./api.js";
import { readFilters, writeFilters } from "./filters.js";
import { type Open, SHUT } from "./open.js";

export type { Open };

/** `filters` are those of the open object's products, or of those like the product; see `writeFilters`. */
export type Route =
  | { name: "wall" }
  | { name: "scene"; id: string; open: Open; filters: string }
  | { name: "photo"; open: Open; filters: string }
  | { name: "product"; id: string; filters: string }
  | { name: "lost" };

function parseOpen(hash: string): Open {
  const match = /^#(object-\d+|box-[\d.]+(?:,[\d.]+){3})(-all)?$/.exec(hash);
  return match?.[1] ? { key: match[1], all: match[2] !== undefined } : SHUT;
}

export function parse(path: string, search: string, hash: string): Route {
  let words: string;
  try {
    words = decodeURIComponent(path);
  } catch {
    return { name: "lost" };
  }
  const open = parseOpen(hash);
  const chosen = writeFilters(readFilters(search));
  const filters = open.key === null ? "" : chosen;
  if (words === "/") return { name: "wall" };
  if (words === "/photo") return { name: "photo", open, filters };
  if (words.startsWith("/scene/")) return { name: "scene", id: words.slice(7), open, filters };
  if (words.startsWith("/product/")) return { name: "product", id: words.slice(9), filters: chosen };
  return { name: "lost" };
}

export function address(route: Route): string {
  switch (route.name) {
    case "scene":
      return `/scene/${idPath(route.id)}${query(route.filters)}${fragment(route.open)}`;
    case "photo":
      return `/photo${query(route.filters)}${fragment(route.open)}`;
    case "product":
      return `/product/${idPath(route.id)}${query(route.filters)}`;
    default:
      return "/";
  }
}

function query(filters: string): string {
  return filters === "" ? "" : `?${filters}`;
}

function fragment(open: Open): string {
  return open.key === null ? "" : `#${open.key}${open.all ? "-all" : ""}`;
}

function parseAddress(written: string): Route {
  const url = new URL(written, location.origin);
  return parse(url.pathname, url.search, url.hash);
}

/** Which view, and how deep in it; not which of its objects, nor by which filters. */
function height(route: Route): string {
  const depth = "open" in route ? (route.open.key === null ? "picture" : route.open.all ? "feed" : "strip") : "";
  return [route.name, "id" in route ? route.id : "", depth].join("#");
}

interface Entry {
  /** The addresses that this entry was reached by, the last one right before it. */
  trail: readonly string[];
}

/** Longer ways back are walked with the browser's button. */
const LONGEST = 60;

/** Keeps the route in the address bar. */
export class Router extends EventTarget {
  route = parse(location.pathname, location.search, location.hash);
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
    const here = location.pathname + location.search + location.hash;
    const next = address(route);
    if (next === here) return;
    const entry: Entry = { trail: how === "push" ? [...this.#trail(), here].slice(-LONGEST) : this.#trail() };
    if (how === "push") history.pushState(entry, "", next);
    else history.replaceState(entry, "", next);
    this.#read();
  }

  /** Goes up to a height: back to the last step that was of it, else in place. That step may have
   * shown another object, if the shopper changed over since; it then shows this one. */
  up(route: Route): void {
    const trail = this.#trail();
    const at = trail.findLastIndex((one) => height(parseAddress(one)) === height(route));
    if (at < 0) this.go(route, "replace");
    else {
      this.#aim = address(route);
      history.go(at - trail.length);
    }
  }

  /** One step back; to `route` where this was opened from outside. */
  back(route: Route): void {
    if (this.#trail().length === 0) this.go(route, "replace");
    else history.back();
  }

  #trail(): readonly string[] {
    return (history.state as Entry | null)?.trail ?? [];
  }

  #read(): void {
    this.route = parse(location.pathname, location.search, location.hash);
    this.dispatchEvent(new Event("change"));
  }
}

export const router = new Router();
