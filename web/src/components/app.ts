import { html, LitElement, nothing, type TemplateResult } from "lit";
import { state } from "lit/decorators.js";

import { element } from "../element.js";
import { icons } from "../icons.js";
import { SHUT } from "../open.js";
import { context, words } from "../page.js";
import { parse, type Route, router } from "../router.js";
import { shared } from "../styles/shared.js";
import { tokens } from "../styles/tokens.js";
import { appStyles } from "./app.styles.js";
import "./notice.js";
import "./photo.js";
import "./product.js";
import "./scene.js";
import "./upload.js";
import type { PhotoEvent } from "./upload.js";
import "./wall.js";

/** The page: its head, what the address names, and photos dropped or pasted anywhere. */
@element("stl-app")
export class App extends LitElement {
  static override styles = [shared, tokens, appStyles];

  @state() private route: Route = router.route;
  @state() private name = "Shop the look";
  @state() private photo: File | null = null;
  @state() private dropping = false;
  #walled = router.route.name === "wall";
  #wallScroll = 0;
  /** dragenter and dragleave come in pairs for every element passed. */
  #entered = 0;

  constructor() {
    super();
    // Restoring the scroll position is done here, once the wall has its height again.
    history.scrollRestoration = "manual";
  }

  override connectedCallback(): void {
    super.connectedCallback();
    router.addEventListener("change", this.#moved);
    addEventListener("paste", this.#pasted);
    addEventListener("dragenter", this.#dragged);
    addEventListener("dragover", this.#over);
    addEventListener("dragleave", this.#dragged);
    addEventListener("drop", this.#dropped);
    this.addEventListener("photo", this.#taken as EventListener);
    this.addEventListener("click", this.#clicked);
    void this.#greet();
    this.#settle();
  }

  override render(): TemplateResult {
    const { route } = this;
    const wall = route.name === "wall";
    return html`<a class="pill skip" href="#main" @click=${this.#skip}>${words.say("to_content")}</a>
      <header>
        ${wall ? nothing : html`<button class="round back" aria-label=${words.say("back")} @click=${this.#back}>${icons.back}</button>`}
        <a class="home" href="/" aria-label=${words.say("home", { name: this.name })}><img src="/icon.svg" alt="" /><span>${this.name}</span></a>
        <stl-upload ?compact=${!wall}></stl-upload>
      </header>
      <main id="main" tabindex="-1">
        ${this.#walled ? html`<stl-wall ?hidden=${!wall}></stl-wall>` : nothing} ${this.#view(route)}
      </main>
      ${this.dropping ? html`<div class="drop">${words.say("drop")}</div>` : nothing}`;
  }

  #view(route: Route): TemplateResult | typeof nothing {
    switch (route.name) {
      case "wall":
        return nothing;
      case "scene":
        return html`<stl-scene scene-id=${route.id} .open=${route.open} .filters=${route.filters}></stl-scene>`;
      case "photo":
        return html`<stl-photo .photo=${this.photo} .open=${route.open} .filters=${route.filters}></stl-photo>`;
      case "product":
        return html`<stl-product product-id=${route.id} .filters=${route.filters}></stl-product>`;
      case "lost":
        return html`<stl-notice heading=${words.say("lost")} action=${words.say("to_all")}
          @act=${() => { router.go({ name: "wall" }); }}></stl-notice>`;
    }
  }

  async #greet(): Promise<void> {
    try {
      this.name = (await context.api.status()).title;
      if (this.route.name === "wall") document.title = this.name;
    } catch {
      // The view itself says that the server is away.
    }
  }

  readonly #moved = (): void => {
    const before = this.route;
    if (before.name === "wall") this.#wallScroll = scrollY;
    this.route = router.route;
    this.#walled ||= this.route.name === "wall";
    this.#settle();
    const sameView = before.name === this.route.name && idOf(before) === idOf(this.route);
    if (sameView) return;
    if (this.route.name === "wall") document.title = this.name;
    void this.updateComplete.then(() => {
      scrollTo({ top: this.route.name === "wall" ? this.#wallScroll : 0, behavior: "instant" });
    });
  };

  #settle(): void {
    document.body.classList.toggle("still", this.route.name === "scene" || this.route.name === "photo");
  }

  #back(): void {
    router.back({ name: "wall" });
  }

  #skip(event: Event): void {
    event.preventDefault();
    this.renderRoot.querySelector<HTMLElement>("main")?.focus();
  }

  /** Links inside the page change the view without loading it anew. */
  #clicked(event: MouseEvent): void {
    if (event.defaultPrevented || event.button !== 0 || event.metaKey || event.ctrlKey || event.shiftKey) return;
    const link = event.composedPath().find((one): one is HTMLAnchorElement => one instanceof HTMLAnchorElement);
    if (!link || link.target || link.origin !== location.origin) return;
    const route = parse(link.pathname, link.search, link.hash);
    if (route.name === "lost") return;
    event.preventDefault();
    router.go(route);
  }

  #look(photo: File): void {
    this.photo = photo;
    const route = { name: "photo" as const, open: SHUT, filters: "" };
    router.go(route, this.route.name === "photo" ? "replace" : "push");
  }

  readonly #taken = (event: PhotoEvent): void => {
    this.#look(event.photo);
  };

  readonly #pasted = (event: ClipboardEvent): void => {
    this.#lookAtFirst(event.clipboardData);
  };

  readonly #dragged = (event: DragEvent): void => {
    if (!event.dataTransfer?.types.includes("Files")) return;
    event.preventDefault();
    this.#entered += event.type === "dragenter" ? 1 : -1;
    this.dropping = this.#entered > 0;
  };

  readonly #over = (event: DragEvent): void => {
    // Without this the browser would open the file itself.
    if (event.dataTransfer?.types.includes("Files")) event.preventDefault();
  };

  readonly #dropped = (event: DragEvent): void => {
    this.#entered = 0;
    this.dropping = false;
    if (!event.dataTransfer?.types.includes("Files")) return;
    event.preventDefault();
    this.#lookAtFirst(event.dataTransfer);
  };

  #lookAtFirst(given: DataTransfer | null): void {
    const files = [...(given?.files ?? [])];
    const photo = files.find((file) => file.type.startsWith("image/")) ?? files[0];
    if (photo) this.#look(photo);
  }
}

function idOf(route: Route): string {
  return "id" in route ? route.id : "";
}
