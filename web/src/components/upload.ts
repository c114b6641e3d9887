import { css, html, LitElement, type TemplateResult } from "lit";
import { property, query } from "lit/decorators.js";

import { element } from "../element.js";
import { icons } from "../icons.js";
import { words } from "../page.js";
import { shared } from "../styles/shared.js";

/** Announces a photo that the shopper chose, took, dropped or pasted. */
export class PhotoEvent extends Event {
  constructor(readonly photo: File) {
    super("photo", { bubbles: true, composed: true });
  }
}

/** A button that opens the file chooser; on phones that offers the camera too. */
@element("stl-upload")
export class Upload extends LitElement {
  static override styles = [
    shared,
    css`
      :host {
        display: inline-block;
      }
      input {
        display: none;
      }
      @media (max-width: 899px) {
        :host([compact]) .pill {
          width: 44px;
          padding: 0;
        }
        :host([compact]) span {
          display: none;
        }
      }
    `,
  ];

  @property() label = words.say("your_photo");
  @property({ type: Boolean }) strong = false;
  @query("input") private readonly input!: HTMLInputElement;

  override render(): TemplateResult {
    return html`<button class="pill ${this.strong ? "strong" : ""}" aria-label=${this.label} @click=${this.#choose}>
        ${icons.camera}<span>${this.label}</span>
      </button>
      <input type="file" accept="image/*" tabindex="-1" aria-hidden="true" @change=${this.#chosen} />`;
  }

  #choose(): void {
    this.input.click();
  }

  #chosen(): void {
    const photo = this.input.files?.[0];
    // The same file may be chosen again.
    if (photo) this.dispatchEvent(new PhotoEvent(photo));
    this.input.value = "";
  }
}
