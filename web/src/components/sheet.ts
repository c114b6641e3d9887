import { html, LitElement, nothing, type PropertyValues, type SVGTemplateResult, type TemplateResult } from "lit";
import { customElement, property } from "lit/decorators.js";
import { repeat } from "lit/directives/repeat.js";

import { icons } from "../icons.js";
import type { Look, LookObject } from "../look.js";
import { shared } from "../styles/shared.js";
import "./crop.js";
import { begin, follow, type Pull, settle, type Rest } from "./drag.js";
import "./grid.js";
import { sheetStyles } from "./sheet.styles.js";
import { PickEvent } from "./stage.js";

/** The sheet wants to be a strip, the full feed, or gone. */
export class RestEvent extends Event {
  constructor(readonly rest: Rest) {
    super("rest");
  }
}

const phone = matchMedia("(max-width: 899px)");
/** Height of the strip on phones: grip, name, other objects, one row of products. */
export const STRIP = 376;
/** What is seen of the page above the full feed on phones. */
const GAP = 6;

/** The products of one object: a strip, and pulled up a feed. */
@customElement("stl-sheet")
export class Sheet extends LitElement {
  static override styles = [shared, sheetStyles];

  @property({ attribute: false }) look!: Look;
  @property({ attribute: false }) objects: readonly LookObject[] = [];
  @property({ attribute: false }) chosen!: LookObject;
  @property({ type: Boolean, reflect: true }) all = false;
  #pull: Pull | null = null;
  readonly #phoneChange = () => {
    this.requestUpdate();
  };

  override connectedCallback(): void {
    super.connectedCallback();
    phone.addEventListener("change", this.#phoneChange);
    this.setAttribute("role", "region");
    this.addEventListener("pointerdown", this.#down);
    this.addEventListener("pointermove", this.#move);
    this.addEventListener("pointerup", this.#lift);
    this.addEventListener("pointercancel", this.#lift);
    this.addEventListener("click", this.#click, { capture: true });
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    phone.removeEventListener("change", this.#phoneChange);
  }

  protected override updated(changed: PropertyValues<this>): void {
    this.setAttribute("aria-label", `Products like ${this.chosen.label}`);
    if (!this.#pull?.moving) this.style.setProperty("--height", this.all ? `calc(100dvh - var(--header) - ${GAP}px)` : `${STRIP}px`);
    if (changed.has("chosen") || changed.has("all")) {
      this.renderRoot.querySelector(".body")?.scrollTo({ top: 0 });
      this.renderRoot.querySelector('.other[aria-pressed="true"]')?.scrollIntoView({ block: "nearest", inline: "nearest" });
    }
  }

  override render(): TemplateResult {
    const row = phone.matches && !this.all;
    return html`<header>
        <button class="grip" aria-label=${this.all ? "Show fewer products" : "Show all products"} @click=${this.#turn}></button>
        <div class="head">
          <h2>${this.chosen.label}</h2>
          <button class="round turn" aria-expanded=${this.all ? "true" : "false"} @click=${this.#turn}
            aria-label=${this.all ? "Show fewer products" : "Show all products"}>
            ${this.#turnIcon()}
          </button>
          <button class="round" aria-label="Close" @click=${() => { this.#ask("closed"); }}>${icons.close}</button>
        </div>
        ${this.objects.length > 1 ? this.#others() : nothing}
      </header>
      <div class="body">
        ${this.chosen.whole ? this.#wholeNote() : nothing}
        <stl-grid .source=${this.chosen.source} ?row=${row} ?endless=${this.all} label="Products like ${this.chosen.label}"></stl-grid>
        ${!row && !this.all
          ? html`<button class="pill all" @click=${this.#turn}>See all that is like it</button>`
          : nothing}
      </div>`;
  }

  /** Points to where the sheet's edge will go. */
  #turnIcon(): SVGTemplateResult {
    if (phone.matches) return this.all ? icons.down : icons.up;
    return this.all ? icons.right : icons.back;
  }

  #others(): TemplateResult {
    const ratio = this.look.width / this.look.height;
    return html`<div class="others" role="group" aria-label="Objects in this picture">
      ${repeat(
        this.objects,
        (one) => one.key,
        (one) => html`<button
          class="other"
          aria-label=${one.label}
          title=${one.label}
          aria-pressed=${one.key === this.chosen.key ? "true" : "false"}
          @click=${() => this.dispatchEvent(new PickEvent(one.key))}
        >
          <stl-crop src=${this.look.picture(320)} .ratio=${ratio} .box=${one.box}></stl-crop>
        </button>`,
      )}
    </div>`;
  }

  #wholeNote(): TemplateResult {
    return html`<div class="note">
      <p>Nothing was recognised, so these resemble the whole photo.</p>
      <button class="pill draw" @click=${() => this.dispatchEvent(new Event("draw"))}>${icons.draw} Draw a box</button>
    </div>`;
  }

  /** Height of the full feed on phones. */
  #most(): number {
    return innerHeight - Number.parseFloat(getComputedStyle(this).getPropertyValue("--header")) - GAP;
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
    if (!phone.matches || !event.isPrimary || (this.all && !onHead)) return;
    this.#pull = begin(this.offsetHeight, event.clientY, event.timeStamp);
  }

  #move(event: PointerEvent): void {
    const pull = this.#pull;
    if (!pull || (event.pointerType === "mouse" && event.buttons === 0)) return;
    const height = follow(pull, event.clientY, event.timeStamp);
    if (!pull.moving) return;
    this.setPointerCapture(event.pointerId);
    this.classList.add("dragged");
    this.style.setProperty("--height", `${Math.max(120, Math.min(height, this.#most()))}px`);
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
    const rest = settle(pull, STRIP, this.#most());
    if (rest !== (this.all ? "all" : "strip")) this.#ask(rest);
  }

  #click(event: Event): void {
    if (!this.#pull?.moving) return;
    event.stopPropagation();
    event.preventDefault();
  }
}
