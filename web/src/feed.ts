import { type ApiFailure, type Facet, failureOf, type Hit } from "./api.js";
import { type Filters, readFilters, whereOf, writeFilters } from "./filters.js";
import type { HitSource } from "./look.js";
import { FeedSignal } from "./signals.js";

/** The products of one source as far as they were asked for. Its host is drawn anew at each change. */
export class HitFeed {
  hits: Hit[] = [];
  /** What the products have in common; that of the filters before, until the answer to these is there. */
  facets: Facet[] | null = null;
  filters: Filters = readFilters("");
  loading = false;
  failure: ApiFailure | null = null;
  #next: number | null = 0;
  #source: HitSource | null = null;
  /** Counts what was started, so that a late answer does not show. */
  #turn = 0;

  constructor(private readonly host: EventTarget & { requestUpdate(): void }) {}

  get done(): boolean {
    return this.#next === null;
  }

  /** Starts over with another source or other filters; does nothing where they are the same ones. */
  open(source: HitSource | null, filters: Filters): void {
    if (source === this.#source && writeFilters(filters) === writeFilters(this.filters)) return;
    if (source !== this.#source) this.facets = null;
    this.#source = source;
    this.filters = filters;
    this.#turn += 1;
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
    const turn = this.#turn;
    if (source === null || this.loading || offset === null) return;
    this.loading = true;
    this.failure = null;
    this.host.requestUpdate();
    try {
      const { sort } = this.filters;
      const slice = await source(offset, { where: whereOf(this.filters), sort, facets: offset === 0 });
      if (turn !== this.#turn) return;
      this.hits = [...this.hits, ...slice.hits];
      this.facets = slice.facets ?? this.facets;
      this.#next = slice.next;
      this.host.dispatchEvent(new FeedSignal(offset, slice.hits, slice.next === null));
    } catch (error) {
      if (turn !== this.#turn) return;
      this.failure = failureOf(error);
      this.host.dispatchEvent(new FeedSignal(offset, [], false, this.failure));
    } finally {
      if (turn === this.#turn) {
        this.loading = false;
        this.host.requestUpdate();
      }
    }
  }
}
