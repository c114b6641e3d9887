import type { LitElement, ReactiveController } from "lit";

/** Calls `reached` when the element with the class `end` comes near the part that is seen, and
 * again after each update while it stays there. */
export class NearEnd implements ReactiveController {
  #observer: IntersectionObserver | null = null;
  #watched: Element | null = null;
  #near = false;

  constructor(
    private readonly host: LitElement,
    private readonly reached: () => void,
  ) {
    host.addController(this);
  }

  hostUpdated(): void {
    const end = this.host.renderRoot.querySelector(".end");
    if (end !== this.#watched) {
      this.#observer?.disconnect();
      this.#watched = end;
      this.#near = false;
      if (end) {
        this.#observer = new IntersectionObserver(
          ([entry]) => {
            this.#near = entry?.isIntersecting ?? false;
            if (this.#near) this.reached();
          },
          // The first for the window, the second for a sheet that scrolls by itself.
          { rootMargin: "600px", scrollMargin: "600px" },
        );
        this.#observer.observe(end);
      }
    } else if (this.#near) this.reached();
  }

  hostDisconnected(): void {
    this.#observer?.disconnect();
    this.#watched = null;
    this.#near = false;
  }
}
