import { css, html, LitElement, nothing, type TemplateResult } from "lit";
import { property, state } from "lit/decorators.js";

import type { Hit } from "../api.js";
import type { Context } from "../context.js";
import { element } from "../element.js";
import { icons } from "../icons.js";
import { looks } from "../looks.js";
import { Seen } from "../seen.js";
import { CardSignal } from "../signals.js";
import { shared } from "../styles/shared.js";

/** One product: its picture, what it is called and costs, the ways to its shop, to a cart and to more like it. */
@element("stl-card")
export class Card extends LitElement {
  static override styles = [
    shared,
    css`
      :host {
        display: block;
        min-width: 0;
      }
      article {
        position: relative;
      }
      .picture {
        grid-area: 1 / 1;
        display: block;
        aspect-ratio: 1;
        overflow: hidden;
        border-radius: var(--radius);
        background: var(--tile);
      }
      img {
        display: block;
        width: 100%;
        height: 100%;
        object-fit: contain;
        mix-blend-mode: multiply;
        transition: transform var(--slow) var(--ease);
      }
      .picture:hover img {
        transform: scale(1.035);
      }
      .none {
        display: grid;
        place-items: center;
        height: 100%;
        color: #67615a;
        font-size: 2.5em;
        font-weight: 600;
      }
      .body {
        display: grid;
        grid-template-columns: minmax(0, 1fr);
        width: 100%;
        border-radius: var(--radius);
        text-align: start;
      }
      /* Lies on the picture, but is read after the name and the price. */
      .hint {
        z-index: 1;
        grid-area: 1 / 1;
        align-self: end;
        justify-self: start;
        max-width: calc(100% - 16px);
        margin: 8px;
        overflow: hidden;
        text-overflow: ellipsis;
        padding: 3px 10px;
        border-radius: 12px;
        background: rgb(255 255 255 / 92%);
        color: #1c1a18;
        font-size: 0.75em;
        font-weight: 600;
        white-space: nowrap;
        pointer-events: none;
      }
      .tools {
        position: absolute;
        top: 6px;
        inset-inline-end: 6px;
        display: grid;
        gap: 6px;
      }
      .tools .round {
        background: rgb(255 255 255 / 92%);
        color: #1c1a18;
      }
      .tools .round:hover {
        background: #fff;
      }
      @media (hover: hover) {
        .like {
          opacity: 0;
          transition: opacity var(--quick);
        }
        article:hover .like,
        .like:focus-visible {
          opacity: 1;
        }
      }
      .words {
        display: block;
        padding: 8px 4px 0;
        font-size: 0.875em;
      }
      .title {
        display: -webkit-box;
        -webkit-box-orient: vertical;
        -webkit-line-clamp: 2;
        overflow: hidden;
        font-weight: 600;
        line-height: 1.3;
      }
      .brand,
      .looks {
        display: var(--looks, block);
        overflow: hidden;
        color: var(--muted);
        text-overflow: ellipsis;
        white-space: nowrap;
      }
      .price {
        display: block;
        margin-top: 2px;
      }
      .price s {
        margin-inline-start: 6px;
        color: var(--muted);
      }
      .out {
        display: inline-block;
        vertical-align: -2px;
        color: var(--muted);
      }
      .out svg {
        width: 14px;
        height: 14px;
      }
    `,
  ];

  @property({ attribute: false }) context!: Context;
  @property({ attribute: false }) hit!: Hit;
  /** Place in its list. */
  @property({ attribute: false }) position = 0;
  @state() private broken = false;

  constructor() {
    super();
    new Seen(this, () => {
      this.#signal("impression");
    });
  }

  override render(): TemplateResult {
    const { hit } = this;
    const { voice, productPage, cart } = this.context;
    const own = productPage?.(hit.product_id) ?? null;
    const name = hit.title || hit.product_id;
    const hint = voice.likeness(hit.similarity);
    const body = html`<span class="picture" part="card-picture">${this.#picture(name)}</span>
      ${this.#words(name)}${hint ? html`<span class="hint">${hint}</span>` : nothing}`;
    return html`<article part="card">
      ${this.#way(body, own)}
      <div class="tools">
        ${own === null
          ? nothing
          : html`<a class="round like" href=${own} aria-label=${voice.say("more_like", { name })}
              title=${voice.say("more_like_this")}>${icons.like}</a>`}
        ${cart
          ? html`<button class="round cart" part="cart" aria-label=${voice.say("add_to_cart", { name })}
              @click=${() => this.#signal("cart")}>${icons.cart}</button>`
          : nothing}
      </div>
    </article>`;
  }

  /** What is pressed to see the product: a link out, a link to its page here, or a button for the site's own script. */
  #way(body: TemplateResult, own: string | null): TemplateResult {
    const { link } = this.hit;
    const href = link ?? own;
    if (href === null) {
      return html`<button class="body" @click=${() => this.#signal("product")}>${body}</button>`;
    }
    const press = (event: Event) => {
      if (!this.#signal("product", href)) event.preventDefault();
    };
    return this.#leavesSite()
      ? html`<a class="body" href=${href} target="_blank" rel="noopener" @click=${press}>${body}
          <span class="unseen">${this.context.voice.say("new_tab")}</span></a>`
      : html`<a class="body" href=${href} @click=${press}>${body}</a>`;
  }

  #words(name: string): TemplateResult {
    const { hit } = this;
    const { voice } = this.context;
    const price = voice.price(hit);
    const said = looks(hit.attributes, voice);
    return html`<span class="words">
      <span class="title" part="card-title">${name}${this.#leavesSite() ? html` <span class="out">${icons.out}</span>` : nothing}</span>
      ${hit.brand ? html`<span class="brand" part="card-brand">${hit.brand}</span>` : nothing}
      ${said ? html`<span class="looks" part="card-looks">${said}</span>` : nothing}
      ${price
        ? html`<span class="price" part="card-price">${price.now}${price.before
            ? html`<s><span class="unseen">${voice.say("was")}</span>${price.before}</s>`
            : nothing}</span>`
        : nothing}
    </span>`;
  }

  #leavesSite(): boolean {
    const { link } = this.hit;
    return link !== null && (!URL.canParse(link) || new URL(link).origin !== location.origin);
  }

  #signal(what: CardSignal["what"], href: string | null = null): boolean {
    return this.dispatchEvent(new CardSignal(what, this.hit, this.position, href));
  }

  #picture(name: string): TemplateResult {
    if (this.hit.image === null || this.broken) {
      return html`<span class="none" aria-hidden="true">${name.slice(0, 1).toUpperCase()}</span>`;
    }
    return html`<img
      src=${this.context.api.picture(this.hit.image, 320)}
      alt=""
      loading="lazy"
      decoding="async"
      draggable="false"
      @error=${this.#lost}
    />`;
  }

  #lost(): void {
    this.broken = true;
  }
}
