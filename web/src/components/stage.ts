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
import { START } from "./drawing.js";
import "./paper.js";
import { type DrawingEvent, DrawnEvent } from "./paper.js";
import { stageStyles } from "./stage.styles.js";

/** A dot was chosen; null: the place around the objects. */
export class PickEvent extends Event {
  constructor(readonly key: string | null) {
    super("pick");
  }
}

const TIMING = { duration: 380, easing: "cubic-bezier(0.22, 1, 0.36, 1)" };
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
  /** Whether it was on the page before this update. */
  #there = false;
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
    // What is open from the start has not been tapped: it is just there.
    if (changed.has("chosen") && this.#there) this.#grow(changed.get("chosen") ?? null);
    this.#there = true;
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

  extent(): DOMRect {
    return this.frame.getBoundingClientRect();
  }

  /** Moves over from where the picture was. */
  comeFrom(before: DOMRect): void {
    const now = this.extent();
    const scale = before.width / now.width;
    if (calm.matches || Math.abs(scale - 1) < 0.01) return;
    const start = `translate(${before.left - now.left}px, ${before.top - now.top}px) scale(${scale})`;
    this.frame.animate([{ transform: start, transformOrigin: "0 0" }, { transform: "none", transformOrigin: "0 0" }], TIMING);
  }

  /** Of the dot that has the focus. */
  focusedKey(): string | null {
    const { activeElement } = this.renderRoot as ShadowRoot;
    return activeElement?.getAttribute("data-key") ?? null;
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

  #paper(): TemplateResult {
    return html`<stl-paper
      label=${this.context.voice.say("draw_label")}
      @drawing=${(event: DrawingEvent) => { this.drawn = event.box; }}
      @drawn=${(event: DrawnEvent) => this.dispatchEvent(new DrawnEvent(event.box))}
    ></stl-paper>`;
  }

  #around(event: Event): void {
    if (!this.drawing && this.chosen !== null && !event.composedPath().some(isDot)) {
      this.dispatchEvent(new PickEvent(null));
    }
  }

  /** The bright box comes out of the dot, or moves over from the box that was chosen before. */
  #grow(before: LookObject | null): void {
    const spot = this.renderRoot.querySelector<HTMLElement>(".spot");
    const { chosen } = this;
    if (!spot || calm.matches || (chosen === null && before === null)) return;
    if (chosen === null) {
      spot.animate([{ ...edges(before?.box ?? null), opacity: 1 }, { ...this.#dotEdges(before), opacity: 0 }], TIMING);
    } else {
      const start = before ? edges(before.box) : { ...this.#dotEdges(chosen), opacity: 0.4 };
      spot.animate([{ ...start, borderRadius: before ? "16px" : "24px" }, edges(chosen.box)], TIMING);
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
