import type { ReactiveController, ReactiveControllerHost } from "lit";

/** Calls `seen` once, when at least half of the host has come into view. */
export class Seen implements ReactiveController {
  #observer: IntersectionObserver | null = null;
  #done = false;

  constructor(
    private readonly host: ReactiveControllerHost & Element,
    private readonly seen: () => void,
  ) {
    host.addController(this);
  }

  hostConnected(): void {
    if (this.#done) return;
    this.#observer = new IntersectionObserver(
      ([entry]) => {
        if ((entry?.intersectionRatio ?? 0) < 0.5) return;
        this.#done = true;
        this.#observer?.disconnect();
        this.seen();
      },
      { threshold: 0.5 },
    );
    this.#observer.observe(this.host);
  }

  hostDisconnected(): void {
    this.#observer?.disconnect();
  }
}
