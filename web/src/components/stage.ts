import { html, LitElement, nothing, type PropertyValues, type TemplateResult } from "lit";
import { customElement, property, query, state } from "lit/decorators.js";
import { repeat } from "lit/directives/repeat.js";

import type { Box } from "../api.js";
import { type Point, spread } from "../dots.js";
import type { LookObject } from "../look.js";
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

const calm = matchMedia("(prefers-reduced-motion: reduce)");

/** The picture: a dot on each object, a bright box on the chosen one, and a place to draw one. */
@customElement("stl-stage")
export class Stage extends LitElement {
  static override styles = [shared, stageStyles];

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
    return html`<div class="frame" ${place({ "--ratio": `${this.ratio}` })} @click=${this.#around}>
      <img src=${this.src} srcset=${this.srcset || nothing} sizes="(min-width: 900px) 70vw, 100vw" alt=${this.alt}
        draggable="false" />
      <div class="spot ${shown === null ? "off" : ""}" ${place(edges(shown))}></div>
      ${this.busy ? html`<div class="scan"></div>` : nothing}
      ${this.drawing ? this.#paper() : this.#dots()}
    </div>`;
  }

  #dots(): TemplateResult {
    const dotted = this.objects.filter((one) => !one.whole);
    const { width, height } = this.size;
    const points = spread(
      dotted.map((one) => one.box),
      width,
      height,
    );
    return html`${repeat(
      dotted,
      (one) => one.key,
      (one, i) => {
        const point = points[i] ?? { x: 0, y: 0 };
        const side = point.x < 80 ? "left" : point.x > width - 80 ? "right" : "";
        return html`<button
          class="dot ${side} ${point.y < 70 ? "low" : ""}"
          data-key=${one.key}
          aria-label="${one.label}, object ${i + 1} of ${dotted.length}"
          aria-pressed=${one.key === this.chosen?.key ? "true" : "false"}
          ${place({ left: `${point.x}px`, top: `${point.y}px` })}
          @click=${() => this.dispatchEvent(new PickEvent(one.key))}
        >
          <span class="tag" aria-hidden="true">${one.label}</span>
        </button>`;
      },
    )}`;
  }

  /** The sheet over the picture that takes the drawing. */
  #paper(): TemplateResult {
    return html`<div
      class="draw"
      role="application"
      tabindex="0"
      aria-label="Draw a box around what you look for. Arrow keys move the box, with shift they resize it, Enter searches."
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
