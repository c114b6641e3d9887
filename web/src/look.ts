/** A picture that is looked at, its objects, and where the products of each come from. */
import type {
  Api,
  Box,
  Category,
  Facet,
  FoundObject,
  Hit,
  Listed,
  ObjectHits,
  PictureWidth,
  Scene,
  SearchAnswer,
} from "./api.js";
import type { ObjectDetail } from "./events.js";
import type { Voice } from "./voice.js";

export interface HitSlice {
  hits: Hit[];
  /** Where the next slice starts; null at the end. */
  next: number | null;
  /** What the products have in common, where that was asked for. */
  facets: Facet[] | null;
}

export type HitSource = (offset: number, listed: Listed) => Promise<HitSlice>;

export interface LookObject {
  /** Part of the address: `object-2`, or `box-0.1,0.2,0.5,0.6` for a box drawn by hand. */
  key: string;
  id: string | null;
  box: Box;
  category: Category | null;
  score: number;
  kind: "found" | "drawn" | "whole";
  source: HitSource;
}

export interface Look {
  /** Address of the picture at about this width. */
  picture: (width: PictureWidth) => string;
  /** Whether it is there in several widths. */
  sizes: boolean;
  width: number;
  height: number;
  title: string;
  objects: LookObject[];
  /** Nothing was found in it, so the one object is the whole picture. */
  wholePicture: boolean;
  /** Products of a part of the picture. */
  searchBox: (box: Box) => HitSource;
}

/** The nearest products, and what they have in common. */
export const PLAIN: Listed = { where: "", sort: "similarity", facets: true };

const PAGE = 24;
const MOST = 200;

export function labelOf(one: LookObject, voice: Voice): string {
  return one.kind === "drawn" ? voice.say("your_box") : one.category ? voice.category(one.category) : voice.say("whole_picture");
}

/** An object as events tell it. */
export function detailOf(one: LookObject, voice: Voice): ObjectDetail {
  const { key, id, category, box } = one;
  return { key, id, label: labelOf(one, voice), category, box };
}

function objectOf(found: FoundObject, place: string | number, kind: LookObject["kind"], source: HitSource): LookObject {
  const { id, box, category, score } = found;
  return { key: `object-${place}`, id, box, category, score, kind, source };
}

/** As much of an answer as was asked for. */
interface Held {
  hits: readonly Hit[];
  facets: Facet[] | null;
  asked: number;
}

/** Asks for one answer of growing size and deals it out in slices: the way to page through a
 * search whose query is a picture that the server does not keep. */
function dealt(ask: (k: number, listed: Listed) => Promise<ObjectHits | undefined>, first?: ObjectHits): HitSource {
  const plain = first && { hits: first.hits, facets: first.facets, asked: PHOTO_HITS };
  // By filter and order, so that what was asked before is there at once.
  const answers = new Map<string, Held>(plain ? [[keyOf(PLAIN), plain]] : []);
  return async (offset, listed) => {
    let held = answers.get(keyOf(listed)) ?? { hits: [], facets: null, asked: 0 };
    const more = () => held.hits.length === held.asked && held.asked < MOST;
    if (offset + PAGE > held.hits.length && more()) {
      const asked = held.asked === 0 ? PAGE * 2 : MOST;
      const found = await ask(asked, { ...listed, facets: listed.facets && held.facets === null });
      held = { hits: found?.hits ?? [], facets: held.facets ?? found?.facets ?? null, asked };
      answers.set(keyOf(listed), held);
    }
    const hits = held.hits.slice(offset, offset + PAGE);
    const end = offset + hits.length;
    return { hits, next: end < held.hits.length || more() ? end : null, facets: held.facets };
  };
}

function keyOf({ where, sort }: Listed): string {
  return `${sort} ${where}`;
}

export function sceneLook(api: Api, scene: Scene): Look {
  return {
    picture: (width) => api.picture(scene.image, width),
    sizes: true,
    width: scene.width,
    height: scene.height,
    title: scene.title || scene.id,
    wholePicture: false,
    objects: scene.objects.map((found, place) => {
      const id = found.id ?? `${scene.id}/${place}`;
      return objectOf(found, id.slice(id.lastIndexOf("/") + 1), "found", async (offset, listed) => {
        const page = await api.objectProducts(id, offset, PAGE, listed);
        return { hits: page.hits, next: page.next_offset, facets: page.facets };
      });
    }),
    searchBox: (box) => dealt(async (k, listed) => (await api.searchSceneBox(scene.id, box, k, listed)).objects[0]),
  };
}

/** How many products of each object the first answer to a photo holds. */
export const PHOTO_HITS = PAGE;

export function photoLook(api: Api, photo: Blob, source: string, title: string, answer: SearchAnswer): Look {
  return {
    picture: () => source,
    sizes: false,
    width: answer.width ?? 1,
    height: answer.height ?? 1,
    title,
    wholePicture: answer.whole_picture,
    objects: answer.objects.map((found, place) => {
      const ask = async (k: number, listed: Listed) => {
        const kind = found.category?.path;
        const wanted = { box: found.box, k, ...(kind === undefined ? {} : { kind }) };
        return (await api.searchPhoto(photo, wanted, listed)).objects[0];
      };
      const kind = answer.whole_picture ? "whole" : "found";
      return objectOf(found, place, kind, dealt(ask, found));
    }),
    searchBox: (box) => dealt(async (k, listed) => (await api.searchPhoto(photo, { box, k }, listed)).objects[0]),
  };
}

/** The object that a `box-...` key stands for, if the key is one. */
export function boxObject(look: Look, key: string): LookObject | null {
  if (!key.startsWith("box-")) return null;
  const [x1, y1, x2, y2] = key.slice(4).split(",").map(Number);
  if (x1 === undefined || y1 === undefined || x2 === undefined || y2 === undefined) return null;
  if (!(x1 >= 0 && y1 >= 0 && x1 < x2 && y1 < y2 && x2 <= 1 && y2 <= 1)) return null;
  const box: Box = [x1, y1, x2, y2];
  return { key, id: null, box, category: null, score: 1, kind: "drawn", source: look.searchBox(box) };
}

export function boxKey(box: Box): string {
  return `box-${box.map((side) => Number(side.toFixed(3))).join(",")}`;
}
