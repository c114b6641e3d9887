/** What plain colours look like: a dot on their chips. */
const SWATCHES: Readonly<Record<string, string>> = {
  black: "#1b1b1b",
  white: "#ffffff",
  gray: "#8f9094",
  grey: "#8f9094",
  red: "#d0322d",
  orange: "#ee7d22",
  yellow: "#f2c832",
  green: "#3f8f4f",
  blue: "#2f6bd0",
  purple: "#7d4bb3",
  pink: "#ec8fb4",
  brown: "#7d5235",
  beige: "#e0cfb1",
  teal: "#1f8a8a",
  turquoise: "#40c3bd",
  navy: "#26345e",
  olive: "#73783a",
  burgundy: "#6d1f33",
  cream: "#f3ead4",
  gold: "#c9a14a",
  silver: "#c3c6ca",
};

/** A colour to draw, by its English name; null where none is known. */
export function swatch(name: string): string | null {
  return SWATCHES[name.toLowerCase()] ?? null;
}
