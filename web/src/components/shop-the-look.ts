import { html, LitElement, type PropertyValues, type TemplateResult } from "lit";
import { property, state } from "lit/decorators.js";

import { Api, type ApiFailure, type Box, failureOf } from "../api.js";
import type { Context } from "../context.js";
import { element } from "../element.js";
import { type LookEvents, type StepDetail, tell } from "../events.js";
import { boxObject, detailOf, type Look, type LookObject, sceneLook } from "../look.js";
import type { Table, Word } from "../messages/index.js";
import type { Open } from "../open.js";
import { place } from "../place.js";
import type { CardSignal, FeedSignal, FilterSignal } from "../signals.js";
import { shared, skeleton } from "../styles/shared.js";
import { themeSheet } from "../styles/theme.js";
import { tokens } from "../styles/tokens.js";
import { localeOf, Voice } from "../voice.js";
import { LookView, type OpenEvent } from "./look.js";
import "./notice.js";
import { SHEET_PARTS, STAGE_PARTS } from "./parts.js";
import { hostStyles } from "./shop-the-look.styles.js";

/** Where the API is if nobody says so: the page's own server, or the one that the script came from. */
export const defaults = { api: "" };

/** Components of this page with something open: one that opens closes the others. */
const opened = new Set<ShopTheLook>();

/** A scene to shop from: a dot on each object, and the products like the one that is tapped.
 *
 * Attributes, events, tokens and parts are in docs/web-component.md. */
@element("shop-the-look")
export class ShopTheLook extends LitElement {
  static override styles = [shared, skeleton, tokens, hostStyles];

  /** Address of the server. */
  @property() api: string | null = null;
  /** Id of the scene. */
  @property() scene = "";
  /** Language and region, such as `de-CH`; without it that of the page around it. */
  @property() locale: string | null = null;
  /** The currency that shoppers expect; prices in another are named by its code. */
  @property() currency: string | null = null;
  /** `light`, `dark` or `auto`; without it as the page around it. */
  @property({ reflect: true }) theme: string | null = null;
  /** Tokens as `accent: teal; radius: 6px`. */
  @property() tokens = "";
  /** Key of the open object. */
  @property({ reflect: true }) object: string | null = null;
  /** Whether the open object shows its full feed. */
  @property({ type: Boolean, reflect: true }) expanded = false;
  /** What the products of the open object are filtered by, and how they are sorted: `color=Red&sort=price`. */
  @property({ reflect: true }) filters = "";
  /** It fills the height that the page gives it, and takes keys pressed anywhere on the page. */
  @property({ type: Boolean, reflect: true }) fill = false;
  /** Shoppers may draw a box of their own. */
  @property({ type: Boolean }) drawable = false;
  /** Products have a button for the cart. */
  @property({ type: Boolean }) cart = false;
  /** A picture from elsewhere instead of a stored scene. */
  @property({ attribute: false }) look: Look | null = null;
  /** Sentences that replace those of the locale. */
  @property({ attribute: false }) messages: Partial<Table<Word>> = {};
  /** Address of the page of a product on this site, which every product then links to. */
  @property({ attribute: false }) productPage: ((id: string) => string) | null = null;
  @state() private loaded: Look | null = null;
  @state() private failure: ApiFailure | null = null;
  #context!: Context;
  readonly #theme = new CSSStyleSheet();
  /** What was asked for last, so that a late answer does not show. */
  #asked = "";

  override connectedCallback(): void {
    super.connectedCallback();
    const root = this.renderRoot as ShadowRoot;
    root.adoptedStyleSheets = [...root.adoptedStyleSheets.filter((one) => one !== this.#theme), this.#theme];
    addEventListener("keydown", this.#anyKey);
    this.addEventListener("keydown", this.#ownKey);
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    opened.delete(this);
    removeEventListener("keydown", this.#anyKey);
    this.removeEventListener("keydown", this.#ownKey);
  }

  protected override willUpdate(changed: PropertyValues<this>): void {
    if (changed.has("tokens")) this.#theme.replaceSync(themeSheet(this.tokens));
    const speech = ["locale", "currency", "messages", "api", "cart", "productPage"] as const;
    if (!this.hasUpdated || speech.some((name) => changed.has(name))) {
      this.#context = {
        api: new Api(this.api ?? defaults.api),
        voice: new Voice(this.locale ?? localeOf(this), this.currency ?? "", this.messages),
        productPage: this.productPage,
        cart: this.cart,
      };
    }
    if (changed.has("scene") || changed.has("api")) void this.#load();
  }

  override render(): TemplateResult {
    const look = this.look ?? this.loaded;
    const { voice } = this.#context;
    if (look === null) {
      return html`<div class="place" lang=${voice.language}>
        ${this.failure ? this.#failed(this.failure) : html`<div class="skeleton" role="status" aria-label=${voice.say("loading")}></div>`}
      </div>`;
    }
    return html`<div class="view" lang=${voice.language} @card-signal=${this.#card} @feed-signal=${this.#feed} @filter-signal=${this.#filter}>
      <stl-look
        .context=${this.#context}
        .look=${look}
        .open=${{ key: this.object, all: this.expanded }}
        filters=${this.filters}
        ?fill=${this.fill}
        ?drawable=${this.drawable}
        ${place({ "--ratio": `${look.width / look.height}` })}
        exportparts="tools, ${STAGE_PARTS}, ${SHEET_PARTS}"
        @open=${this.#open}
        @box=${this.#box}
      ></stl-look>
    </div>`;
  }

  #failed(failure: ApiFailure): TemplateResult {
    const { voice } = this.#context;
    const gone = failure.status === 404;
    const why = gone ? "gone_hint" : failure.status === 0 ? "away" : "trouble";
    return html`<stl-notice
      role="alert"
      heading=${voice.say(gone ? "gone" : "away_heading")}
      text=${voice.say(why)}
      action=${gone ? "" : voice.say("try_again")}
      @act=${this.#load}
    ></stl-notice>`;
  }

  async #load(): Promise<void> {
    const { api } = this.#context;
    const asked = `${api.base} ${this.scene}`;
    this.#asked = asked;
    this.loaded = null;
    this.failure = null;
    if (this.scene === "") return;
    try {
      const scene = await api.scene(this.scene);
      if (asked !== this.#asked) return;
      this.loaded = sceneLook(api, scene);
      const objects = this.loaded.objects.map((one) => detailOf(one, this.#context.voice));
      this.#tell("stl-load", { title: this.loaded.title, objects });
    } catch (error) {
      if (asked !== this.#asked) return;
      this.failure = failureOf(error);
      this.#tellFailure("scene", this.failure);
    }
  }

  #tell<Name extends keyof LookEvents>(name: Name, detail: Omit<LookEvents[Name], "scene">): boolean {
    return tell(this, name, { scene: this.look ? "" : this.scene, ...detail } as LookEvents[Name]);
  }

  #tellFailure(step: "scene" | "products", { status, code, message }: ApiFailure): void {
    this.#tell("stl-error", { step, status, code, message });
  }

  /** The object of a key, as events tell it. */
  #detail(key: string | null): StepDetail["object"] {
    const look = this.look ?? this.loaded;
    if (key === null || look === null) return null;
    const found: LookObject | null = look.objects.find((one) => one.key === key) ?? boxObject(look, key);
    return found && detailOf(found, this.#context.voice);
  }

  #open({ open }: OpenEvent): void {
    this.#step(open);
    if (this.object === null) return;
    for (const one of opened) if (one !== this) one.close();
    opened.add(this);
  }

  #step({ key, all }: Open): void {
    const before = this.object;
    const name =
      key === null ? "stl-close"
      : before === null ? "stl-open"
      : key !== before ? "stl-switch"
      : all ? "stl-expand"
      : "stl-collapse";
    // What one object's products have in common says nothing of another's.
    const filters = key === before ? this.filters : "";
    const detail = { object: this.#detail(key), previous: this.#detail(before), expanded: all, filters };
    if (!this.#tell(name, detail)) return;
    this.object = key;
    this.expanded = all;
    this.filters = filters;
    if (key === null) opened.delete(this);
  }

  /** Closes what is open, as the shopper would. */
  close(): void {
    if (this.object !== null) this.#step({ key: null, all: false });
  }

  #filter(event: FilterSignal): void {
    event.stopPropagation();
    const { filters } = event;
    const object = this.#detail(this.object);
    if (this.#tell("stl-filter", { object, previous: object, expanded: this.expanded, filters })) this.filters = filters;
  }

  #box({ detail }: CustomEvent<Box>): void {
    this.#tell("stl-draw", { box: detail });
  }

  #card(event: CardSignal): void {
    event.stopPropagation();
    const { product, position } = event;
    const detail = { object: this.#detail(this.object), product, position };
    if (event.what === "impression") this.#tell("stl-impression", detail);
    else if (event.what === "cart") this.#tell("stl-cart", detail);
    else if (!this.#tell("stl-product", { ...detail, href: event.href })) event.preventDefault();
  }

  #feed(event: FeedSignal): void {
    event.stopPropagation();
    if (event.failure) this.#tellFailure("products", event.failure);
    else {
      const { offset, end } = event;
      this.#tell("stl-products", { object: this.#detail(this.object), offset, products: [...event.products], end });
    }
  }

  readonly #anyKey = (event: KeyboardEvent): void => {
    if (this.fill) this.#key(event);
  };

  readonly #ownKey = (event: KeyboardEvent): void => {
    if (!this.fill) this.#key(event);
  };

  #key(event: KeyboardEvent): void {
    if (event.defaultPrevented || event.altKey || event.ctrlKey || event.metaKey || writes(event)) return;
    const view = this.renderRoot.querySelector("stl-look");
    if (view instanceof LookView && view.press(event)) event.preventDefault();
    else if (event.key === "Escape") this.#tell("stl-leave", {});
  }
}

/** Whether a key goes into a field. */
function writes(event: Event): boolean {
  const [target] = event.composedPath();
  return target instanceof HTMLElement && (target.isContentEditable || target.matches("input, textarea, select"));
}

declare global {
  interface HTMLElementTagNameMap {
    "shop-the-look": ShopTheLook;
  }
}
