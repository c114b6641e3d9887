import { type ApiFailure, failureOf, type Hit } from "./api.js";
import type { HitSource } from "./look.js";
import { FeedSignal } from "./signals.js";

/** The products of one source as far as they were asked for. Its host is drawn anew at each change. */
export class HitFeed {
  hits: Hit[] = [];
  loading = false;
  failure: ApiFailure | null = null;
  #next: number | null = 0;
  #source: HitSource | null = null;

  constructor(private readonly host: EventTarget & { requestUpdate(): void }) {}

  get done(): boolean {
    return this.#next === null;
  }

  /** Starts over with another source; does nothing where it is the same one. */
  open(source: HitSource | null): void {
    if (source === this.#source) return;
    this.#source = source;
    this.hits = [];
    this.failure = null;
    this.loading = false;
    this.#next = 0;
    void this.more();
  }

  /** Asks for the next slice, unless one is on its way or all are here. */
  async more(): Promise<void> {
    const source = this.#source;
    const offset = this.#next;
    if (source === null || this.loading || offset === null) return;
    this.loading = true;
    this.failure = null;
    this.host.requestUpdate();
    try {
      const slice = await source(offset);
      if (source !== this.#source) return;
      this.hits = [...this.hits, ...slice.hits];
      this.#next = slice.next;
      this.host.dispatchEvent(new FeedSignal(offset, slice.hits, slice.next === null));
    } catch (error) {
      if (source !== this.#source) return;
      this.failure = failureOf(error);
      this.host.dispatchEvent(new FeedSignal(offset, [], false, this.failure));
    } finally {
      if (source === this.#source) {
        this.loading = false;
        this.host.requestUpdate();
      }
    }
  }
}
