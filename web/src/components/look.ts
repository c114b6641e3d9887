import { html, LitElement, nothing, type PropertyValues, type TemplateResult } from "lit";
import { property, query, state } from "lit/decorators.js";

import type { Box } from "../api.js";
import type { Context } from "../context.js";
import { element } from "../element.js";
import { boxKey, boxObject, type Look, type LookObject } from "../look.js";
import { type Open, SHUT } from "../open.js";
import { inReadingOrder, neighbour } from "../order.js";
import { place } from "../place.js";
import { shared } from "../styles/shared.js";
import { lacking, sheetPlace } from "./below.js";
import { lookStyles } from "./look.styles.js";
import type { DrawnEvent } from "./paper.js";
import { SHEET_PARTS, STAGE_PARTS } from "./parts.js";
import "./sheet.js";
import type { RestEvent, Sheet } from "./sheet.js";
import "./stage.js";
import type { PickEvent, Stage } from "./stage.js";
import { tools } from "./tools.js";

/** The shopper wants something else of the picture open. */
export class OpenEvent extends Event {
  constructor(readonly open: Open) {
    super("open");
  }
}

/** Width from which the sheet has room beside the picture. */
const SIDE = 640;

/** A picture that can be shopped: the stage, the sheet, and the keys that drive them. */
@element("stl-look")
export class LookView extends LitElement {
  static override styles = [shared, lookStyles];

  @property({ attribute: false }) context!: Context;
  @property({ attribute: false }) look!: Look;
  @property({ attribute: false }) open: Open = SHUT;
  /** It fills a place whose height is given from outside, and is all that its page is about. */
  @property({ type: Boolean, reflect: true }) fill = false;
  @property({ type: Boolean }) drawable = false;
  /** See `writeFilters`. */
  @property() filters = "";
  @state() private drawing = false;
  @state() private width = 0;
  @query("stl-stage") private readonly stage!: Stage;
  @query("stl-sheet") private readonly sheet!: Sheet | null;
  /** Boxes drawn in this picture, and the one that the address names. */
  #drawn: LookObject[] = [];
  #objects: readonly LookObject[] = [];
  /** Where the picture was before the update that runs. */
  #before: DOMRect | null = null;
  readonly #sizes = new ResizeObserver(() => {
    this.width = this.offsetWidth;
  });
  /** A picture that was scrolled away takes its sheet with it. */
  readonly #gone = new IntersectionObserver(([entry]) => {
    const below = this.open.key !== null && !this.open.all && !this.side && !this.fill;
    if (below && entry?.isIntersecting === false) this.#ask(SHUT);
  });

  /** Whether the sheet stands beside the picture. */
  get side(): boolean {
    return this.width >= SIDE;
  }

  override connectedCallback(): void {
    super.connectedCallback();
    this.width = this.offsetWidth;
    this.#sizes.observe(this);
    this.#gone.observe(this);
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.#sizes.disconnect();
    this.#gone.disconnect();
  }

  protected override willUpdate(changed: PropertyValues<this>): void {
    if (changed.has("look")) this.#drawn = [];
    const { key } = this.open;
    if (key !== null && !this.#all().some((one) => one.key === key)) {
      const box = boxObject(this.look, key);
      if (box) this.#drawn = [...this.#drawn, box];
    }
    this.#objects = this.#all();
    this.#before = this.hasUpdated && changed.has("open") && this.side ? this.stage.extent() : null;
    const chosen = this.#chosen() !== null;
    this.classList.toggle("side", this.side);
    this.classList.toggle("open", chosen);
    this.classList.toggle("narrowed", chosen && this.filters !== "");
    this.classList.toggle("all", chosen && this.open.all);
  }

  protected override updated(changed: PropertyValues<this>): void {
    if (this.#before) this.stage.comeFrom(this.#before);
    if (this.fill || this.side) this.style.removeProperty("--room");
    else if (changed.has("open")) void this.#reveal();
  }

  override render(): TemplateResult {
    const { look, context } = this;
    const chosen = this.#chosen();
    const below = !this.side;
    return html`<stl-stage
        .context=${context}
        src=${look.picture(1280)}
        srcset=${look.sizes ? `${look.picture(640)} 640w, ${look.picture(1280)} 1280w` : ""}
        alt=${look.title}
        .ratio=${look.width / look.height}
        .objects=${this.#objects}
        .chosen=${chosen}
        ?drawing=${this.drawing}
        ?inert=${below && chosen !== null && this.open.all}
        exportparts=${STAGE_PARTS}
        @pick=${this.#picked}
        @drawn=${this.#finish}
      ></stl-stage>
      ${chosen
        ? html`<stl-sheet
            part="sheet"
            .context=${context}
            .look=${look}
            .objects=${this.#objects}
            .chosen=${chosen}
            ?all=${this.open.all}
            filters=${this.filters}
            ?below=${below}
            ?drawable=${this.drawable}
            exportparts=${SHEET_PARTS}
            ${place(below ? this.#sheetPlace() : {})}
            @pick=${this.#picked}
            @rest=${this.#rest}
            @draw=${this.#draw}
          ></stl-sheet>`
        : nothing}
      <div class="tools" part="tools">
        ${tools({
          voice: context.voice,
          drawing: this.drawing,
          drawable: this.drawable,
          found: this.#objects.length > 0 && !look.wholePicture,
          open: chosen !== null,
          draw: () => { this.#draw(); },
          stop: () => { this.drawing = false; },
        })}
      </div>`;
  }

  /** Takes a key that was pressed; false where it means nothing here. */
  press(event: KeyboardEvent): boolean {
    const { key, all } = this.open;
    if (this.drawing) {
      if (event.key === "Escape") this.drawing = false;
      return event.key === "Escape";
    }
    const onward = getComputedStyle(this).direction === "rtl" ? "ArrowLeft" : "ArrowRight";
    if (event.key === "Escape") return this.#up();
    if (event.key === "ArrowRight" || event.key === "ArrowLeft") return this.#step(event.key === onward ? 1 : -1);
    if (event.key === "ArrowUp" && key !== null && !all) {
      this.#ask({ key, all: true });
      return true;
    }
    return false;
  }

  /** All objects in reading order, which is also the order of the arrow keys. */
  #all(): LookObject[] {
    return inReadingOrder([...this.look.objects, ...this.#drawn], getComputedStyle(this).direction === "rtl");
  }

  #chosen(): LookObject | null {
    return this.#objects.find((one) => one.key === this.open.key) ?? null;
  }

  #sheetPlace(): Record<string, string> {
    const { left, width } = sheetPlace(this.getBoundingClientRect());
    return { "--sheet-left": `${left}px`, "--sheet-width": `${width}px` };
  }

  /** Brings the open object above the sheet; a page that ends too early gets room for that. */
  async #reveal(): Promise<void> {
    if (this.#chosen() === null) {
      this.style.removeProperty("--room");
      return;
    }
    await this.stage.updateComplete;
    const has = Number.parseFloat(this.style.getPropertyValue("--room")) || 0;
    const strip = this.sheet?.getBoundingClientRect().height ?? 0;
    this.style.setProperty("--room", `${lacking(this.stage.roomBelow() - has, strip)}px`);
    this.stage.reveal();
  }

  #ask(open: Open): void {
    this.dispatchEvent(new OpenEvent(open));
  }

  #picked(event: PickEvent): void {
    this.#pick(event.key);
  }

  #pick(key: string | null): void {
    if (key === null || key === this.open.key) this.#up();
    else this.#ask({ key, all: this.open.all });
  }

  #rest(event: RestEvent): void {
    const { key } = this.open;
    if (event.rest === "closed") {
      this.#ask(SHUT);
      // The button that had the focus goes with the sheet; the dots may lie idle until then.
      if (key !== null) requestAnimationFrame(() => this.stage.focusDot(key));
    } else this.#ask({ key, all: event.rest === "all" });
  }

  /** One step back: the feed to its strip, the strip to the picture. False where there is none. */
  #up(): boolean {
    const { key, all } = this.open;
    if (key === null) return false;
    this.#ask(all ? { key, all: false } : SHUT);
    if (!all) this.stage.focusDot(key);
    return true;
  }

  #draw(): void {
    if (this.open.key !== null) this.#ask(SHUT);
    this.drawing = true;
  }

  #finish(event: DrawnEvent): void {
    this.drawing = false;
    if (event.box === null) return;
    this.dispatchEvent(new CustomEvent<Box>("box", { detail: event.box }));
    this.#pick(boxKey(event.box));
  }

  #step(by: number): boolean {
    const key = neighbour(this.#objects, this.open.key ?? this.stage.focusedKey(), by);
    if (key === null || key === this.open.key) return false;
    this.#pick(key);
    void this.#focus(key);
    return true;
  }

  /** The full feed from below hides the dots; then the focus goes to the object's thumbnail. */
  async #focus(key: string): Promise<void> {
    if (this.side || !this.open.all) {
      this.stage.focusDot(key);
      return;
    }
    await this.updateComplete;
    await this.sheet?.updateComplete;
    this.sheet?.focusObject();
  }
}
