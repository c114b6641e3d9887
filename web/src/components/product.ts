import { css, html, LitElement, nothing, type PropertyValues, type TemplateResult } from "lit";
import { property, state } from "lit/decorators.js";

import { type ApiFailure, failureOf, type Product } from "../api.js";
import { element } from "../element.js";
import { icons } from "../icons.js";
import type { HitSource } from "../look.js";
import { looks } from "../looks.js";
import { context, words } from "../page.js";
import { router } from "../router.js";
import type { FilterSignal } from "../signals.js";
import { shared, skeleton } from "../styles/shared.js";
import "./grid.js";
import "./notice.js";

/** One product, and more like it. */
@element("stl-product")
export class ProductView extends LitElement {
  static override styles = [
    shared,
    skeleton,
    css`
      :host {
        display: block;
        max-width: 1280px;
        margin: 0 auto;
        padding: 8px 16px 64px;
      }
      .top {
        display: grid;
        gap: 20px;
        margin-bottom: 40px;
      }
      .picture {
        aspect-ratio: 1;
        overflow: hidden;
        border-radius: var(--radius);
        background: var(--tile);
      }
      .picture img {
        display: block;
        width: 100%;
        height: 100%;
        object-fit: contain;
        mix-blend-mode: multiply;
      }
      .path {
        color: var(--muted);
        font-size: 0.875rem;
      }
      h1 {
        margin-top: 8px;
        font-size: clamp(1.5rem, 1.1rem + 1.6vw, 2.25rem);
        letter-spacing: -0.02em;
        line-height: 1.15;
        text-wrap: balance;
      }
      .brand,
      .looks {
        margin-top: 6px;
        color: var(--muted);
      }
      .price {
        margin-top: 16px;
        font-size: 1.375rem;
        font-weight: 600;
      }
      .price s {
        margin-inline-start: 8px;
        color: var(--muted);
        font-weight: 400;
      }
      .pill {
        margin-top: 20px;
      }
      .about {
        max-width: 38rem;
        margin-top: 20px;
        color: var(--muted);
        white-space: pre-line;
      }
      h2 {
        margin-bottom: 16px;
        font-size: 1.25rem;
        letter-spacing: -0.01em;
      }
      stl-grid {
        --card: 160px;
        --edge: 16px;
        --behind: var(--bg);
        --chips-top: var(--header);
      }
      @media (min-width: 900px) {
        :host {
          padding: 16px 32px 64px;
        }
        .top {
          grid-template-columns: minmax(0, 460px) 1fr;
          gap: 48px;
          align-items: center;
        }
        stl-grid {
          --card: 210px;
          --edge: 32px;
        }
      }
    `,
  ];

  @property({ attribute: "product-id" }) productId = "";
  @property() filters = "";
  @state() private product: Product | null = null;
  @state() private failure: ApiFailure | null = null;
  @state() private source: HitSource | null = null;

  protected override willUpdate(changed: PropertyValues<this>): void {
    if (changed.has("productId")) void this.#load();
  }

  override render(): TemplateResult {
    const { product, failure } = this;
    const { voice } = context;
    if (failure) {
      const gone = failure.status === 404;
      return html`<stl-notice
        role="alert"
        heading=${gone ? words.say("no_product") : voice.say("away_heading")}
        text=${gone ? words.say("no_product_hint") : voice.say(failure.status === 0 ? "away" : "trouble")}
        action=${gone ? words.say("back") : voice.say("try_again")}
        @act=${gone ? this.#back : this.#load}
      ></stl-notice>`;
    }
    if (!product) return html`<div class="top"><div class="skeleton picture"></div></div>`;
    return html`${this.#top(product)}
      <h2>${voice.say("more_like_this")}</h2>
      <stl-grid .context=${context} .source=${this.source} filters=${this.filters} endless
        label=${voice.say("like", { label: product.title })} @filter-signal=${this.#filter}></stl-grid>`;
  }

  #top(product: Product): TemplateResult {
    const { voice } = context;
    const price = voice.price(product);
    const said = looks(product.attributes, voice);
    return html`<div class="top">
      <div class="picture">
        ${product.image ? html`<img src=${context.api.picture(product.image, 640)} alt=${product.title} />` : nothing}
      </div>
      <div>
        ${product.category ? html`<p class="path">${voice.path(product.category)}</p>` : nothing}
        <h1>${product.title || product.product_id}</h1>
        ${product.brand ? html`<p class="brand">${product.brand}</p>` : nothing}
        ${said ? html`<p class="looks">${said}</p>` : nothing}
        ${price
          ? html`<p class="price"><bdi>${price.now}</bdi>${price.before ? html`<s><span class="unseen">${voice.say("was")}</span><bdi>${price.before}</bdi></s>` : nothing}</p>`
          : nothing}
        ${product.link
          ? html`<a class="pill strong" href=${product.link} target="_blank" rel="noopener">${words.say("visit")} ${icons.out}</a>`
          : nothing}
        ${product.description ? html`<p class="about">${product.description}</p>` : nothing}
      </div>
    </div>`;
  }

  async #load(): Promise<void> {
    const id = this.productId;
    this.product = null;
    this.failure = null;
    try {
      const product = await context.api.product(id);
      if (id !== this.productId) return;
      this.product = product;
      this.source = async (offset, listed) => {
        const page = await context.api.similar(id, offset, 24, listed);
        return { hits: page.hits, next: page.next_offset, facets: page.facets };
      };
      document.title = product.title || id;
    } catch (error) {
      if (id !== this.productId) return;
      this.failure = failureOf(error);
    }
  }

  #filter(event: FilterSignal): void {
    router.go({ name: "product", id: this.productId, filters: event.filters });
  }

  #back(): void {
    router.back({ name: "wall" });
  }
}
