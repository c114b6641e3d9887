import { html, LitElement, nothing, type PropertyValues, type SVGTemplateResult, type TemplateResult } from "lit";
import { property } from "lit/decorators.js";
import { repeat } from "lit/directives/repeat.js";

import type { Context } from "../context.js";
import { element } from "../element.js";
import { icons } from "../icons.js";
import { labelOf, type Look, type LookObject } from "../look.js";
import { shared } from "../styles/shared.js";
import "./crop.js";
import { begin, follow, type Pull, settle, type Rest } from "./drag.js";
import "./grid.js";
import { CARD_PARTS } from "./parts.js";
import { sheetStyles } from "./sheet.styles.js";
import { PickEvent } from "./stage.js";

/** The sheet wants to be a strip, the full feed, or gone. */
export class RestEvent extends Event {
  constructor(readonly rest: Rest) {
    super("rest");
  }
}

/** The products of one object: a strip, and pulled up a feed. It stands beside the picture, or comes
 * from below over everything else on the page. */
@element("stl-sheet")
export class Sheet extends LitElement {
  static override styles = [shared, sheetStyles];

  @property({ attribute: false }) context!: Context;
  @property({ attribute: false }) look!: Look;
  @property({ attribute: false }) objects: readonly LookObject[] = [];
  @property({ attribute: false }) chosen!: LookObject;
  @property({ type: Boolean, reflect: true }) all = false;
  /** See `writeFilters`. */
  @property() filters = "";
  /** It comes from below. */
  @property({ type: Boolean, reflect: true }) below = false;
  /** Offers to draw a box where nothing was found. */
  @property({ type: Boolean }) drawable = false;
  #pull: Pull | null = null;

  override connectedCallback(): void {
    super.connectedCallback();
    this.setAttribute("role", "region");
    this.addEventListener("pointerdown", this.#down);
    this.addEventListener("pointermove", this.#move);
    this.addEventListener("pointerup", this.#lift);
    this.addEventListener("pointercancel", this.#lift);
    this.addEventListener("click", this.#click, { capture: true });
    // Whoever moved it in the page took it out of the top layer.
    if (this.hasUpdated) this.#raise();
  }

  protected override updated(changed: PropertyValues<this>): void {
    const { voice } = this.context;
    this.setAttribute("aria-label", voice.say("like", { label: labelOf(this.chosen, voice) }));
    if (changed.has("below")) this.#raise();
    if (!this.#pull?.moving) {
      this.style.setProperty("--height", this.all ? "var(--most)" : "var(--strip)");
    }
    if (changed.has("chosen") || changed.has("all")) {
      this.renderRoot.querySelector(".body")?.scrollTo({ top: 0 });
      this.#others()?.scrollIntoView({ block: "nearest", inline: "nearest" });
    }
  }

  override render(): TemplateResult {
    const { voice } = this.context;
    const row = this.below && !this.all;
    const label = labelOf(this.chosen, voice);
    const turn = voice.say(this.all ? "show_fewer" : "show_all");
    return html`<div class="measure" aria-hidden="true"></div>
      <header>
        <button class="grip" aria-label=${turn} @click=${this.#turn}></button>
        <div class="head">
          <h2 part="sheet-title">${label}</h2>
          <button class="round turn" aria-expanded=${this.all ? "true" : "false"} @click=${this.#turn} aria-label=${turn}>
            ${this.#turnIcon()}
          </button>
          <button class="round" part="close" aria-label=${voice.say("close")} @click=${() => { this.#ask("closed"); }}>
            ${icons.close}
          </button>
        </div>
        ${this.objects.length > 1 ? this.#row() : nothing}
      </header>
      <div class="body">
        ${this.chosen.kind === "whole" ? this.#wholeNote() : nothing}
        <stl-grid .context=${this.context} .source=${this.chosen.source} filters=${this.filters} ?row=${row} ?endless=${this.all}
          label=${voice.say("like", { label })} exportparts=${CARD_PARTS}></stl-grid>
        ${row || this.all
          ? nothing
          : html`<button class="pill all" part="button" @click=${this.#turn}>${voice.say("see_all")}</button>`}
      </div>`;
  }

  /** Puts the focus on the open object's thumbnail. */
  focusObject(): void {
    this.#others()?.focus({ preventScroll: true });
  }

  #others(): HTMLElement | null {
    return this.renderRoot.querySelector<HTMLElement>('.other[aria-pressed="true"]');
  }

  /** From below it lies in the browser's top layer, which no ancestor's overflow or transform cuts. */
  #raise(): void {
    this.popover = this.below ? "manual" : null;
    if (this.below && !this.matches(":popover-open")) this.showPopover();
  }

  /** Points to where the sheet's edge will go. */
  #turnIcon(): SVGTemplateResult {
    if (this.below) return this.all ? icons.down : icons.up;
    const rtl = getComputedStyle(this).direction === "rtl";
    return this.all === rtl ? icons.back : icons.right;
  }

  #row(): TemplateResult {
    const { voice } = this.context;
    const ratio = this.look.width / this.look.height;
    return html`<div class="others" role="group" aria-label=${voice.say("objects")}>
      ${repeat(
        this.objects,
        (one) => one.key,
        (one) => html`<button
          class="other"
          part="thumbnail"
          aria-label=${labelOf(one, voice)}
          title=${labelOf(one, voice)}
          aria-pressed=${one.key === this.chosen.key ? "true" : "false"}
          @click=${() => this.dispatchEvent(new PickEvent(one.key))}
        >
          <stl-crop src=${this.look.picture(320)} .ratio=${ratio} .box=${one.box}></stl-crop>
        </button>`,
      )}
    </div>`;
  }

  #wholeNote(): TemplateResult {
    const { voice } = this.context;
    return html`<div class="note">
      <p>${voice.say("whole_note")}</p>
      ${this.drawable
        ? html`<button class="pill draw" part="button" @click=${() => this.dispatchEvent(new Event("draw"))}>
            ${icons.draw} ${voice.say("draw")}
          </button>`
        : nothing}
    </div>`;
  }

  /** Heights of the strip and of the full feed, in pixels. */
  #heights(): [number, number] {
    const measure = this.renderRoot.querySelector<HTMLElement>(".measure");
    return [measure?.offsetWidth ?? 0, measure?.offsetHeight ?? 0];
  }

  #turn(): void {
    this.#ask(this.all ? "strip" : "all");
  }

  #ask(rest: Rest): void {
    this.dispatchEvent(new RestEvent(rest));
  }

  /** The strip can be pulled anywhere, the feed (which scrolls) by its head. */
  #down(event: PointerEvent): void {
    const head = this.renderRoot.querySelector("header");
    const onHead = head !== null && event.composedPath().includes(head);
    if (!this.below || !event.isPrimary || (this.all && !onHead)) return;
    this.#pull = begin(this.offsetHeight, event.clientY, event.timeStamp);
  }

  #move(event: PointerEvent): void {
    const pull = this.#pull;
    if (!pull || (event.pointerType === "mouse" && event.buttons === 0)) return;
    const height = follow(pull, event.clientY, event.timeStamp);
    if (!pull.moving) return;
    this.setPointerCapture(event.pointerId);
    this.classList.add("dragged");
    this.style.setProperty("--height", `${Math.max(120, Math.min(height, this.#heights()[1]))}px`);
  }

  #lift(event: PointerEvent): void {
    const pull = this.#pull;
    if (!pull) return;
    this.classList.remove("dragged");
    if (!pull.moving || event.type === "pointercancel") {
      this.#pull = null;
      this.requestUpdate();
      return;
    }
    // The click that ends a pull comes after this; it is not meant for what lies under it.
    setTimeout(() => {
      this.#pull = null;
      this.requestUpdate();
    });
    const rest = settle(pull, ...this.#heights());
    if (rest !== (this.all ? "all" : "strip")) this.#ask(rest);
  }

  #click(event: Event): void {
    if (!this.#pull?.moving) return;
    event.stopPropagation();
    event.preventDefault();
  }
}
