import { css, html, LitElement, type PropertyValues, type TemplateResult } from "lit";
import { customElement, property, state } from "lit/decorators.js";

import { api, ApiFailure } from "../api.js";
import { type Look, sceneLook } from "../look.js";
import { type Open, router } from "../router.js";
import { shared, skeleton } from "../styles/shared.js";
import "./look.js";
import type { OpenEvent } from "./look.js";
import "./notice.js";

/** A stored scene. */
@customElement("stl-scene")
export class SceneView extends LitElement {
  static override styles = [
    shared,
    skeleton,
    css`
      .skeleton {
        position: fixed;
        inset: calc(var(--header) + 8px) 12px 76px;
        max-width: 1100px;
        margin: 0 auto;
      }
    `,
  ];

  @property({ attribute: "scene-id" }) sceneId = "";
  @property({ attribute: false }) open: Open = { key: null, all: false };
  @state() private look: Look | null = null;
  @state() private failure: ApiFailure | null = null;

  protected override willUpdate(changed: PropertyValues<this>): void {
    if (changed.has("sceneId")) void this.#load();
  }

  override render(): TemplateResult {
    if (this.failure) {
      const gone = this.failure.status === 404;
      return html`<stl-notice
        role="alert"
        heading=${gone ? "This scene is not here" : "The shop does not answer"}
        text=${gone ? "It may have been removed." : this.failure.message}
        action=${gone ? "To all scenes" : "Try again"}
        @act=${gone ? this.#leave : this.#load}
      ></stl-notice>`;
    }
    if (!this.look) return html`<div class="skeleton" role="status" aria-label="Loading"></div>`;
    return html`<stl-look .look=${this.look} .open=${this.open} @open=${this.#open} @leave=${this.#leave}></stl-look>`;
  }

  async #load(): Promise<void> {
    const id = this.sceneId;
    this.look = null;
    this.failure = null;
    try {
      const scene = await api.scene(id);
      if (id !== this.sceneId) return;
      this.look = sceneLook(scene);
      document.title = scene.title || scene.id;
    } catch (error) {
      if (id !== this.sceneId) return;
      this.failure = error instanceof ApiFailure ? error : new ApiFailure(0, "error", String(error));
    }
  }

  #open(event: OpenEvent): void {
    const route = { name: "scene" as const, id: this.sceneId, open: event.open };
    if (event.step === "up") router.up(route);
    else router.go(route, event.step === "deeper" ? "push" : "replace");
  }

  #leave(): void {
    router.back({ name: "wall" });
  }
}
