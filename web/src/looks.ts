/** What is said of a product's looks, in one line. */
import type { Attribute } from "./api.js";
import type { Voice } from "./voice.js";

const WHOSE = { female: "women", male: "men", unisex: "everyone" } as const;

function isWhose(value: string): value is keyof typeof WHOSE {
  return value in WHOSE;
}

/** Colour, pattern and whose it is, as in "Red · Striped · Women"; empty where nobody says any of it. */
export function looks(said: readonly Attribute[], voice: Voice): string {
  const words: string[] = [];
  for (const name of ["color", "pattern", "gender"] as const) {
    const one = said.find((attribute) => attribute.name === name);
    if (!one) continue;
    if (name !== "gender") words.push(voice.value(name, one.value));
    // The model says unisex where it is not sure, which tells a shopper nothing.
    else if (isWhose(one.value) && !(one.by === "model" && one.value === "unisex")) words.push(voice.say(WHOSE[one.value]));
  }
  return words.join(" · ");
}
