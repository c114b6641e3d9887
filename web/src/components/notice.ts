import { css, html, LitElement, nothing, type TemplateResult } from "lit";
import { property } from "lit/decorators.js";

import { element } from "../element.js";
import { icons } from "../icons.js";
import { shared } from "../styles/shared.js";

/** A calm word in the middle: nothing here yet, not found, or the server is away. */
@element("stl-notice")
export class Notice extends LitElement {
  static override styles = [
    shared,
    css`
      :host {
        display: grid;
        place-items: center;
        padding: 12vh 24px;
        text-align: center;
      }
      .mark {
        display: grid;
        place-items: center;
        width: 72px;
        height: 72px;
        margin: 0 auto 20px;
        border-radius: 24px;
        background: var(--sunken);
        color: var(--accent);
      }
      h2 {
        font-size: 1.375em;
        letter-spacing: -0.01em;
        text-wrap: balance;
      }
      .text {
        max-width: 34em;
        margin: 10px auto 0;
        color: var(--muted);
        text-wrap: pretty;
      }
      .actions {
        display: flex;
        flex-wrap: wrap;
        gap: 12px;
        justify-content: center;
        margin-top: 24px;
      }
    `,
  ];

  @property() heading = "";
  @property() text = "";
  /** What the button says; without it there is none. It fires `act`. */
  @property() action = "";

  override render(): TemplateResult {
    return html`<div>
      <div class="mark">${icons.draw}</div>
      <h2>${this.heading}</h2>
      <div class="text">${this.text}<slot></slot></div>
      <div class="actions">
        ${this.action
          ? html`<button class="pill strong" @click=${this.#act}>${this.action}</button>`
          : nothing}
        <slot name="actions"></slot>
      </div>
    </div>`;
  }

  #act(): void {
    this.dispatchEvent(new Event("act"));
  }
}
