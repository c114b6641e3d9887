/** The typed client of the HTTP API. */

/** x1, y1, x2, y2 as fractions of the picture. */
export type Box = readonly [number, number, number, number];

export interface Category {
  id: number;
  name: string;
  path: string;
}

export interface SceneCard {
  id: string;
  title: string;
  image: string;
  width: number;
  height: number;
}

export interface ScenePage {
  scenes: SceneCard[];
  next: string | null;
}

/** One thing that is said of a product or an object; `confidence` is null for what the merchant says. */
export interface Attribute {
  name: string;
  value: string;
  by: "merchant" | "model";
  confidence: number | null;
}

export interface FoundObject {
  id: string | null;
  box: Box;
  category: Category | null;
  score: number;
  attributes: Attribute[];
}

export interface Scene extends SceneCard {
  objects: FoundObject[];
}

export interface Product {
  product_id: string;
  title: string;
  description: string | null;
  brand: string | null;
  price: string | null;
  sale_price: string | null;
  currency: string | null;
  availability: string | null;
  link: string | null;
  image: string | null;
  category: Category | null;
  attributes: Attribute[];
}

export interface Hit extends Product {
  distance: number;
  similarity: number;
}

/** The order of products: the last two are of the nearest ones only. */
export type Sort = "similarity" | "price" | "-price";

export interface FacetValue {
  value: string;
  count: number;
  category: Category | null;
}

/** How many of the nearest products have each value of a field. */
export interface Facet {
  field: string;
  counted: number;
  /** Whether these are all that qualify. */
  complete: boolean;
  values: FacetValue[];
}

/** Which products, in which order, and whether to count what they have in common. */
export interface Listed {
  where: string;
  sort: Sort;
  facets: boolean;
}

export interface ObjectHits extends FoundObject {
  searched: Category | null;
  facets: Facet[] | null;
  hits: Hit[];
}

export interface HitPage extends ObjectHits {
  next_offset: number | null;
}

export interface SearchAnswer {
  width: number | null;
  height: number | null;
  whole_picture: boolean;
  objects: ObjectHits[];
}

export interface Status {
  title: string;
  products: number;
  with_code: number;
  scenes: number;
}

/** An answer that is not the one asked for. `status` is 0 where the server could not be reached. */
export class ApiFailure extends Error {
  constructor(
    readonly status: number,
    readonly code: string,
    message: string,
    readonly field: string | null = null,
  ) {
    super(message);
  }
}

interface Refusal {
  error?: { code?: string; message?: string; field?: string | null };
}

/** An id as part of an address; slashes in it stay what they are. */
export function idPath(id: string): string {
  return id.split("/").map(encodeURIComponent).join("/");
}

function json(body: unknown): RequestInit {
  return { method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(body) };
}

/** What of a list differs from the plain one. */
function fields({ where, sort, facets }: Listed): Record<string, string> {
  return {
    ...(where === "" ? {} : { where }),
    ...(sort === "similarity" ? {} : { sort }),
    ...(facets ? { facets: "true" } : {}),
  };
}

export type PictureWidth = 160 | 320 | 640 | 1280;

export class Api {
  readonly base: string;

  /** @param base address of the server, with or without a slash at its end; empty: this page's own */
  constructor(base = "") {
    this.base = base.replace(/\/+$/, "");
  }

  status(): Promise<Status> {
    return this.#ask("/v1/status");
  }

  scenes(cursor: string | null, limit = 40): Promise<ScenePage> {
    const query = new URLSearchParams({ limit: `${limit}`, ...(cursor ? { cursor } : {}) });
    return this.#ask(`/v1/scenes?${query}`);
  }

  scene(id: string): Promise<Scene> {
    return this.#ask(`/v1/scenes/${idPath(id)}`);
  }

  objectProducts(objectId: string, offset: number, k: number, listed: Listed): Promise<HitPage> {
    const cut = objectId.lastIndexOf("/");
    const scene = idPath(objectId.slice(0, cut));
    const query = new URLSearchParams({ k: `${k}`, offset: `${offset}`, ...fields(listed) });
    return this.#ask(`/v1/scenes/${scene}/objects/${objectId.slice(cut + 1)}/products?${query}`);
  }

  product(id: string): Promise<Product> {
    return this.#ask(`/v1/products/${idPath(id)}`);
  }

  similar(id: string, offset: number, k: number, listed: Listed): Promise<HitPage> {
    const query = new URLSearchParams({ k: `${k}`, offset: `${offset}`, ...fields(listed) });
    return this.#ask(`/v1/products/${idPath(id)}/similar?${query}`);
  }

  searchSceneBox(sceneId: string, box: Box, k: number, listed: Listed): Promise<SearchAnswer> {
    return this.#ask("/v1/search", json({ scene_id: sceneId, box, k, ...fields(listed) }));
  }

  searchPhoto(
    photo: Blob,
    options: { box?: Box; kind?: string; k: number },
    listed: Listed,
  ): Promise<SearchAnswer> {
    const form = new FormData();
    form.set("photo", photo, "photo");
    form.set("k", `${options.k}`);
    if (options.box) form.set("box", options.box.join(","));
    if (options.kind) form.set("kind", options.kind);
    for (const [name, value] of Object.entries(fields(listed))) form.set(name, value);
    return this.#ask("/v1/search", { method: "POST", body: form });
  }

  /** Address of a stored picture at one of the widths that the server makes. */
  picture(image: string, width: PictureWidth): string {
    return `${image.startsWith("/") ? this.base : ""}${image}?w=${width}`;
  }

  async #ask<T>(path: string, init?: RequestInit): Promise<T> {
    let answer: Response;
    try {
      answer = await fetch(this.base + path, init);
    } catch {
      throw new ApiFailure(0, "away", "The shop's server does not answer.");
    }
    if (answer.ok) return (await answer.json()) as T;
    const refusal = await answer.json().then(
      (body) => (body as Refusal).error,
      () => undefined,
    );
    throw new ApiFailure(
      answer.status,
      refusal?.code ?? "error",
      refusal?.message ?? `The server answered ${answer.status}.`,
      refusal?.field ?? null,
    );
  }
}

/** Anything that was thrown, as a failure that can be shown. */
export function failureOf(error: unknown): ApiFailure {
  return error instanceof ApiFailure ? error : new ApiFailure(0, "error", String(error));
}
