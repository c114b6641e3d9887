/** Names for `::part()`, handed outwards through every shadow between a part and the page. */
export const CARD_PARTS = 
  "filters, card, card-picture, card-title, card-price, card-brand, card-looks, cart, button";
export const STAGE_PARTS = "frame, picture, box, dot, dot-open, label";
export const SHEET_PARTS = `sheet, sheet-title, close, thumbnail, ${CARD_PARTS}`;
