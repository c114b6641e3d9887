import { css, html, LitElement, nothing, type PropertyValues, type TemplateResult } from "lit";
import { property } from "lit/decorators.js";
import { repeat } from "lit/directives/repeat.js";

import type { Context } from "../context.js";
import { element } from "../element.js";
import { HitFeed } from "../feed.js";
import { readFilters, writeFilters } from "../filters.js";
import type { HitSource } from "../look.js";
import { NearEnd } from "../near.js";
import { FilterSignal } from "../signals.js";
import { shared, skeleton } from "../styles/shared.js";
import "./card.js";
import "./chips.js";
import { CARD_PARTS } from "./parts.js";

/** Products of one source: a row to swipe through, or a grid without end. */
@element("stl-grid")
export class Grid extends LitElement {
  static override styles = [
    shared,
    skeleton,
    css`
      :host {
        display: block;
      }
      ul {
        display: grid;
        grid-template-columns: repeat(auto-fill, minmax(var(--card, 150px), 1fr));
        gap: 20px 14px;
        margin: 0;
        padding: 0;
        list-style: none;
      }
      :host([row]) ul {
        grid-auto-flow: column;
        grid-auto-columns: 138px;
        grid-template-columns: none;
        gap: 12px;
        padding: 4px 16px 12px;
        overflow-x: auto;
        overscroll-behavior-x: contain;
        /* A pull upwards is the sheet's. */
        touch-action: pan-x;
        scroll-snap-type: x proximity;
        scroll-padding: 16px;
        scrollbar-width: none;
        /* The strip is of one height; colour and pattern are told in the feed. */
        --looks: none;
      }
      :host([row]) li {
        scroll-snap-align: start;
      }
      li {
        min-width: 0;
      }
      .top {
        scroll-margin-top: var(--chips-top, 0px);
      }
      stl-chips {
        margin-block-end: 8px;
      }
      .blank {
        aspect-ratio: 1;
      }
      .line {
        height: 12px;
        margin: 10px 4px 0;
        border-radius: 6px;
      }
      .short {
        width: 45%;
        margin-top: 8px;
      }
      .word {
        padding: 28px 16px;
        color: var(--muted);
        text-align: center;
      }
      .word .pill {
        margin-top: 12px;
      }
      .end {
        height: 1px;
      }
    `,
  ];

  @property({ attribute: false }) context!: Context;
  @property({ attribute: false }) source: HitSource | null = null;
  /** See `writeFilters`. */
  @property() filters = "";
  /** One row that scrolls sideways. */
  @property({ type: Boolean, reflect: true }) row = false;
  /** Ask for more as the end comes near. */
  @property({ type: Boolean }) endless = false;
  /** Says how many there are to those who cannot see them. */
  @property() label = "";

  readonly feed = new HitFeed(this);
  /** What the last products cost in; known also when none is left. */
  #money: string | null = null;

  constructor() {
    super();
    new NearEnd(this, () => {
      if (this.feed.failure === null) void this.feed.more();
    });
  }

  protected override willUpdate(changed: PropertyValues<this>): void {
    if (changed.has("source") || changed.has("filters")) this.feed.open(this.source, readFilters(this.filters));
    const { hits, loading, failure } = this.feed;
    this.toggleAttribute("empty", hits.length === 0 && !loading && failure === null);
  }

  protected override updated(changed: PropertyValues<this>): void {
    // Whoever filters far down a list would else look at the place after its end.
    if (changed.has("filters") && changed.get("filters") !== undefined && !this.row) {
      const top = this.renderRoot.querySelector(".top");
      if (top && top.getBoundingClientRect().top < 0) top.scrollIntoView({ block: "start", behavior: "instant" });
    }
  }

  override render(): TemplateResult {
    return html`<div class="top"></div>
      ${this.#chips()}${this.#list()}`;
  }

  #chips(): TemplateResult | typeof nothing {
    const { filters, facets, hits, loading } = this.feed;
    // Nothing to choose from: neither products nor a choice that left none.
    const idle = !loading && hits.length === 0 && filters.choices.length === 0;
    if (idle || (this.row && filters.choices.length === 0)) return nothing;
    return html`<stl-chips part="filters" .context=${this.context} .facets=${facets} .filters=${filters}
      .currency=${this.#currency()} ?brief=${this.row}></stl-chips>`;
  }

  #currency(): string | null {
    const currency = this.feed.hits.find((hit) => hit.currency !== null)?.currency ?? null;
    this.#money = currency ?? this.#money;
    return this.#money;
  }

  #list(): TemplateResult {
    const { hits, loading, failure, done, filters } = this.feed;
    const { voice } = this.context;
    if (failure !== null) return this.#failed(voice.say(failure.status === 0 ? "away" : "trouble"));
    if (hits.length === 0 && !loading) {
      if (filters.choices.length > 0) return this.#noneFit();
      return html`<p class="word" role="status">${voice.say("no_products")}</p>`;
    }
    return html`<ul aria-label=${this.label} aria-busy=${loading}>
        ${repeat(
          hits,
          (hit) => hit.product_id,
          (hit, i) => html`<li>
            <stl-card .context=${this.context} .hit=${hit} .position=${i} exportparts=${CARD_PARTS}></stl-card>
          </li>`,
        )}
        ${loading ? this.#blanks(hits.length === 0 ? 8 : 4) : nothing}
      </ul>
      ${this.endless && !done ? html`<div class="end"></div>` : nothing}
      <p class="unseen" role="status">${loading ? voice.say("looking") : voice.count("products", hits.length)}</p>`;
  }

  #noneFit(): TemplateResult {
    const { voice } = this.context;
    const without = writeFilters({ choices: [], sort: this.feed.filters.sort });
    return html`<div class="word" role="status">
      <p>${voice.say("none_fit")}</p>
      <button class="pill" part="button" @click=${() => this.dispatchEvent(new FilterSignal(without))}>
        ${voice.say("clear_filters")}
      </button>
    </div>`;
  }

  #failed(message: string): TemplateResult {
    return html`<div class="word" role="alert">
      <p>${message}</p>
      <button class="pill" part="button" @click=${() => this.feed.more()}>${this.context.voice.say("try_again")}</button>
    </div>`;
  }

  #blanks(count: number): TemplateResult[] {
    return Array.from(
      { length: count },
      () => html`<li aria-hidden="true">
        <div class="skeleton blank"></div>
        <div class="skeleton line"></div>
        <div class="skeleton line short"></div>
      </li>`,
    );
  }
}
