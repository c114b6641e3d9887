import { html, LitElement, nothing, type PropertyValues, type TemplateResult } from "lit";
import { property, query, state } from "lit/decorators.js";
import { repeat } from "lit/directives/repeat.js";

import type { Box } from "../api.js";
import type { Context } from "../context.js";
import { distance, type Point, room, spread } from "../dots.js";
import { element } from "../element.js";
import { labelOf, type LookObject } from "../look.js";
import { place } from "../place.js";
import { shared } from "../styles/shared.js";
import { between, bigEnough, nudged, START } from "./drawing.js";
import { stageStyles } from "./stage.styles.js";

/** A dot was chosen; null: the place around the objects. */
export class PickEvent extends Event {
  constructor(readonly key: string | null) {
    super("pick");
  }
}

/** A box was drawn by hand; null: given up. */
export class DrawnEvent extends Event {
  constructor(readonly box: Box | null) {
    super("drawn");
  }
}

export const calm = matchMedia("(prefers-reduced-motion: reduce)");

/** The picture: a dot on each object, a bright box on the chosen one, and a place to draw one. */
@element("stl-stage")
export class Stage extends LitElement {
  static override styles = [shared, stageStyles];

  @property({ attribute: false }) context!: Context;
  @property() src = "";
  @property() srcset = "";
  @property() alt = "";
  @property({ type: Number }) ratio = 1;
  @property({ attribute: false }) objects: readonly LookObject[] = [];
  @property({ attribute: false }) chosen: LookObject | null = null;
  @property({ type: Boolean }) busy = false;
  @property({ type: Boolean }) drawing = false;
  @state() private size = { width: 0, height: 0 };
  @state() private drawn: Box | null = null;
  @query(".frame") private readonly frame!: HTMLElement;
  #corner: Point | null = null;
  readonly #sizes = new ResizeObserver(([entry]) => {
    if (entry) this.size = { width: entry.contentRect.width, height: entry.contentRect.height };
  });

  override firstUpdated(): void {
    this.#sizes.observe(this.frame);
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.#sizes.disconnect();
  }

  override connectedCallback(): void {
    super.connectedCallback();
    if (this.hasUpdated) this.#sizes.observe(this.frame);
  }

  protected override willUpdate(changed: PropertyValues<this>): void {
    if (changed.has("drawing")) this.drawn = this.drawing ? START : null;
  }

  protected override updated(changed: PropertyValues<this>): void {
    if (changed.has("chosen")) this.#grow(changed.get("chosen") ?? null);
    if (changed.has("drawing") && this.drawing) {
      this.renderRoot.querySelector<HTMLElement>(".draw")?.focus({ preventScroll: true });
    }
  }

  override render(): TemplateResult {
    const shown = this.drawing ? this.drawn : (this.chosen?.box ?? null);
    return html`<div class="frame" part="frame" ${place({ "--ratio": `${this.ratio}` })} @click=${this.#around}>
      <img part="picture" srcset=${this.srcset || nothing} sizes=${this.srcset ? this.#sizesWord() : nothing}
        src=${this.src} alt=${this.alt} draggable="false" />
      <div class="mark" ${place(edges(shown))}></div>
      <div class="spot ${shown === null ? "off" : ""}" part="box" ${place(edges(shown))}></div>
      ${this.busy ? html`<div class="scan"></div>` : nothing}
      ${this.drawing ? this.#paper() : this.#dots()}
    </div>`;
  }

  /** Scrolls as little as is needed to see the chosen box. */
  reveal(): void {
    const behavior = calm.matches ? "instant" : "smooth";
    this.#mark()?.scrollIntoView({ block: "nearest", inline: "nearest", behavior });
  }

  /** How much of the page is below the chosen box's lower edge and above its end, in pixels. */
  roomBelow(): number {
    const bottom = this.#mark()?.getBoundingClientRect().bottom ?? 0;
    return document.documentElement.getBoundingClientRect().bottom - bottom;
  }

  focusDot(key: string): boolean {
    const dot = this.renderRoot.querySelector<HTMLElement>(`[data-key="${key}"]`);
    dot?.focus({ preventScroll: true });
    return dot !== null;
  }

  #mark(): HTMLElement | null {
    return this.renderRoot.querySelector<HTMLElement>(".mark");
  }

  #sizesWord(): string {
    return this.size.width > 0 ? `${Math.ceil(this.size.width)}px` : "100vw";
  }

  /** The objects that have a dot: all, unless there is no room for so many. */
  #dotted(): LookObject[] {
    const dotted = this.objects.filter((one) => one.kind !== "whole");
    const most = room(this.size.width, this.size.height);
    if (dotted.length <= most) return dotted;
    const best = new Set([...dotted].sort((a, b) => b.score - a.score).slice(0, most));
    return dotted.filter((one) => best.has(one) || one.key === this.chosen?.key);
  }

  #dots(): TemplateResult {
    const { width, height } = this.size;
    if (width === 0) return html``;
    const dotted = this.#dotted();
    const apart = distance(dotted.length, width, height);
    const points = spread(
      dotted.map((one) => one.box),
      width,
      height,
      apart,
    );
    return html`${repeat(
      dotted,
      (one) => one.key,
      (one, i) => this.#dot(one, points[i] ?? { x: 0, y: 0 }, Math.min(44, apart - 2)),
    )}`;
  }

  #dot(one: LookObject, { x, y }: Point, hit: number): TemplateResult {
    const { voice } = this.context;
    const label = labelOf(one, voice);
    const chosen = one.key === this.chosen?.key;
    const side = x < 80 ? "left" : x > this.size.width - 80 ? "right" : "";
    const n = this.objects.indexOf(one) + 1;
    return html`<button
      class="dot ${side} ${y < 70 ? "low" : ""}"
      part="dot ${chosen ? "dot-open" : ""}"
      data-key=${one.key}
      aria-label=${voice.say("dot", { label, n, count: this.objects.length })}
      aria-pressed=${chosen ? "true" : "false"}
      ${place({ left: `${x}px`, top: `${y}px`, "--hit": `${hit}px` })}
      @click=${() => this.dispatchEvent(new PickEvent(one.key))}
    >
      <span class="tag" part="label" aria-hidden="true">${label}</span>
    </button>`;
  }

  /** The sheet over the picture that takes the drawing. */
  #paper(): TemplateResult {
    return html`<div
      class="draw"
      role="application"
      tabindex="0"
      aria-label=${this.context.voice.say("draw_label")}
      @pointerdown=${this.#down}
      @pointermove=${this.#move}
      @pointerup=${this.#lift}
      @pointercancel=${this.#lift}
      @keydown=${this.#key}
    ></div>`;
  }

  #around(event: Event): void {
    if (!this.drawing && this.chosen !== null && !event.composedPath().some(isDot)) {
      this.dispatchEvent(new PickEvent(null));
    }
  }

  #at(event: PointerEvent): Point {
    const frame = this.frame.getBoundingClientRect();
    return { x: (event.clientX - frame.left) / frame.width, y: (event.clientY - frame.top) / frame.height };
  }

  #down(event: PointerEvent): void {
    (event.currentTarget as HTMLElement).setPointerCapture(event.pointerId);
    this.#corner = this.#at(event);
  }

  #move(event: PointerEvent): void {
    if (this.#corner) this.drawn = between(this.#corner, this.#at(event));
  }

  #lift(event: PointerEvent): void {
    if (!this.#corner) return;
    const box = between(this.#corner, this.#at(event));
    this.#corner = null;
    if (event.type === "pointerup" && bigEnough(box)) this.dispatchEvent(new DrawnEvent(box));
    else this.drawn = START;
  }

  #key(event: KeyboardEvent): void {
    const moved = nudged(this.drawn ?? START, event.key, event.shiftKey);
    if (moved) this.drawn = moved;
    else if (event.key === "Enter") this.dispatchEvent(new DrawnEvent(this.drawn));
    else if (event.key === "Escape") this.dispatchEvent(new DrawnEvent(null));
    else return;
    event.preventDefault();
    event.stopPropagation();
  }

  /** The bright box comes out of the dot, or moves over from the box that was chosen before. */
  #grow(before: LookObject | null): void {
    const spot = this.renderRoot.querySelector<HTMLElement>(".spot");
    const { chosen } = this;
    if (!spot || calm.matches || (chosen === null && before === null)) return;
    const timing = { duration: 380, easing: "cubic-bezier(0.22, 1, 0.36, 1)" };
    if (chosen === null) {
      spot.animate([{ ...edges(before?.box ?? null), opacity: 1 }, { ...this.#dotEdges(before), opacity: 0 }], timing);
    } else {
      const start = before ? edges(before.box) : { ...this.#dotEdges(chosen), opacity: 0.4 };
      spot.animate([{ ...start, borderRadius: before ? "16px" : "24px" }, edges(chosen.box)], timing);
    }
  }

  #dotEdges(one: LookObject | null): Record<string, string> {
    if (!one) return {};
    const [x1, y1, x2, y2] = one.box;
    const across = 12 / Math.max(1, this.size.width);
    const down = 12 / Math.max(1, this.size.height);
    const x = (x1 + x2) / 2;
    const y = (y1 + y2) / 2;
    return edges([x - across, y - down, x + across, y + down]);
  }
}

function isDot(target: EventTarget): boolean {
  return target instanceof Element && target.classList.contains("dot");
}

function edges(box: Box | null): Record<string, string> {
  if (!box) return {};
  const [x1, y1, x2, y2] = box;
  const percent = (value: number) => `${(value * 100).toFixed(3)}%`;
  return { left: percent(x1), top: percent(y1), width: percent(x2 - x1), height: percent(y2 - y1) };
}
