import { css, html, LitElement, nothing, type PropertyValues, type TemplateResult } from "lit";
import { customElement, property, state } from "lit/decorators.js";

import { api, ApiFailure } from "../api.js";
import { type Look, PHOTO_HITS, photoLook } from "../look.js";
import { type Open, router } from "../router.js";
import { shared } from "../styles/shared.js";
import "./look.js";
import type { OpenEvent } from "./look.js";
import "./notice.js";
import "./stage.js";
import "./upload.js";

/** A photo of the shopper's own: sent, waited for, looked at. The server does not keep it. */
@customElement("stl-photo")
export class PhotoView extends LitElement {
  static override styles = [
    shared,
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
  @property({ attribute: false }) open: Open = { key: null, all: false };
  @state() private look: Look | null = null;
  @state() private failure: ApiFailure | null = null;
  @state() private source = "";
  @state() private ratio = 1;

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
      return html`<stl-notice heading="Look at a photo of yours" text="Choose one, drop it here, or paste it.">
        <stl-upload slot="actions" strong label="Choose a photo"></stl-upload>
      </stl-notice>`;
    }
    if (this.failure) return this.#failed(this.failure);
    if (!this.look) {
      return html`<div class="wait">
        ${this.source ? html`<stl-stage src=${this.source} alt="Your photo" .ratio=${this.ratio} busy></stl-stage>` : nothing}
        <p class="word" role="status">Looking at your photo…</p>
      </div>`;
    }
    return html`<stl-look .look=${this.look} .open=${this.open} @open=${this.#open} @leave=${this.#leave}></stl-look>`;
  }

  #failed(failure: ApiFailure): TemplateResult {
    const away = failure.status === 0 || failure.status >= 500;
    return html`<stl-notice
      role="alert"
      heading=${away ? "The shop does not answer" : "This photo cannot be read"}
      text=${failure.message}
      action=${away ? "Try again" : ""}
      @act=${this.#search}
    >
      <stl-upload slot="actions" label="Choose another photo"></stl-upload>
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
      const answer = await api.searchPhoto(photo, { k: PHOTO_HITS });
      if (photo !== this.photo) return;
      this.look = photoLook(photo, this.source, answer);
      const only = answer.whole_picture ? this.look.objects[0] : undefined;
      if (only && this.open.key === null) router.go({ name: "photo", open: { key: only.key, all: false } }, "push");
    } catch (error) {
      if (photo !== this.photo) return;
      this.failure = error instanceof ApiFailure ? error : new ApiFailure(0, "error", String(error));
    }
  }

  #open(event: OpenEvent): void {
    const route = { name: "photo" as const, open: event.open };
    if (event.step === "up") router.up(route);
    else router.go(route, event.step === "deeper" ? "push" : "replace");
  }

  #leave(): void {
    router.back({ name: "wall" });
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
