import { css, html, LitElement, nothing, type PropertyValues, type TemplateResult } from "lit";
import { customElement, property, query, state } from "lit/decorators.js";

import { icons } from "../icons.js";
import { boxKey, boxObject, type Look, type LookObject } from "../look.js";
import type { Open } from "../router.js";
import { shared } from "../styles/shared.js";
import "./sheet.js";
import type { RestEvent } from "./sheet.js";
import "./stage.js";
import type { DrawnEvent, PickEvent, Stage } from "./stage.js";

/** Something else of the picture should be open; `deeper` tells a step in from a step aside. */
export class OpenEvent extends Event {
  constructor(
    readonly open: Open,
    readonly step: "deeper" | "aside" | "up",
  ) {
    super("open");
  }
}

const SHUT: Open = { key: null, all: false };

/** A picture that can be shopped: the stage, the sheet, and the keys that drive them. */
@customElement("stl-look")
export class LookView extends LitElement {
  static override styles = [
    shared,
    css`
      :host {
        position: fixed;
        inset: var(--header) 0 0;
        display: grid;
        grid-template-columns: 1fr;
        grid-template-rows: minmax(0, 1fr) auto;
        gap: 12px;
        padding: 8px 12px 16px;
      }
      :host(.strip) {
        /* What the strip leaves free. */
        bottom: 368px;
        grid-template-rows: minmax(0, 1fr);
        padding-bottom: 12px;
      }
      .tools {
        display: flex;
        flex-wrap: wrap;
        align-items: center;
        justify-content: center;
        gap: 12px;
        min-height: 44px;
        color: var(--muted);
        text-align: center;
      }
      :host(.strip) .tools,
      :host(.all) .tools {
        display: none;
      }
      @media (min-width: 900px) {
        :host,
        :host(.strip) {
          bottom: 0;
          grid-template-columns: minmax(0, 1fr) 0fr;
          grid-template-rows: minmax(0, 1fr) auto;
          gap: 16px 0;
          padding: 8px 32px 24px;
          transition: grid-template-columns var(--slow) var(--ease);
        }
        :host(.strip) {
          grid-template-columns: minmax(0, 1fr) 424px;
          column-gap: 24px;
        }
        :host(.all) {
          grid-template-columns: minmax(0, 1fr) min(62vw, 1000px);
          column-gap: 24px;
        }
        stl-stage {
          grid-area: 1 / 1;
        }
        .tools {
          grid-area: 2 / 1;
        }
        stl-sheet {
          grid-area: 1 / 2 / 3 / 3;
        }
        :host(.strip) .tools,
        :host(.all) .tools {
          display: flex;
        }
      }
    `,
  ];

  @property({ attribute: false }) look!: Look;
  @property({ attribute: false }) open: Open = SHUT;
  @state() private drawing = false;
  @query("stl-stage") private readonly stage!: Stage;
  /** Boxes drawn in this picture, and the one that the address names. */
  #drawn: LookObject[] = [];

  override connectedCallback(): void {
    super.connectedCallback();
    addEventListener("keydown", this.#key);
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    removeEventListener("keydown", this.#key);
  }

  protected override willUpdate(changed: PropertyValues<this>): void {
    if (changed.has("look")) this.#drawn = [];
    const { key } = this.open;
    if (key !== null && !this.#all().some((one) => one.key === key)) {
      const box = boxObject(this.look, key);
      if (box) this.#drawn = [...this.#drawn, box];
    }
    const chosen = this.#chosen();
    this.classList.toggle("strip", chosen !== null && !this.open.all);
    this.classList.toggle("all", chosen !== null && this.open.all);
  }

  override render(): TemplateResult {
    const { look } = this;
    const objects = this.#all();
    const chosen = this.#chosen();
    return html`<stl-stage
        src=${look.picture(1280)}
        alt=${look.title}
        .ratio=${look.width / look.height}
        .objects=${objects}
        .chosen=${chosen}
        ?drawing=${this.drawing}
        @pick=${this.#picked}
        @drawn=${this.#finish}
      ></stl-stage>
      ${chosen
        ? html`<stl-sheet
            .look=${look}
            .objects=${objects}
            .chosen=${chosen}
            ?all=${this.open.all}
            @pick=${this.#picked}
            @rest=${this.#rest}
            @draw=${this.#draw}
          ></stl-sheet>`
        : nothing}
      <div class="tools">${this.#tools(objects)}</div>`;
  }

  #tools(objects: readonly LookObject[]): TemplateResult {
    if (this.drawing) {
      return html`<span role="status">Draw a box around what you look for.</span>
        <button class="pill" @click=${this.#stop}>Cancel</button>`;
    }
    const nothingFound = objects.length === 0 || this.look.wholePicture;
    const word = nothingFound ? "Nothing was recognised in this picture." : "Tap a dot to see products like it.";
    return html`${this.open.key === null ? html`<span role="status">${word}</span>` : nothing}
      <button class="pill draw ${nothingFound ? "strong" : ""}" @click=${this.#draw}>${icons.draw} Draw a box</button>`;
  }

  /** All objects from left to right, which is the order of the arrow keys. */
  #all(): LookObject[] {
    const middle = (one: LookObject) => one.box[0] + one.box[2];
    return [...this.look.objects, ...this.#drawn].sort((a, b) => middle(a) - middle(b));
  }

  #chosen(): LookObject | null {
    return this.#all().find((one) => one.key === this.open.key) ?? null;
  }

  #ask(open: Open, step: "deeper" | "aside" | "up"): void {
    this.dispatchEvent(new OpenEvent(open, step));
  }

  #picked(event: PickEvent): void {
    this.#pick(event.key);
  }

  #pick(key: string | null): void {
    if (key === null || key === this.open.key) this.#up();
    else this.#ask({ key, all: this.open.all }, this.open.key === null ? "deeper" : "aside");
  }

  #rest(event: RestEvent): void {
    const { key } = this.open;
    if (event.rest === "closed") this.#ask(SHUT, "up");
    else if (event.rest === "all") this.#ask({ key, all: true }, "deeper");
    else this.#ask({ key, all: false }, "up");
  }

  /** One step back: the feed to its strip, the strip to the picture. False where there is none. */
  #up(): boolean {
    const { key, all } = this.open;
    if (key === null) return false;
    this.#ask(all ? { key, all: false } : SHUT, "up");
    if (!all) this.#focusDot(key);
    return true;
  }

  #focusDot(key: string): void {
    const dot = this.stage.renderRoot.querySelector<HTMLElement>(`[data-key="${key}"]`);
    dot?.focus({ preventScroll: true });
  }

  #draw(): void {
    if (this.open.key !== null) this.#ask(SHUT, "up");
    this.drawing = true;
  }

  #stop(): void {
    this.drawing = false;
  }

  #finish(event: DrawnEvent): void {
    this.drawing = false;
    if (event.box) this.#pick(boxKey(event.box));
  }

  readonly #key = (event: KeyboardEvent): void => {
    if (event.defaultPrevented || event.altKey || event.ctrlKey || event.metaKey) return;
    if (this.drawing) {
      if (event.key === "Escape") this.drawing = false;
      return;
    }
    const { key, all } = this.open;
    if (event.key === "Escape") {
      if (!this.#up()) this.dispatchEvent(new Event("leave"));
    } else if (event.key === "ArrowRight" || event.key === "ArrowLeft") {
      this.#step(event.key === "ArrowRight" ? 1 : -1);
    } else if (event.key === "ArrowUp" && key !== null && !all) {
      this.#ask({ key, all: true }, "deeper");
    } else return;
    event.preventDefault();
  };

  #step(by: number): void {
    const objects = this.#all();
    if (objects.length === 0) return;
    const here = objects.findIndex((one) => one.key === this.open.key);
    const next = here < 0 ? (by > 0 ? 0 : objects.length - 1) : (here + by + objects.length) % objects.length;
    const key = objects[next]?.key;
    if (key === undefined || key === this.open.key) return;
    this.#pick(key);
    this.#focusDot(key);
  }
}
