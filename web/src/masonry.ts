/** Where the cards of a wall go: each to the shortest column, in the order given. */

export interface Placed {
  x: number;
  y: number;
  width: number;
  height: number;
}

export interface Wall {
  cards: Placed[];
  height: number;
}

/** @param ratios width / height of each picture */
export function masonry(ratios: readonly number[], width: number, gap: number, least: number): Wall {
  const columns = Math.max(2, Math.floor((width + gap) / (least + gap)));
  const column = (width - gap * (columns - 1)) / columns;
  const ends = new Array<number>(columns).fill(0);
  const cards = ratios.map((ratio) => {
    const shortest = ends.indexOf(Math.min(...ends));
    const y = ends[shortest] ?? 0;
    // Panoramas and towers are cut to a shape that leaves room for others.
    const height = column / Math.min(Math.max(ratio, 0.5), 2);
    ends[shortest] = y + height + gap;
    return { x: shortest * (column + gap), y, width: column, height };
  });
  return { cards, height: Math.max(0, Math.max(...ends) - gap) };
}
