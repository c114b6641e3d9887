import { css, html, LitElement, nothing, type TemplateResult } from "lit";
import { state } from "lit/decorators.js";
import { repeat } from "lit/directives/repeat.js";

import { type ApiFailure, failureOf, type SceneCard } from "../api.js";
import { element } from "../element.js";
import { masonry } from "../masonry.js";
import { NearEnd } from "../near.js";
import { SHUT } from "../open.js";
import { context, words } from "../page.js";
import { place } from "../place.js";
import { address } from "../router.js";
import { shared, skeleton } from "../styles/shared.js";
import "./notice.js";
import "./upload.js";

/** The wall of scenes, without end. */
@element("stl-wall")
export class Wall extends LitElement {
  static override styles = [
    shared,
    skeleton,
    css`
      :host {
        display: block;
        max-width: 1680px;
        margin: 0 auto;
        padding: 0 16px 64px;
      }
      .intro {
        padding: 28px 4px 28px;
        text-align: center;
      }
      h1 {
        font-size: clamp(1.75rem, 1.2rem + 2.2vw, 2.75rem);
        font-weight: 700;
        letter-spacing: -0.025em;
        line-height: 1.12;
        text-wrap: balance;
      }
      .intro p {
        max-width: 36rem;
        margin: 12px auto 0;
        color: var(--muted);
        font-size: 1.0625rem;
        text-wrap: balance;
      }
      ul {
        position: relative;
        margin: 0;
        padding: 0;
        list-style: none;
      }
      li {
        position: absolute;
        content-visibility: auto;
      }
      a {
        position: relative;
        display: block;
        height: 100%;
        overflow: hidden;
        border-radius: var(--radius);
        background: var(--sunken);
      }
      img {
        display: block;
        width: 100%;
        height: 100%;
        object-fit: cover;
        transition: transform 700ms var(--ease);
      }
      a::after {
        content: "";
        position: absolute;
        inset: 0;
        background: linear-gradient(transparent 60%, rgb(0 0 0 / 45%));
        opacity: 0;
        transition: opacity var(--quick);
      }
      .title {
        position: absolute;
        z-index: 1;
        inset: auto 16px 14px;
        overflow: hidden;
        color: #fff;
        font-weight: 600;
        text-overflow: ellipsis;
        white-space: nowrap;
        opacity: 0;
        transition: opacity var(--quick);
      }
      a:hover::after,
      a:hover .title,
      a:focus-visible::after,
      a:focus-visible .title {
        opacity: 1;
      }
      @media (prefers-reduced-motion: no-preference) {
        a:hover img {
          transform: scale(1.03);
        }
      }
      .skeleton {
        height: 100%;
      }
      .end {
        height: 1px;
      }
      code {
        display: inline-block;
        margin-top: 14px;
        padding: 10px 16px;
        border-radius: var(--radius-small);
        background: var(--sunken);
        color: var(--ink);
        font-size: 0.9375rem;
        user-select: all;
      }
      @media (min-width: 900px) {
        :host {
          padding: 0 32px 64px;
        }
        .intro {
          padding: 44px 4px 44px;
        }
      }
    `,
  ];

  @state() private scenes: SceneCard[] = [];
  @state() private loading = false;
  @state() private failure: ApiFailure | null = null;
  @state() private width = 0;
  #next: string | null = null;
  #started = false;
  readonly #sizes = new ResizeObserver(([entry]) => {
    // Hidden behind a scene the wall has no width; it keeps the one it had.
    if (entry && entry.contentRect.width > 0) this.width = entry.contentRect.width;
  });

  constructor() {
    super();
    new NearEnd(this, () => {
      if (this.failure === null && !this.hidden) void this.#more();
    });
  }

  override connectedCallback(): void {
    super.connectedCallback();
    this.#sizes.observe(this);
    void this.#more();
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.#sizes.disconnect();
  }

  override render(): TemplateResult {
    if (this.failure !== null && this.scenes.length === 0) return this.#failed(this.failure);
    if (this.#started && !this.loading && this.scenes.length === 0) return this.#empty();
    return html`<div class="intro">
        <h1>${words.say("slogan")}</h1>
        <p>${words.say("intro")}</p>
      </div>
      ${this.#wall()} ${this.failure ? this.#failed(this.failure) : nothing}
      ${this.#next === null ? nothing : html`<div class="end"></div>`}`;
  }

  #failed(failure: ApiFailure): TemplateResult {
    const { voice } = context;
    return html`<stl-notice
      role="alert"
      heading=${voice.say("away_heading")}
      text=${voice.say(failure.status === 0 ? "away" : "trouble")}
      action=${voice.say("try_again")}
      @act=${this.#more}
    ></stl-notice>`;
  }

  #wall(): TemplateResult {
    const blanks = this.loading ? 12 : 0;
    const ratios = this.scenes.map((scene) => scene.width / scene.height);
    for (let i = 0; i < blanks; i += 1) ratios.push([0.8, 1.3, 1, 0.7][i % 4] ?? 1);
    const wide = this.width >= 700;
    const wall = masonry(ratios, this.width, wide ? 20 : 10, wide ? 260 : 160);
    const at = (i: number) => {
      const card = wall.cards[i];
      if (!card) return {};
      return {
        transform: `translate(${card.x}px, ${card.y}px)`,
        width: `${card.width}px`,
        height: `${card.height}px`,
      };
    };
    return html`<ul aria-label=${words.say("scenes")} aria-busy=${this.loading} ${place({ height: `${wall.height}px` })}>
      ${repeat(
        this.scenes,
        (scene) => scene.id,
        (scene, i) => html`<li ${place(at(i))}>${this.#card(scene, wall.cards[i]?.width ?? 320)}</li>`,
      )}
      ${Array.from(
        { length: blanks },
        (_, i) =>
          html`<li aria-hidden="true" ${place(at(this.scenes.length + i))}><div class="skeleton"></div></li>`,
      )}
    </ul>`;
  }

  #card(scene: SceneCard, width: number): TemplateResult {
    const name = scene.title || scene.id;
    return html`<a href=${address({ name: "scene", id: scene.id, open: SHUT, filters: "" })} aria-label=${name}>
      <img
        src=${context.api.picture(scene.image, 320)}
        srcset="${context.api.picture(scene.image, 320)} 320w, ${context.api.picture(scene.image, 640)} 640w"
        sizes="${Math.round(width)}px"
        alt=""
        loading="lazy"
        decoding="async"
      />
      <span class="title" aria-hidden="true">${name}</span>
    </a>`;
  }

  #empty(): TemplateResult {
    return html`<stl-notice heading=${words.say("no_scenes")}>
      <span>${words.say("add_scenes")}</span><br />
      <code>shopthelook scenes import photos/</code>
      <stl-upload slot="actions" strong label=${words.say("look_at_yours")}></stl-upload>
    </stl-notice>`;
  }

  async #more(): Promise<void> {
    if (this.loading || (this.#started && this.#next === null && this.failure === null)) return;
    this.loading = true;
    this.failure = null;
    try {
      const page = await context.api.scenes(this.#next);
      this.scenes = [...this.scenes, ...page.scenes];
      this.#next = page.next;
      this.#started = true;
    } catch (error) {
      this.failure = failureOf(error);
    } finally {
      this.loading = false;
    }
  }
}
