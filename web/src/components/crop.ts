import { css, html, LitElement, type TemplateResult } from "lit";
import { property } from "lit/decorators.js";

import type { Box } from "../api.js";
import { element } from "../element.js";
import { place } from "../place.js";

/** A square cut out of a picture around a box. */
@element("stl-crop")
export class Crop extends LitElement {
  static override styles = css`
    :host {
      display: block;
      position: relative;
      overflow: hidden;
      width: var(--crop, 44px);
      height: var(--crop, 44px);
      background: var(--sunken);
    }
    img {
      position: absolute;
      max-width: none;
    }
  `;

  @property() src = "";
  @property({ type: Number }) ratio = 1;
  @property({ attribute: false }) box: Box = [0, 0, 1, 1];

  override render(): TemplateResult {
    const [x1, y1, x2, y2] = this.box;
    // In units of the picture's height; the square shows the shorter side of the box in full.
    const side = Math.min((x2 - x1) * this.ratio, y2 - y1);
    const width = this.ratio / side;
    const height = 1 / side;
    const left = within(0.5 - ((x1 + x2) / 2) * width, width);
    const top = within(0.5 - ((y1 + y2) / 2) * height, height);
    const percent = (value: number) => `${value * 100}%`;
    return html`<img
      src=${this.src}
      alt=""
      loading="lazy"
      decoding="async"
      draggable="false"
      ${place({ width: percent(width), height: percent(height), left: percent(left), top: percent(top) })}
    />`;
  }
}

/** Keeps an edge of the picture from showing inside the square. */
function within(start: number, size: number): number {
  return Math.min(0, Math.max(1 - size, start));
}
