import { css, html, LitElement, type TemplateResult } from "lit";
import { property } from "lit/decorators.js";

import type { Box } from "../api.js";
import type { Point } from "../dots.js";
import { element } from "../element.js";
import { between, bigEnough, nudged, START } from "./drawing.js";

/** The box as it is being drawn. */
export class DrawingEvent extends Event {
  constructor(readonly box: Box) {
    super("drawing");
  }
}

/** A box was drawn by hand; null: given up. */
export class DrawnEvent extends Event {
  constructor(readonly box: Box | null) {
    super("drawn");
  }
}

/** What lies over a picture and takes the drawing of a box, with a pointer or with keys. */
@element("stl-paper")
export class Paper extends LitElement {
  static override styles = css`
    :host {
      position: absolute;
      inset: 0;
    }
    div {
      height: 100%;
      cursor: crosshair;
      touch-action: none;
      background: rgb(15 12 10 / 25%);
    }
    :focus-visible {
      outline: 3px solid var(--accent);
      outline-offset: -3px;
    }
  `;

  @property() label = "";
  #corner: Point | null = null;
  #box: Box = START;

  protected override firstUpdated(): void {
    this.renderRoot.querySelector("div")?.focus({ preventScroll: true });
  }

  override render(): TemplateResult {
    return html`<div
      role="application"
      tabindex="0"
      aria-label=${this.label}
      @pointerdown=${this.#down}
      @pointermove=${this.#move}
      @pointerup=${this.#lift}
      @pointercancel=${this.#lift}
      @keydown=${this.#key}
    ></div>`;
  }

  #draw(box: Box): void {
    this.#box = box;
    this.dispatchEvent(new DrawingEvent(box));
  }

  #at(event: PointerEvent): Point {
    const { left, top, width, height } = this.getBoundingClientRect();
    return { x: (event.clientX - left) / width, y: (event.clientY - top) / height };
  }

  #down(event: PointerEvent): void {
    (event.currentTarget as HTMLElement).setPointerCapture(event.pointerId);
    this.#corner = this.#at(event);
  }

  #move(event: PointerEvent): void {
    if (this.#corner) this.#draw(between(this.#corner, this.#at(event)));
  }

  #lift(event: PointerEvent): void {
    if (!this.#corner) return;
    const box = between(this.#corner, this.#at(event));
    this.#corner = null;
    if (event.type === "pointerup" && bigEnough(box)) this.dispatchEvent(new DrawnEvent(box));
    else this.#draw(START);
  }

  #key(event: KeyboardEvent): void {
    const moved = nudged(this.#box, event.key, event.shiftKey);
    if (moved) this.#draw(moved);
    else if (event.key === "Enter") this.dispatchEvent(new DrawnEvent(this.#box));
    else if (event.key === "Escape") this.dispatchEvent(new DrawnEvent(null));
    else return;
    event.preventDefault();
    event.stopPropagation();
  }
}
