import type { Timers } from '@tradewind/kernel';
import { within } from '../waiting/index.js';

export interface HealthReport {
  readonly ready: boolean;
  /** What keeps the service from serving, by name. */
  readonly failing: readonly string[];
  /** What is away without keeping it from serving. */
  readonly degraded: readonly string[];
}

const patience = 1_000;

/** Whether this instance can serve HTTP. A broker that is away degrades it, and no more: to accept needs only the database. */
export class Health {
  readonly #needs = new Map<string, () => Promise<string | undefined>>();
  readonly #watched: (() => readonly string[])[] = [];
  readonly #whenDraining: (() => void)[] = [];
  #phase: 'starting' | 'serving' | 'draining' = 'starting';

  constructor(private readonly timers: Timers) {}

  /** Not ready while this says a sentence, rejects, or takes over a second. */
  needs(what: string, faultOf: () => Promise<string | undefined>): void {
    this.#needs.set(what, faultOf);
  }

  /** What of this is away at the moment; shown, and nothing more. */
  watches(degraded: () => readonly string[]): void {
    this.#watched.push(degraded);
  }

  started(): void {
    if (this.#phase === 'starting') this.#phase = 'serving';
  }

  /** From here on not ready, for good. */
  drain(): void {
    if (this.#phase === 'draining') return;
    this.#phase = 'draining';
    for (const call of this.#whenDraining) call();
  }

  whenDraining(call: () => void): void {
    this.#whenDraining.push(call);
  }

  async report(): Promise<HealthReport> {
    const faults = await Promise.all([...this.#needs].map(([what, faultOf]) => this.#ask(what, faultOf)));
    const failing = [
      ...(this.#phase === 'serving' ? [] : [`the service is ${this.#phase}`]),
      ...faults.filter((fault) => fault !== undefined),
    ];
    return { ready: failing.length === 0, failing, degraded: this.#watched.flatMap((watched) => watched()) };
  }

  async #ask(what: string, faultOf: () => Promise<string | undefined>): Promise<string | undefined> {
    try {
      return await within(this.timers, patience, faultOf(), `${what} does not answer within a second`);
    } catch {
      return `${what} is away`; // the reason is logged where it is used; here only the fact counts
    }
  }
}
