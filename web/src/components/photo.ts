import { css, html, LitElement, nothing, type PropertyValues, type TemplateResult } from "lit";
import { property, state } from "lit/decorators.js";

import { type ApiFailure, failureOf } from "../api.js";
import { element } from "../element.js";
import { type Look, PHOTO_HITS, photoLook, PLAIN } from "../look.js";
import { type Open, SHUT } from "../open.js";
import { context, followSteps, words } from "../page.js";
import { router } from "../router.js";
import { shared } from "../styles/shared.js";
import "./notice.js";
import { pictureStyles } from "./picture.styles.js";
import "./shop-the-look.js";
import "./stage.js";
import "./upload.js";

/** A phone, which has a camera, and nothing to drop or paste from. */
const touch = matchMedia("(hover: none) and (pointer: coarse)");

/** A photo of the shopper's own: sent, waited for, looked at. The server does not keep it. */
@element("stl-photo")
export class PhotoView extends LitElement {
  static override styles = [
    shared,
    pictureStyles,
    css`
      .wait {
        position: fixed;
        inset: var(--header) 0 0;
        display: grid;
        grid-template-rows: minmax(0, 1fr) auto;
        gap: 12px;
        padding: 8px 12px 16px;
      }
      .word {
        min-height: 44px;
        color: var(--muted);
        line-height: 44px;
        text-align: center;
      }
    `,
  ];

  @property({ attribute: false }) photo: File | null = null;
  @property({ attribute: false }) open: Open = SHUT;
  @property() filters = "";
  @state() private look: Look | null = null;
  @state() private failure: ApiFailure | null = null;
  @state() private source = "";
  @state() private ratio = 1;

  constructor() {
    super();
    followSteps(this, (open, filters) => ({ name: "photo", open, filters }));
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    URL.revokeObjectURL(this.source);
    this.source = "";
  }

  protected override willUpdate(changed: PropertyValues<this>): void {
    if (changed.has("photo") && this.photo) void this.#search();
  }

  override render(): TemplateResult {
    if (!this.photo) {
      return html`<stl-notice heading=${words.say("look_at_yours")} text=${words.say(touch.matches ? "how_to_give_by_touch" : "how_to_give")}>
        <stl-upload slot="actions" strong label=${words.say("choose")}></stl-upload>
      </stl-notice>`;
    }
    if (this.failure) return this.#failed(this.failure);
    if (!this.look) {
      return html`<div class="wait">
        ${this.source
          ? html`<stl-stage .context=${context} src=${this.source} alt=${words.say("your_photo")} .ratio=${this.ratio} busy></stl-stage>`
          : nothing}
        <p class="word" role="status">${words.say("looking")}</p>
      </div>`;
    }
    return html`<shop-the-look
      fill
      drawable
      locale=${context.voice.locale}
      .look=${this.look}
      .object=${this.open.key}
      .expanded=${this.open.all}
      .filters=${this.filters}
      .productPage=${context.productPage}
    ></shop-the-look>`;
  }

  #failed(failure: ApiFailure): TemplateResult {
    const away = failure.status === 0 || failure.status >= 500;
    const { voice } = context;
    return html`<stl-notice
      role="alert"
      heading=${away ? voice.say("away_heading") : words.say("unreadable")}
      text=${failure.status === 0 ? voice.say("away") : failure.message}
      action=${away ? voice.say("try_again") : ""}
      @act=${this.#search}
    >
      <stl-upload slot="actions" label=${words.say("choose_another")}></stl-upload>
    </stl-notice>`;
  }

  async #search(): Promise<void> {
    const { photo } = this;
    if (!photo) return;
    this.look = null;
    this.failure = null;
    URL.revokeObjectURL(this.source);
    this.source = URL.createObjectURL(photo);
    this.ratio = await ratioOf(this.source);
    try {
      const answer = await context.api.searchPhoto(photo, { k: PHOTO_HITS }, PLAIN);
      if (photo !== this.photo) return;
      this.look = photoLook(context.api, photo, this.source, words.say("your_photo"), answer);
      const only = answer.whole_picture ? this.look.objects[0] : undefined;
      if (only && this.open.key === null) router.go({ name: "photo", open: { key: only.key, all: false }, filters: "" });
    } catch (error) {
      if (photo !== this.photo) return;
      this.failure = failureOf(error);
    }
  }
}

/** Width / height of a picture; 1 where the browser cannot show it (the server may still read it). */
async function ratioOf(source: string): Promise<number> {
  const picture = new Image();
  picture.src = source;
  try {
    await picture.decode();
  } catch {
    return 1;
  }
  return picture.naturalWidth / picture.naturalHeight || 1;
}
