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

export interface FoundObject {
  id: string | null;
  box: Box;
  category: Category | null;
  score: number;
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
}

export interface Hit extends Product {
  distance: number;
  similarity: number;
}

export interface ObjectHits extends FoundObject {
  searched: Category | null;
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

async function ask<T>(address: string, init?: RequestInit): Promise<T> {
  let answer: Response;
  try {
    answer = await fetch(address, init);
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

/** An id as part of an address; slashes in it stay what they are. */
export function idPath(id: string): string {
  return id.split("/").map(encodeURIComponent).join("/");
}

function json(body: unknown): RequestInit {
  return { method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(body) };
}

export const api = {
  status: () => ask<Status>("/v1/status"),

  scenes: (cursor: string | null, limit = 40) =>
    ask<ScenePage>(`/v1/scenes?${new URLSearchParams({ limit: `${limit}`, ...(cursor ? { cursor } : {}) })}`),

  scene: (id: string) => ask<Scene>(`/v1/scenes/${idPath(id)}`),

  objectProducts: (objectId: string, offset: number, k: number) => {
    const cut = objectId.lastIndexOf("/");
    const scene = idPath(objectId.slice(0, cut));
    return ask<HitPage>(
      `/v1/scenes/${scene}/objects/${objectId.slice(cut + 1)}/products?k=${k}&offset=${offset}`,
    );
  },

  product: (id: string) => ask<Product>(`/v1/products/${idPath(id)}`),

  similar: (id: string, offset: number, k: number) =>
    ask<HitPage>(`/v1/products/${idPath(id)}/similar?k=${k}&offset=${offset}`),

  searchSceneBox: (sceneId: string, box: Box, k: number) =>
    ask<SearchAnswer>("/v1/search", json({ scene_id: sceneId, box, k })),

  searchPhoto: (photo: Blob, options: { box?: Box; category?: string; k: number }) => {
    const form = new FormData();
    form.set("photo", photo, "photo");
    form.set("k", `${options.k}`);
    if (options.box) form.set("box", options.box.join(","));
    if (options.category) form.set("category", options.category);
    return ask<SearchAnswer>("/v1/search", { method: "POST", body: form });
  },
};

/** A stored picture at one of the widths that the server makes. */
export function sized(image: string, width: 160 | 320 | 640 | 1280): string {
  return `${image}?w=${width}`;
}
