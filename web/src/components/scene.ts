import { html, LitElement, type PropertyValues, type TemplateResult } from "lit";
import { property, state } from "lit/decorators.js";

import { element } from "../element.js";
import type { LookEvent } from "../events.js";
import { type Open, SHUT } from "../open.js";
import { context, followSteps, words } from "../page.js";
import { router } from "../router.js";
import "./notice.js";
import { pictureStyles } from "./picture.styles.js";
import "./shop-the-look.js";

/** A stored scene. */
@element("stl-scene")
export class SceneView extends LitElement {
  static override styles = pictureStyles;

  @property({ attribute: "scene-id" }) sceneId = "";
  @property({ attribute: false }) open: Open = SHUT;
  @property() filters = "";
  @state() private gone = false;

  constructor() {
    super();
    followSteps(this, (open, filters) => ({ name: "scene", id: this.sceneId, open, filters }));
  }

  protected override willUpdate(changed: PropertyValues<this>): void {
    if (changed.has("sceneId")) this.gone = false;
  }

  override render(): TemplateResult {
    const { voice, productPage } = context;
    if (this.gone) {
      return html`<stl-notice role="alert" heading=${voice.say("gone")} text=${voice.say("gone_hint")}
        action=${words.say("to_all")} @act=${this.#leave}></stl-notice>`;
    }
    return html`<shop-the-look
      fill
      drawable
      scene=${this.sceneId}
      locale=${voice.locale}
      .object=${this.open.key}
      .expanded=${this.open.all}
      .filters=${this.filters}
      .productPage=${productPage}
      @stl-load=${this.#loaded}
      @stl-error=${this.#failed}
    ></shop-the-look>`;
  }

  #loaded({ detail }: LookEvent<"stl-load">): void {
    document.title = detail.title;
  }

  #failed({ detail }: LookEvent<"stl-error">): void {
    this.gone = detail.step === "scene" && detail.status === 404;
  }

  #leave(): void {
    router.back({ name: "wall" });
  }
}
