import { html, LitElement, nothing, type PropertyValues, type TemplateResult } from "lit";
import { property, state } from "lit/decorators.js";
import { repeat } from "lit/directives/repeat.js";

import type { Facet, FacetValue, Sort } from "../api.js";
import type { Context } from "../context.js";
import { element } from "../element.js";
import { type Choice, type Field, FIELDS, type Filters, has, SORTS, toggled, writeFilters } from "../filters.js";
import { icons } from "../icons.js";
import type { Word } from "../messages/index.js";
import { place } from "../place.js";
import { FilterSignal } from "../signals.js";
import { shared, skeleton } from "../styles/shared.js";
import { swatch } from "../swatches.js";
import { chipsStyles } from "./chips.styles.js";

const ORDERS: Readonly<Record<Sort, Word>> = { similarity: "by_likeness", price: "by_price", "-price": "by_price_down" };

/** Chips of what products have in common: those that were chosen, and a row of values for each field. */
@element("stl-chips")
export class Chips extends LitElement {
  static override styles = [shared, skeleton, chipsStyles];

  @property({ attribute: false }) context!: Context;
  /** What was counted; null before the first answer. */
  @property({ attribute: false }) facets: readonly Facet[] | null = null;
  @property({ attribute: false }) filters!: Filters;
  /** Of the prices, where they are in one currency. */
  @property({ attribute: false }) currency: string | null = null;
  /** Only what was chosen. */
  @property({ type: Boolean, reflect: true }) brief = false;
  /** The field whose values are shown, or the orders. */
  @state() private shown: Field | "sort" | null = null;

  override connectedCallback(): void {
    super.connectedCallback();
    this.addEventListener("keydown", this.#key);
  }

  protected override willUpdate(changed: PropertyValues<this>): void {
    if (changed.has("brief") && this.brief) this.shown = null;
  }

  override render(): TemplateResult {
    const { voice } = this.context;
    const { choices, sort } = this.filters;
    return html`<div class="row" role="group" aria-label=${voice.say("filters")}>
        ${this.brief ? nothing : this.#opener("sort", voice.say(ORDERS[sort]), `${voice.say("sort")}: ${voice.say(ORDERS[sort])}`)}
        ${repeat(
          choices,
          ({ field, value }) => `${field} ${value}`,
          (one) => this.#taken(one),
        )}
        ${choices.length > 1
          ? html`<button class="chip clear" @click=${() => { this.#ask({ choices: [], sort }); }}>${voice.say("clear_filters")}</button>`
          : nothing}
        ${this.brief ? nothing : this.#openers()}
      </div>
      ${this.shown === null ? nothing : this.#values(this.shown)}
      ${sort === "similarity" || this.brief ? nothing : this.#note()}`;
  }

  #openers(): unknown {
    if (this.facets === null) {
      return [0, 1, 2].map(() => html`<span class="chip blank skeleton" aria-hidden="true"></span>`);
    }
    return FIELDS.filter((field) => this.#told(field).length > 0).map((field) =>
      this.#opener(field, this.context.voice.say(field)),
    );
  }

  #opener(what: Field | "sort", name: string, label = name): TemplateResult {
    const open = this.shown === what;
    const bare = what === "sort" && this.filters.sort === "similarity";
    return html`<button class="chip opener ${bare ? "bare" : ""}" data-field=${what} aria-label=${label} aria-expanded=${open ? "true" : "false"}
      aria-controls=${open ? "values" : nothing} @click=${() => { this.shown = open ? null : what; }}>
      ${what === "sort" ? icons.sort : nothing}<bdi class="name">${name}</bdi><span class="turn">${icons.down}</span>
    </button>`;
  }

  #taken(one: Choice): TemplateResult {
    const name = this.#name(one);
    return html`<button class="chip taken" aria-label=${this.context.voice.say("remove_filter", { name })}
      @click=${() => { this.#takeBack(one); }}>
      ${this.#swatch(one)}<bdi class="name">${name}</bdi>${icons.close}
    </button>`;
  }

  #values(shown: Field | "sort"): TemplateResult {
    const { voice } = this.context;
    const chips = shown === "sort"
      ? SORTS.map((sort) => this.#order(sort))
      : repeat(
          this.#told(shown),
          ({ value }) => value,
          (value) => this.#value(shown, value),
        );
    return html`<div class="row values" id="values" role=${shown === "sort" ? "radiogroup" : "group"}
      aria-label=${voice.say(shown)}>${chips}</div>`;
  }

  #order(sort: Sort): TemplateResult {
    return html`<button class="chip" role="radio" aria-checked=${sort === this.filters.sort ? "true" : "false"}
      @click=${() => { this.#ask({ ...this.filters, sort }); }}>${this.context.voice.say(ORDERS[sort])}</button>`;
  }

  #value(field: Field, { value, count }: FacetValue): TemplateResult {
    const { voice } = this.context;
    const choice = { field, value };
    const name = this.#name(choice);
    const complete = this.#facet(field)?.complete ?? true;
    const products = voice.count("products", count);
    const said = complete ? products : voice.say("at_least", { products });
    return html`<button class="chip" aria-pressed=${has(this.filters.choices, choice) ? "true" : "false"}
      @click=${() => { this.#ask(toggled(this.filters, choice)); }}>${this.#swatch(choice)}<span class="name">${name}</span
      ><span class="count" aria-hidden="true">${voice.number(count)}${complete ? "" : "+"}</span
      ><span class="unseen">, ${said}</span></button>`;
  }

  /** Tells that not everything is sorted, where there is more than the server looks at. */
  #note(): TemplateResult | typeof nothing {
    const { voice } = this.context;
    const listed = this.facets?.find(({ field }) => !this.filters.choices.some((one) => one.field === field));
    if (!listed || listed.complete) return nothing;
    return html`<p class="note">${voice.say("sorted_note", { n: voice.number(listed.counted) })}</p>`;
  }

  #swatch({ field, value }: Choice): TemplateResult | typeof nothing {
    const color = field === "color" ? swatch(value) : null;
    return color === null ? nothing : html`<span class="swatch" ${place({ "--swatch": color })}></span>`;
  }

  #facet(field: Field): Facet | undefined {
    return this.facets?.find((one) => one.field === field);
  }

  /** The values to choose from; none where there is nothing to choose. */
  #told(field: Field): readonly FacetValue[] {
    const facet = this.#facet(field);
    const chosen = ({ value }: FacetValue) => has(this.filters.choices, { field, value });
    const values = facet?.values.filter((one) => one.count > 0 || chosen(one)) ?? [];
    const [only] = values;
    const alone = values.length === 1 && only !== undefined && !chosen(only) && only.count === facet?.counted;
    return alone ? [] : values;
  }

  #name(choice: Choice): string {
    const { voice } = this.context;
    if (choice.field !== "category") return voice.choice(choice, this.currency);
    // Its name comes with the counts; until then there is only its number.
    const category = this.#facet("category")?.values.find(({ value }) => value === choice.value)?.category;
    return category ? voice.category(category) : this.facets === null ? "…" : choice.value;
  }

  #ask(filters: Filters): void {
    this.dispatchEvent(new FilterSignal(writeFilters(filters)));
  }

  /** The chip goes, and the focus to the one that takes its place. */
  #takeBack(one: Choice): void {
    const at = this.filters.choices.indexOf(one);
    this.#ask(toggled(this.filters, one));
    requestAnimationFrame(() => {
      const left = [...this.renderRoot.querySelectorAll<HTMLElement>(".taken")];
      const next = left[Math.min(at, left.length - 1)] ?? this.renderRoot.querySelector<HTMLElement>(".opener");
      next?.focus();
    });
  }

  /** Arrows go from chip to chip, Escape closes the row of values. */
  readonly #key = (event: KeyboardEvent): void => {
    const [target] = event.composedPath();
    if (event.defaultPrevented || !(target instanceof HTMLElement)) return;
    if (event.key === "Escape" && this.shown !== null) {
      this.renderRoot.querySelector<HTMLElement>(`[data-field="${this.shown}"]`)?.focus();
      this.shown = null;
      event.preventDefault();
    } else if (event.key === "ArrowLeft" || event.key === "ArrowRight") {
      const onward = getComputedStyle(this).direction === "rtl" ? "ArrowLeft" : "ArrowRight";
      const chips = [...(target.closest(".row")?.querySelectorAll<HTMLElement>("button") ?? [])];
      chips[chips.indexOf(target) + (event.key === onward ? 1 : -1)]?.focus();
      event.preventDefault();
    }
  };
}
