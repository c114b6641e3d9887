import { html, nothing, type TemplateResult } from "lit";

import { icons } from "../icons.js";
import type { Voice } from "../voice.js";

interface Tools {
  voice: Voice;
  /** A box is being drawn. */
  drawing: boolean;
  /** Shoppers may draw one. */
  drawable: boolean;
  /** Something was recognised in the picture. */
  found: boolean;
  /** Something is open. */
  open: boolean;
  draw: () => void;
  stop: () => void;
}

/** What stands under the picture: what to do with it, and the way to draw a box. */
export function tools({ voice, drawing, drawable, found, open, draw, stop }: Tools): TemplateResult | typeof nothing {
  if (drawing) {
    return html`<span role="status">${voice.say("draw_hint")}</span>
      <button class="pill" part="button" @click=${stop}>${voice.say("cancel")}</button>`;
  }
  if (found && !drawable) return nothing;
  const word = voice.say(found ? "tap_hint" : "nothing_found");
  return html`${open ? nothing : html`<span role="status">${word}</span>`}
    ${drawable
      ? html`<button class="pill draw ${found ? "" : "strong"}" part="button" @click=${draw}>
          ${icons.draw} ${voice.say("draw")}
        </button>`
      : nothing}`;
}
