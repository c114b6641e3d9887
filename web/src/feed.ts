import { ApiFailure, type Hit } from "./api.js";
import type { HitSource } from "./look.js";

/** The products of one source as far as they were asked for. Its host is drawn anew at each change. */
export class HitFeed {
  hits: Hit[] = [];
  loading = false;
  failure: ApiFailure | null = null;
  #next: number | null = 0;
  #source: HitSource | null = null;

  constructor(private readonly host: { requestUpdate(): void }) {}

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
    if (source === null || this.loading || this.#next === null) return;
    this.loading = true;
    this.failure = null;
    this.host.requestUpdate();
    try {
      const slice = await source(this.#next);
      if (source !== this.#source) return;
      this.hits = [...this.hits, ...slice.hits];
      this.#next = slice.next;
    } catch (error) {
      if (source !== this.#source) return;
      this.failure = error instanceof ApiFailure ? error : new ApiFailure(0, "error", String(error));
    } finally {
      if (source === this.#source) {
        this.loading = false;
        this.host.requestUpdate();
      }
    }
  }
}
