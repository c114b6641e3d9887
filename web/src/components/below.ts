/** Where things go when the sheet comes from below. Pixels of the window. */

/** Least width of the sheet. */
const LEAST = 480;
/** What may stay free beside it before it is as wide as the window. */
const SLACK = 120;

/** The sheet is as wide as a phone; over a narrow picture on a wide page it stands under the picture. */
export function sheetPlace(picture: DOMRect): { left: number; width: number } {
  const width = Math.min(innerWidth, Math.max(LEAST, picture.width));
  if (innerWidth - width < SLACK) return { left: 0, width: innerWidth };
  const middle = picture.left + picture.width / 2 - width / 2;
  return { left: Math.max(0, Math.min(innerWidth - width, middle)), width };
}

/** What a page that ends `below` pixels under the open object lacks for a sheet of this height. */
export function lacking(below: number, sheet: number, gap = 12): number {
  return Math.max(0, Math.ceil(sheet + gap - below));
}
