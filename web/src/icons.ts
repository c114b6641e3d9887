import { svg, type SVGTemplateResult } from "lit";

function icon(paths: SVGTemplateResult): SVGTemplateResult {
  return svg`<svg width="22" height="22" viewBox="0 0 24 24" fill="none" stroke="currentColor" stroke-width="2"
    stroke-linecap="round" stroke-linejoin="round" aria-hidden="true">${paths}</svg>`;
}

export const icons = {
  back: icon(svg`<path d="M15 5l-7 7 7 7" />`),
  right: icon(svg`<path d="M9 5l7 7-7 7" />`),
  sort: icon(svg`<path d="M8 5v14M4.5 15.5L8 19l3.5-3.5M16 19V5M12.5 8.5L16 5l3.5 3.5" />`),
  close: icon(svg`<path d="M6 6l12 12M18 6L6 18" />`),
  up: icon(svg`<path d="M6 15l6-6 6 6" />`),
  down: icon(svg`<path d="M6 9l6 6 6-6" />`),
  out: icon(svg`<path d="M8 16L17 7M9 7h8v8" />`),
  cart: icon(svg`<path d="M6 8h12l1 11a1 1 0 01-1 1H6a1 1 0 01-1-1zM9 10V7a3 3 0 016 0v3" />`),
  camera: icon(svg`<path d="M4 8h3l2-3h6l2 3h3a1 1 0 011 1v10a1 1 0 01-1 1H4a1 1 0 01-1-1V9a1 1 0 011-1z" /><circle cx="12" cy="13.5" r="3.5" />`),
  draw: icon(svg`<path d="M4 8V5a1 1 0 011-1h3M16 4h3a1 1 0 011 1v3M20 16v3a1 1 0 01-1 1h-3M8 20H5a1 1 0 01-1-1v-3" />`),
  like: icon(svg`<rect x="4" y="4" width="7" height="7" rx="1.5" /><rect x="13" y="4" width="7" height="7" rx="1.5" /><rect x="4" y="13" width="7" height="7" rx="1.5" /><path d="M16.5 13.5v6M13.5 16.5h6" />`),
};
