import { css, html, LitElement, nothing, type TemplateResult } from "lit";
import { customElement, property, state } from "lit/decorators.js";

import { type Hit, sized } from "../api.js";
import { icons } from "../icons.js";
import { address } from "../router.js";
import { shared } from "../styles/shared.js";
import { likeness, priceWords } from "../words.js";

/** One product: its picture, what it is called and costs, the way to its shop and to more like it. */
@customElement("stl-card")
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
        font-size: 2.5rem;
        font-weight: 600;
      }
      .body {
        display: grid;
        grid-template-columns: minmax(0, 1fr);
        border-radius: var(--radius);
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
        font-size: 0.75rem;
        font-weight: 600;
        white-space: nowrap;
        pointer-events: none;
      }
      .like {
        position: absolute;
        top: 6px;
        right: 6px;
        background: rgb(255 255 255 / 92%);
        color: #1c1a18;
      }
      .like:hover {
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
        font-size: 0.875rem;
      }
      .title {
        display: -webkit-box;
        -webkit-box-orient: vertical;
        -webkit-line-clamp: 2;
        overflow: hidden;
        font-weight: 600;
        line-height: 1.3;
      }
      .brand {
        display: block;
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
        margin-left: 6px;
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

  @property({ attribute: false }) hit!: Hit;
  @state() private broken = false;

  override render(): TemplateResult {
    const { hit } = this;
    const own = address({ name: "product", id: hit.product_id });
    const price = priceWords(hit);
    const hint = likeness(hit.similarity);
    const name = hit.title || hit.product_id;
    const body = html`<span class="picture">${this.#picture(name)}</span>
      <span class="words">
        <span class="title">${name}${hit.link ? html` <span class="out">${icons.out}</span>` : nothing}</span>
        ${hit.brand ? html`<span class="brand">${hit.brand}</span>` : nothing}
        ${price
          ? html`<span class="price">${price.now}${price.before ? html`<s><span class="unseen">, was </span>${price.before}</s>` : nothing}</span>`
          : nothing}
      </span>
      ${hint ? html`<span class="hint">${hint}</span>` : nothing}`;
    return html`<article>
      ${hit.link
        ? html`<a class="body" href=${hit.link} target="_blank" rel="noopener">${body}
            <span class="unseen">(opens the shop in a new tab)</span></a>`
        : html`<a class="body" href=${own}>${body}</a>`}
      <a class="round like" href=${own} aria-label="More like ${name}" title="More like this">${icons.like}</a>
    </article>`;
  }

  #picture(name: string): TemplateResult {
    if (this.hit.image === null || this.broken) {
      return html`<span class="none" aria-hidden="true">${name.slice(0, 1).toUpperCase()}</span>`;
    }
    return html`<img
      src=${sized(this.hit.image, 320)}
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
