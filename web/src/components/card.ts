import { html, LitElement, nothing, type TemplateResult } from "lit";
import { property, state } from "lit/decorators.js";

import type { Hit } from "../api.js";
import type { Context } from "../context.js";
import { element } from "../element.js";
import { icons } from "../icons.js";
import { looks } from "../looks.js";
import { Seen } from "../seen.js";
import { CardSignal } from "../signals.js";
import { shared } from "../styles/shared.js";
import { cardStyles } from "./card.styles.js";

/** One product: its picture, what it is called and costs, the ways to its shop, to a cart and to more like it. */
@element("stl-card")
export class Card extends LitElement {
  static override styles = [shared, cardStyles];

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
      <span class="title" part="card-title">${this.#leavesSite() ? outward(name) : name}</span>
      ${hit.brand ? html`<span class="brand" part="card-brand">${hit.brand}</span>` : nothing}
      ${said ? html`<span class="looks" part="card-looks">${said}</span>` : nothing}
      ${price
        ? html`<span class="price" part="card-price"><bdi>${price.now}</bdi>${price.before
            ? html`<s><span class="unseen">${voice.say("was")}</span><bdi>${price.before}</bdi></s>`
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

/** A name with the sign for leaving, which never stands alone on a line. */
function outward(name: string): TemplateResult {
  const cut = name.lastIndexOf(" ") + 1;
  const sign = html`<span class="out">${icons.out}</span>`;
  // What has no spaces is broken anywhere, and then so is this.
  if (name.length - cut > 16) return html`${name} ${sign}`;
  return html`${name.slice(0, cut)}<span class="last">${name.slice(cut)} ${sign}</span>`;
}
